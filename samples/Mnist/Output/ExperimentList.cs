using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>The experiments as a table if the terminal is wide enough, else as a few short lines each.</summary>
internal static class ExperimentList
{
    private static readonly string[] Titles = ["id", "hidden", "dropout", "loss", "optimizer", "loss", "accuracy", "title"];

    internal static void Write(Terminal terminal, IReadOnlyList<Experiment> experiments)
    {
        List<string[]> rows = [Titles, .. experiments.Select(Cells)];
        int[] widths = Enumerable.Range(0, Titles.Length).Select(i => rows.Max(row => row[i].Length)).ToArray();
        if (widths.Sum() + 2 * (widths.Length - 1) < terminal.Width)
        {
            foreach (string[] row in rows)
                terminal.Line(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
            return;
        }
        foreach (Experiment experiment in experiments)
        {
            string[] cells = Cells(experiment);
            terminal.Line(cells[0]);
            terminal.Line($"  {cells[7]}");
            terminal.Line($"  {cells[1]}, dropout {cells[2]}, {cells[3]}, {cells[4]}");
            terminal.Line($"  report: loss {cells[5]}, accuracy {cells[6]}");
        }
    }

    private static string[] Cells(Experiment experiment) =>
    [
        experiment.Id,
        experiment.Widths,
        Numbers.Plain(experiment.Dropout),
        experiment.Loss.ToString().ToLowerInvariant(),
        experiment.Optimizer.ToString().ToLowerInvariant(),
        Numbers.Plain(experiment.ReportLoss),
        Numbers.Plain(experiment.ReportAccuracy),
        experiment.Title,
    ];
}
