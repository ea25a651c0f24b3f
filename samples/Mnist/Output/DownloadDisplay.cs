using System.Diagnostics;
using NeuralCore.Samples.Mnist.Data;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Prints a line for each downloaded file; a terminal also shows the progress.</summary>
internal sealed class DownloadDisplay(Terminal terminal) : IProgress<DownloadProgress>, IDisposable
{
    private const double SecondsBetweenFrames = 0.1;
    private const double BytesPerMegabyte = 1e6;

    private long _lastFrame;
    private int _shown;

    /// <inheritdoc/>
    public void Report(DownloadProgress value)
    {
        if (value.IsDone)
        {
            Clear();
            terminal.Line($"Downloaded {value.File.Name} from {value.Mirror.Host}: {Megabytes(value.File.Length)} MB, SHA-256 as expected");
        }
        else if (terminal.CanMoveCursor && Stopwatch.GetElapsedTime(_lastFrame).TotalSeconds >= SecondsBetweenFrames)
        {
            _lastFrame = Stopwatch.GetTimestamp();
            string size = $"{Megabytes(value.Bytes)} of {Megabytes(value.File.Length)} MB";
            string[] lines = [$"{size}: {value.File.Name}", size, ""];
            Clear();
            // Leave the last column free: a full line would wrap.
            string line = lines.First(text => text.Length < Math.Max(terminal.Width, 1));
            terminal.Part(line);
            _shown = line.Length;
        }
    }

    /// <summary>Erases an unfinished line.</summary>
    public void Dispose() => Clear();

    private void Clear()
    {
        if (_shown > 0)
            terminal.Part($"\r{new string(' ', _shown)}\r");
        _shown = 0;
    }

    private static string Megabytes(long bytes) => FormattableString.Invariant($"{bytes / BytesPerMegabyte:F1}");
}
