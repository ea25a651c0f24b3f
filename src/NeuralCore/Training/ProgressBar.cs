using System.Globalization;

namespace NeuralCore.Training;

/// <summary>One line of progress within an epoch, as wide as the terminal allows.</summary>
internal static class ProgressBar
{
    private const int ShortestBar = 10;
    private const int LongestBar = 30;
    private const string Gap = "  ";

    /// <summary>
    /// Writes the line: <c>epoch  3/20  [=====>    ]  61/118  loss 0.1234  accuracy 0.9712  112,953 samples/s</c>. Where the terminal is
    /// too narrow, it leaves out what comes last, then the bar.
    /// </summary>
    /// <param name="progress">The progress.</param>
    /// <param name="metric">The name of the first metric; null without metrics.</param>
    /// <param name="samplesPerSecond">The epoch's speed so far.</param>
    /// <param name="width">The most characters.</param>
    internal static string Write(in FitProgress progress, string? metric, double samplesPerSecond, int width)
    {
        string epoch = Epoch(progress.Epoch, progress.Epochs);
        string[] parts =
        [
            string.Create(CultureInfo.InvariantCulture, $"{progress.Step}/{progress.StepsPerEpoch}"),
            $"loss {LogNumber.Of(progress.Loss)}",
            metric is null ? "" : $"{metric} {LogNumber.Of(progress.FirstMetric)}",
            $"{LogNumber.Count(samplesPerSecond)} samples/s",
        ];
        string figures = "";
        int room = width - epoch.Length - Gap.Length - ShortestBar;
        foreach (string part in parts.Where(part => part.Length > 0))
        {
            if (figures.Length + Gap.Length + part.Length > room)
                break;
            figures += Gap + part;
        }
        int bar = Math.Min(width - epoch.Length - Gap.Length - figures.Length, LongestBar);
        string line = bar >= ShortestBar
            ? epoch + Gap + Bar((double)progress.Step / progress.StepsPerEpoch, bar) + figures
            : epoch + Gap + parts[0];
        return line.Length <= width ? line : line[..Math.Max(width, 0)];
    }

    /// <summary>The epoch, as wide in the first as in the last.</summary>
    internal static string Epoch(int epoch, int epochs)
    {
        string last = epochs.ToString(CultureInfo.InvariantCulture);
        return $"epoch {epoch.ToString(CultureInfo.InvariantCulture).PadLeft(last.Length)}/{last}";
    }

    private static string Bar(double fraction, int length)
    {
        int inside = length - 2;
        int done = (int)(fraction * inside);
        string head = done < inside ? ">" : "";
        return "[" + new string('=', done) + head + new string(' ', inside - done - head.Length) + "]";
    }
}
