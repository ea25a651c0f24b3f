using System.Runtime.CompilerServices;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Output;

namespace NeuralCore.Samples.Mnist.Experiments;

/// <summary>
/// Trains and tests a twin of a run's network on one made-up batch and reports on it to nobody, so that the code is compiled while the images are still being read:
/// a second processor has nothing else to do then. A native program has nothing to compile, so nothing is rehearsed there.
/// </summary>
internal static class Rehearsal
{
    private const int MostRows = 512;

    /// <summary>Begins, in the background. The run itself need not wait for the end, but does well to.</summary>
    internal static Task Begin(RunSettings settings) => RuntimeFeature.IsDynamicCodeCompiled ? Task.Run(() => Play(settings)) : Task.CompletedTask;

    private static void Play(RunSettings settings)
    {
        int rows = Math.Min(settings.BatchSize, MostRows);
        byte[] pixels = new byte[rows * Experiment.ImageSide * Experiment.ImageSide];
        // One lit row of pixels, since there is other code for those that are hardly ever dark.
        for (int row = 0; row < rows; row++)
            pixels.AsSpan(row * Experiment.ImageSide * Experiment.ImageSide, Experiment.ImageSide).Fill(byte.MaxValue);
        LabelledImages alike = new(pixels, new int[rows]);
        MnistImages images = new(alike, alike, new DataOrigin(DataOrigin.Mnist, "one lit row"));
        Terminal unseen = Terminal.To(TextWriter.Null, Terminal.FileWidth);
        RunOutcome outcome = new ExperimentRunner(images, new PlainDisplay(unseen), RunFiles.None, CancellationToken.None)
            .Run(settings with { Epochs = 1, Threads = 1 }, ModelFactory.Build(settings.Experiment));
        RunReport.Write(unseen, outcome, images);
    }
}
