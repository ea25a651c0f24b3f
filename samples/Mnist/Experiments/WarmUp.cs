using System.Runtime.CompilerServices;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Output;

namespace NeuralCore.Samples.Mnist.Experiments;

/// <summary>
/// Trains and tests a copy of the run's network on one synthetic batch and discards the output, so that the code is compiled while the
/// images are still being read: a second processor would otherwise be idle. A native program has nothing to compile and skips this.
/// </summary>
internal static class WarmUp
{
    private const int MostRows = 512;

    /// <summary>Starts in the background. The run does not have to wait for it, but is faster if it does.</summary>
    internal static Task Begin(RunSettings settings) =>
        RuntimeFeature.IsDynamicCodeCompiled ? Task.Run(() => Run(settings)) : Task.CompletedTask;

    private static void Run(RunSettings settings)
    {
        int rows = Math.Min(settings.BatchSize, MostRows);
        byte[] pixels = new byte[rows * Experiment.ImageSide * Experiment.ImageSide];
        // One bright row of pixels in each image: pixels that are rarely zero take another code path.
        for (int row = 0; row < rows; row++)
            pixels.AsSpan(row * Experiment.ImageSide * Experiment.ImageSide, Experiment.ImageSide).Fill(byte.MaxValue);
        LabelledImages batch = new(pixels, new int[rows]);
        MnistImages images = new(batch, batch, new DataOrigin(DataOrigin.Mnist, "one bright row"));
        Terminal discarded = Terminal.To(TextWriter.Null, Terminal.FileWidth);
        RunOutcome outcome = new ExperimentRunner(images, new PlainDisplay(discarded), RunFiles.None, CancellationToken.None)
            .Run(settings with { Epochs = 1, Threads = 1 }, ModelFactory.Build(settings.Experiment));
        RunReport.Write(discarded, outcome, images);
    }
}
