using System.Diagnostics;
using NeuralCore.Training;
using Spectre.Console;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>The epoch table; its last row and a progress bar are updated during the fit.</summary>
internal sealed class LiveDisplay(Terminal terminal) : TrainingDisplay
{
    private const double SecondsBetweenFrames = 0.08;
    private const int LongestBar = 60;

    private LiveDisplayContext? _frame;
    private long _lastFrame;
    private bool _hasHeader;

    internal override TrainingHistory Show(Func<TrainingHistory> fit)
    {
        TrainingHistory? history = null;
        terminal.Console.Live(Text.Empty).AutoClear(true).Start(frame =>
        {
            _frame = frame;
            history = fit();
        });
        return history!;
    }

    protected override void OnStep(EpochRow row)
    {
        if (Stopwatch.GetElapsedTime(_lastFrame).TotalSeconds < SecondsBetweenFrames)
            return;
        Draw(row);
    }

    protected override void OnEpoch(EpochRow row)
    {
        // Written above the live part, where it stays.
        if (!_hasHeader)
            Draw(row);
        terminal.Line(EpochColumns.For(row.Epochs, terminal.Width).Format(row));
        Draw(row with { Epoch = Math.Min(row.Epoch + 1, row.Epochs) });
        // Let the next step replace these figures, which are of the previous epoch.
        _lastFrame = 0;
    }

    private void Draw(EpochRow row)
    {
        _lastFrame = Stopwatch.GetTimestamp();
        int length = Math.Min(terminal.Width - 1, LongestBar);
        int done = (int)(row.Fraction * length);
        (char full, char empty) = terminal.HasUnicode ? ('━', '─') : ('#', '-');
        EpochColumns columns = EpochColumns.For(row.Epochs, terminal.Width);
        _frame?.UpdateTarget(new Rows(
            new Text(columns.Format(row)),
            new Text(new string(full, done) + new string(empty, length - done), new Style(Color.Green))));
        // Lines go above the live part only once it has been drawn.
        if (!_hasHeader)
            terminal.Line(columns.Header);
        _hasHeader = true;
    }
}
