using NeuralCore.Samples.Mnist.Reporting;
using NeuralCore.Samples.Mnist.Sweeps;
using Spectre.Console;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>
/// Shows a sweep. A terminal gets a live view of the current runs, the progress and the time left; other output gets a line for each
/// finished run.
/// </summary>
internal sealed class SweepDisplay(Terminal terminal, SweepProgress progress)
{
    private const int LongestBar = 60;
    private static readonly TimeSpan BetweenFrames = TimeSpan.FromMilliseconds(150);

    /// <summary>Does the work while displaying its progress. An exception of the work is rethrown.</summary>
    internal void Show(Action work)
    {
        if (terminal.CanMoveCursor)
            ShowMoving(work);
        else
            ShowLines(work);
    }

    private void ShowLines(Action work)
    {
        progress.Finished += Write;
        try
        {
            work();
        }
        finally
        {
            progress.Finished -= Write;
        }

        void Write(RunRecord run, SweepState state) => terminal.Line(
            $"{Numbers.Plain(state.Done)}/{Numbers.Plain(state.Total)} {run.Experiment} seed {Numbers.Plain(run.Seed)}: "
            + $"loss {Numbers.Fixed(run.TestLoss)}, accuracy {Numbers.Fixed(run.TestAccuracy)}, {string.Join(", ", Times(state))}");
    }

    private void ShowMoving(Action work)
    {
        using Task task = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        terminal.Console.Live(Text.Empty).AutoClear(true).Start(frame =>
        {
            while (!((IAsyncResult)task).AsyncWaitHandle.WaitOne(BetweenFrames))
                frame.UpdateTarget(new Rows(Lines(progress.State(), terminal.Width, terminal.HasUnicode).Select(line => new Text(line))));
        });
        task.GetAwaiter().GetResult();
    }

    /// <summary>The lines of the live view, each shorter than the width. A line that is too long is folded between its parts.</summary>
    internal static IEnumerable<string> Lines(SweepState state, int width, bool hasUnicode)
    {
        string runs = $"{Numbers.Plain(state.Done)} of {Numbers.Plain(state.Total)} runs done";
        foreach (string line in Folded("", [runs, .. Times(state)], width))
            yield return line;
        int length = Math.Min(width - 1, LongestBar);
        int done = (int)(Math.Clamp(state.Fraction, 0, 1) * length);
        (char full, char empty) = hasUnicode ? ('━', '─') : ('#', '-');
        yield return new string(full, done) + new string(empty, length - done);
        foreach (JobState job in state.Jobs)
        {
            string name = $"{job.Run.Experiment.Id} seed {Numbers.Plain(job.Run.Seed)}";
            string epoch = $"epoch {Numbers.Plain(job.Row.Epoch)}/{Numbers.Plain(job.Row.Epochs)}";
            string[] figures = double.IsNaN(job.Row.Loss) ? []
                : [$"loss {Numbers.Fixed(job.Row.Loss)}", $"accuracy {Numbers.Fixed(job.Row.Accuracy)}"];
            string whole = $"  {name,-30} {epoch,-12} {string.Join(", ", figures)}".TrimEnd();
            foreach (string line in whole.Length < width ? [whole] : Folded("  ", [name, epoch, .. figures], width))
                yield return line;
        }
    }

    private static string[] Times(SweepState state)
    {
        string elapsed = $"{Numbers.Duration(state.Elapsed)} elapsed";
        return state.Left is { } left ? [elapsed, $"{Numbers.Duration(left)} left"] : [elapsed];
    }

    // Joins parts with commas and breaks lines between parts. Only a part that is too long by itself is broken between words.
    private static IEnumerable<string> Folded(string indent, IEnumerable<string> parts, int width)
    {
        const string deeper = "  ";
        string line = "";
        foreach (string part in parts.SelectMany(part => Terminal.Fold(part, width - 1 - indent.Length - deeper.Length).Split('\n')))
        {
            if (line.Length > 0 && indent.Length + line.Length + 2 + part.Length >= width)
            {
                yield return indent + line;
                line = deeper + part;
            }
            else
            {
                line = line.Length > 0 ? $"{line}, {part}" : part;
            }
        }
        yield return indent + line;
    }
}
