namespace NeuralCore.Samples.Mnist.Experiments;

/// <summary>What one run trains and how.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Seed">Decides first weights, shuffling and dropout.</param>
/// <param name="Epochs">How many times to go through the training images.</param>
/// <param name="BatchSize">Rows in a step.</param>
/// <param name="Threads">How many threads work; the result is the same for any number.</param>
internal sealed record RunSettings(Experiment Experiment, long Seed, int Epochs, int BatchSize, int Threads)
{
    /// <summary>Whether epochs and batch are those of the published run, so that the figures can be set side by side.</summary>
    internal bool IsAsPublished => Epochs == Experiment.Epochs && BatchSize == Experiment.BatchSize;
}
