using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Output;

namespace NeuralCore.Samples.Mnist.Commands;

/// <summary>Loads the images for a command, with what there is to say on the way.</summary>
internal static class DataLoading
{
    /// <summary>The images of the folder that was named, of the cache, of a download, or drawn by the sample.</summary>
    /// <param name="terminal">Shows a download.</param>
    /// <param name="option">The value of <c>--data</c>, or null.</param>
    /// <param name="cancellation">Ends a download.</param>
    internal static MnistImages Load(Terminal terminal, string? option, CancellationToken cancellation)
    {
        using DownloadDisplay display = new(terminal);
        return new ImageSource(() => new MnistDownload(Mirrors.FromEnvironment(), display), Terminal.Error).Load(option, cancellation);
    }

    /// <summary>The test images alone, those that a run with the same option is tested on.</summary>
    /// <param name="terminal">Shows a download.</param>
    /// <param name="option">The value of <c>--data</c>, or null.</param>
    internal static LabelledImages LoadTest(Terminal terminal, string? option)
    {
        MnistFolder folder = MnistFolder.Locate(option);
        return folder.IsCache && !folder.IsComplete ? Load(terminal, option, CancellationToken.None).Test : folder.ReadTest();
    }
}
