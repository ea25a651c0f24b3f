using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>
/// Floating-point operations of a network's dense products, a multiply-add counted as two and no zero skipped. A training sample takes
/// 2 m n forward and 2 m n for the kernel's gradient in every layer m x n, and 2 m n for the input's gradient in all but the first.
/// Elementwise work, the optimizer and the data are not counted.
/// </summary>
internal static class DenseFlops
{
    private const int MnistTraining = 60_000;
    private const int MnistTest = 10_000;

    internal static double OfTraining(Experiment experiment, double samples) =>
        samples * Layers(experiment).Select((layer, i) => (i == 0 ? 4.0 : 6.0) * layer.Inputs * layer.Units).Sum();

    internal static double OfScoring(Experiment experiment, double samples) =>
        samples * Layers(experiment).Sum(layer => 2.0 * layer.Inputs * layer.Units);

    /// <summary>What a run on MNIST comes to, training on raw pixels not counted: for what is to be made first, and the time left.</summary>
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
