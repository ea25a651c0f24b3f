namespace NeuralCore.Training;

/// <summary>
/// Writes a fit's progress to <see cref="FitOptions{TTarget}.Log"/>: one line an epoch, and on a terminal a bar that is rewritten in place
/// and gone when the epoch ends.
/// </summary>
internal sealed class FitLog
{
    /// <summary>The bar is written at most ten times a second: more often nobody can read it.</summary>
    internal static readonly TimeSpan BarInterval = TimeSpan.FromMilliseconds(100);

    private const int UsualWidth = 80;

    private readonly TextWriter _writer;
    private readonly ITerminal? _terminal;
    private readonly TimeProvider _time;
    private readonly string? _firstMetric;
    private long _written;
    private int _barLength;

    /// <param name="writer">Receives the text.</param>
    /// <param name="terminal">The terminal behind it; null where lines cannot be rewritten.</param>
    /// <param name="time">The clock.</param>
    /// <param name="firstMetric">The name of the first metric; null without metrics.</param>
    internal FitLog(TextWriter writer, ITerminal? terminal, TimeProvider time, string? firstMetric)
    {
        _writer = writer;
        _terminal = terminal;
        _time = time;
        _firstMetric = firstMetric;
        _written = time.GetTimestamp();
    }

    /// <summary>The rate of the last step that was logged, at first the rate that the fit starts with.</summary>
    internal float LearningRate { get; set; }

    /// <summary>Whether a step can show: there is a terminal, and the last time it was written is long enough ago.</summary>
    internal bool WantsStep => _terminal is not null && _time.GetElapsedTime(_written) >= BarInterval;

    /// <summary>Rewrites the bar.</summary>
    /// <param name="progress">The progress.</param>
    /// <param name="duration">How long the epoch's steps have taken.</param>
    internal void Step(in FitProgress progress, TimeSpan duration)
    {
        int terminalWidth = _terminal!.Width is > 0 and int known ? known : UsualWidth;
        // A character in the last column would move the cursor to the next line.
        int width = terminalWidth - 1;
        string line = ProgressBar.Write(progress, _firstMetric, progress.Samples / Math.Max(duration.TotalSeconds, 1e-9), width);
        int rest = Math.Clamp(Math.Min(_barLength, width) - line.Length, 0, width);
        _writer.Write("\r" + line + new string(' ', rest) + new string('\b', rest));
        _writer.Flush();
        _barLength = line.Length;
        _written = _time.GetTimestamp();
    }

    /// <summary>Writes the line of an epoch.</summary>
    /// <param name="epoch">The epoch within the fit, from 1.</param>
    /// <param name="epochs">How many epochs the fit has.</param>
    /// <param name="result">The epoch's result.</param>
    /// <param name="learningRate">The rate of its last step.</param>
    internal void Epoch(int epoch, int epochs, EpochResult result, float learningRate)
    {
        List<string> parts = [LogNumber.Duration(result.Duration), .. Figures(result.Training, "")];
        if (result.Validation is { } validation)
            parts.AddRange(Figures(validation, "validation "));
        if (learningRate != LearningRate)
            parts.Add($"learning rate {LogNumber.Rate(learningRate)}");
        LearningRate = learningRate;
        parts.Add($"{LogNumber.Count(result.SamplesPerSecond)} samples/s");
        Line($"{ProgressBar.Epoch(epoch, epochs)}: {string.Join(", ", parts)}");
    }

    /// <summary>Writes a line, in the bar's place if there is one.</summary>
    internal void Line(string text)
    {
        EraseBar();
        _writer.WriteLine(text);
        _writer.Flush();
        _written = _time.GetTimestamp();
    }

    /// <summary>Leaves an empty line where the bar was.</summary>
    internal void EraseBar()
    {
        if (_barLength == 0)
            return;
        _writer.Write("\r" + new string(' ', _barLength) + "\r");
        _writer.Flush();
        _barLength = 0;
    }

    private static IEnumerable<string> Figures(Evaluation evaluation, string what) =>
        evaluation.Metrics.Prepend(new MetricValue("loss", evaluation.Loss))
            .Select(metric => $"{what}{metric.Name} {LogNumber.Of(metric.Value)}");
}
