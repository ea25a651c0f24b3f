using NeuralCore.Models;
using NeuralCore.Numerics;

namespace NeuralCore.Samples.Mnist.Experiments;

/// <summary>Makes the network of an experiment.</summary>
internal static class ModelFactory
{
    /// <summary>The network with its first weights.</summary>
    /// <exception cref="SampleException">NEURALCORE_ISA asks for a vector width that is not there.</exception>
    internal static Sequential Build(Experiment experiment, long seed = 0)
    {
        CheckInstructionSet();
        return experiment.BuildModel(seed);
    }

    /// <summary>Looks at NEURALCORE_ISA.</summary>
    /// <exception cref="SampleException">It asks for a vector width that is not there.</exception>
    internal static void CheckInstructionSet()
    {
        try
        {
            _ = InstructionSet.Current;
        }
        catch (InvalidOperationException e)
        {
            throw new SampleException(e.Message, e);
        }
    }
}
