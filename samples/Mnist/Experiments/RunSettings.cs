namespace NeuralCore.Samples.Mnist.Experiments;

/// <summary>What one run trains and how.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Seed">The seed of initial weights, shuffling and dropout.</param>
/// <param name="Epochs">How many times to go through the training images.</param>
/// <param name="BatchSize">Samples in a step.</param>
/// <param name="Threads">How many threads to use; the result is the same for any number.</param>
internal sealed record RunSettings(Experiment Experiment, long Seed, int Epochs, int BatchSize, int Threads)
{
    /// <summary>Whether epochs and batch are those of the published run, so that the figures can be compared.</summary>
    internal bool IsAsPublished => Epochs == Experiment.Epochs && BatchSize == Experiment.BatchSize;
}
