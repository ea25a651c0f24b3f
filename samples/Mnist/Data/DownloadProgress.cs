namespace NeuralCore.Samples.Mnist.Data;

/// <summary>The progress of one file's download.</summary>
/// <param name="File">The file.</param>
/// <param name="Mirror">The mirror that it comes from.</param>
/// <param name="Bytes">Decompressed bytes written so far.</param>
/// <param name="IsDone">Whether it is complete, verified and in place.</param>
internal readonly record struct DownloadProgress(MnistFile File, Uri Mirror, long Bytes, bool IsDone);

/// <summary>The time limits of a download.</summary>
internal sealed record DownloadLimits
{
    /// <summary>To establish the connection.</summary>
    internal TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two chunks of the response.</summary>
    internal TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For one file from one mirror.</summary>
    internal TimeSpan File { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>No mirror delivered the file.</summary>
internal sealed class DownloadException(string message) : Exception(message);
