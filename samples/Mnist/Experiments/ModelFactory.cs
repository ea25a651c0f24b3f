using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Samples.Mnist.Data;

namespace NeuralCore.Samples.Mnist.Experiments;

/// <summary>Creates the network of an experiment.</summary>
internal static class ModelFactory
{
    /// <summary>The network with its initial weights. A network for synthetic digits has their name, also in its file.</summary>
    /// <exception cref="SampleException">NEURALCORE_ISA names a vector width that the processor lacks.</exception>
    internal static Sequential Build(Experiment experiment, long seed = 0, DataOrigin? origin = null)
    {
        CheckInstructionSet();
        return origin is { IsSynthetic: true } ? experiment.BuildModel(seed, DataOrigin.SyntheticModel) : experiment.BuildModel(seed);
    }

    /// <summary>Checks NEURALCORE_ISA.</summary>
    /// <exception cref="SampleException">It names a vector width that the processor lacks.</exception>
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
