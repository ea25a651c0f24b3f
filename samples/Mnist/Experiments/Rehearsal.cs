using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Output;

namespace NeuralCore.Samples.Mnist.Experiments;

/// <summary>
/// Trains and tests a twin of a run's network on one blank batch, so that the code is compiled while the images are still being read: a second processor has
/// nothing else to do then.
/// </summary>
internal static class Rehearsal
{
    private const int MostRows = 512;

    /// <summary>Begins, in the background. The run itself need not wait for the end, but does well to.</summary>
    internal static Task Begin(RunSettings settings) => Task.Run(() =>
    {
        int rows = Math.Min(settings.BatchSize, MostRows);
        LabelledImages blank = new(new byte[rows * Experiment.ImageSide * Experiment.ImageSide], new int[rows]);
        MnistImages images = new(blank, blank, new DataOrigin(DataOrigin.Synthetic, "blank"));
        PlainDisplay unseen = new(Terminal.To(TextWriter.Null, 80));
        new ExperimentRunner(images, unseen, RunFiles.None, CancellationToken.None).Run(settings with { Epochs = 1, Threads = 1 }, ModelFactory.Build(settings.Experiment));
    });
}
