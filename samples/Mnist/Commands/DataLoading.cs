using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Output;

namespace NeuralCore.Samples.Mnist.Commands;

/// <summary>Loads the images for a command; shows downloads and warnings.</summary>
internal static class DataLoading
{
    internal const string ToTrain = "Training on synthetic digits instead: their results say nothing about MNIST.";
    internal const string ToTest = "Testing on synthetic digits instead: their results say nothing about MNIST.";
    private const string ToPredict = "Predicting synthetic test digits instead, which are not MNIST's.";

    /// <summary>Images from the named folder, the cache or a download, or drawn by the sample.</summary>
    /// <param name="terminal">Shows a download.</param>
    /// <param name="option">The value of <c>--data</c>, or null.</param>
    /// <param name="consequence">What synthetic digits mean for the command.</param>
    /// <param name="cancellation">Cancels a download.</param>
    internal static MnistImages Load(Terminal terminal, string? option, string consequence, CancellationToken cancellation)
    {
        using DownloadDisplay display = new(terminal);
        return new ImageSource(() => new MnistDownload(Mirrors.FromEnvironment(), display), Terminal.Error)
            .Load(option, consequence, cancellation);
    }

    /// <summary>Only the test images, the same as for a run with the same option, and whether the sample drew them.</summary>
    /// <param name="terminal">Shows a download.</param>
    /// <param name="option">The value of <c>--data</c>, or null.</param>
    internal static (LabelledImages Images, bool AreSynthetic) LoadTest(Terminal terminal, string? option)
    {
        MnistFolder folder = MnistFolder.Locate(option);
        if (!folder.IsCache || folder.IsComplete)
            return (folder.ReadTest(), false);
        MnistImages images = Load(terminal, option, ToPredict, CancellationToken.None);
        return (images.Test, images.Origin.IsSynthetic);
    }
}
