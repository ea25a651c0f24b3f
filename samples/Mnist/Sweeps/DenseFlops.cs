using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>
/// Floating-point operations of a network's matrix products. A multiply-add counts as two, and zeros are not skipped. A training sample
/// takes 2 m n forward and 2 m n for the weight gradient in every m x n layer, and 2 m n for the input gradient in all but the first.
/// Elementwise operations, the optimizer and data loading are not counted.
/// </summary>
internal static class DenseFlops
{
    private const int MnistTraining = 60_000;
    private const int MnistTest = 10_000;

    internal static double OfTraining(Experiment experiment, double samples) =>
        samples * Layers(experiment).Select((layer, i) => (i == 0 ? 4.0 : 6.0) * layer.Inputs * layer.Units).Sum();

    internal static double OfScoring(Experiment experiment, double samples) =>
        samples * Layers(experiment).Sum(layer => 2.0 * layer.Inputs * layer.Units);

    /// <summary>
    /// The operations of a run on MNIST, without training on raw pixels. Used to order the runs and to estimate the time left.
    /// </summary>
    internal static double Expected(PlannedRun run) =>
        OfTraining(run.Experiment, (double)MnistTraining * run.Epochs) + OfScoring(run.Experiment, MnistTest);

    private static IEnumerable<(int Inputs, int Units)> Layers(Experiment experiment)
    {
        int inputs = Experiment.ImageSide * Experiment.ImageSide;
        foreach (int units in experiment.Hidden.Append(Experiment.Classes))
        {
            yield return (inputs, units);
            inputs = units;
        }
    }
}
