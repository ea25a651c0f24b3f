using System.Text.RegularExpressions;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Moves the columns of a model summary closer together if the terminal is narrow. The text stays the same.</summary>
internal static partial class SummaryLayout
{
    private const int Gap = 2;

    internal static string Fit(string summary, int width)
    {
        string[] lines = summary.ReplaceLineEndings("\n").Split('\n');
        if (lines.Max(line => line.Length) < width)
            return string.Join('\n', lines);

        List<string[]> rows = lines.Select(line => Columns().Split(line.Trim())).ToList();
        int columns = rows.Max(row => row.Length);
        int[] widths = Enumerable.Range(0, columns)
            .Select(i => rows.Where(row => row.Length == columns).Max(row => row[i].Length)).ToArray();
        int total = widths.Sum() + Gap * (columns - 1);
        return string.Join('\n', rows.Select(row =>
            row.Length == columns ? string.Join(new string(' ', Gap), row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd()
            : IsRule(row[0]) ? new string(row[0][0], total)
            : row[0]));
    }

    private static bool IsRule(string text) => text.Length > 0 && text[0] is '_' or '=';

    [GeneratedRegex(" {2,}")]
    private static partial Regex Columns();
}
