namespace NeuralCore.Samples.Mnist.Data;

/// <summary>
/// Finds images to train on: the named folder, else the user's cache folder, else a download into it, else digits that the sample draws
/// itself. A named folder is never silently replaced.
/// </summary>
/// <param name="download">Creates the download of the files that the cache lacks; called only if some are missing.</param>
/// <param name="warn">Is told why the images are not MNIST.</param>
internal sealed class ImageSource(Func<MnistDownload> download, Action<string> warn)
{
    /// <summary>The images.</summary>
    /// <param name="option">The value of <c>--data</c>, or null.</param>
    /// <param name="consequence">What synthetic digits mean for the command: a sentence or two.</param>
    /// <param name="cancellation">Cancels a download.</param>
    /// <exception cref="SampleException">The named folder lacks a file, or images are not 28 x 28.</exception>
    /// <exception cref="InvalidDataException">A file is not valid.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The download was interrupted.</exception>
    internal MnistImages Load(string? option, string consequence, CancellationToken cancellation)
    {
        MnistFolder folder = MnistFolder.Locate(option);
        if (folder.IsCache && !folder.IsComplete)
        {
            try
            {
                download().FetchAsync(folder.Path, cancellation).GetAwaiter().GetResult();
            }
            catch (DownloadException e)
            {
                warn(
                    $"MNIST is not in {folder.Path} and cannot be downloaded ({e.Message}). {consequence} "
                    + $"Name a folder with the four files with --data DIR or {MnistFolder.EnvironmentVariable}.");
                return SyntheticDigits.Draw();
            }
        }
        return folder.Read();
    }
}
