using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Samples.Mnist.Data;

namespace NeuralCore.Samples.Mnist.Experiments;

/// <summary>Makes the network of an experiment.</summary>
internal static class ModelFactory
{
    /// <summary>The network with its initial weights. One for synthetic digits is named after them, in its file too.</summary>
    /// <exception cref="SampleException">NEURALCORE_ISA asks for a vector width that is not there.</exception>
    internal static Sequential Build(Experiment experiment, long seed = 0, DataOrigin? origin = null)
    {
        CheckInstructionSet();
        return origin is { IsSynthetic: true } ? experiment.BuildModel(seed, DataOrigin.SyntheticModel) : experiment.BuildModel(seed);
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
