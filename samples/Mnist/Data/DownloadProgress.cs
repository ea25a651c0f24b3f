namespace NeuralCore.Samples.Mnist.Data;

/// <summary>How far the download of one file is.</summary>
/// <param name="File">The file.</param>
/// <param name="Mirror">Where it comes from.</param>
/// <param name="Bytes">Decompressed bytes written so far.</param>
/// <param name="IsDone">Whether it is complete, checked and in its place.</param>
internal readonly record struct DownloadProgress(MnistFile File, Uri Mirror, long Bytes, bool IsDone);

/// <summary>How long a download may take.</summary>
internal sealed record DownloadLimits
{
    /// <summary>Until the connection stands.</summary>
    internal TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From one piece of the answer to the next.</summary>
    internal TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For one file from one mirror.</summary>
    internal TimeSpan File { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>No mirror gave the file.</summary>
internal sealed class DownloadException(string message) : Exception(message);
