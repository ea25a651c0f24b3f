using System.Text;

namespace NeuralCore.Samples.Mnist.Reporting;

/// <summary>A table of text, written as plain columns or as Markdown.</summary>
/// <param name="Titles">The columns' titles.</param>
/// <param name="Rows">The cells.</param>
/// <param name="TextColumns">How many columns from the left hold words and stand left; numbers stand right.</param>
internal sealed record ReportTable(IReadOnlyList<string> Titles, IReadOnlyList<IReadOnlyList<string>> Rows, int TextColumns = 1)
{
    private const int Gap = 2;

    /// <summary>Lines of plain columns.</summary>
    internal IEnumerable<string> Lines()
    {
        int[] widths = Enumerable.Range(0, Titles.Count).Select(i => Rows.Append(Titles).Max(row => row[i].Length)).ToArray();
        yield return Line(Titles);
        yield return string.Join(new string(' ', Gap), widths.Select(width => new string('-', width)));
        foreach (IReadOnlyList<string> row in Rows)
            yield return Line(row);

        string Line(IReadOnlyList<string> row) =>
            string.Join(new string(' ', Gap), row.Select((cell, i) => i < TextColumns ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd();
    }

    /// <summary>The same as Markdown.</summary>
    internal string Markdown()
    {
        StringBuilder text = new();
        text.Append("| ").AppendJoin(" | ", Titles).Append(" |\n|");
        for (int i = 0; i < Titles.Count; i++)
            text.Append(i < TextColumns ? "---|" : "--:|");
        foreach (IReadOnlyList<string> row in Rows)
            text.Append("\n| ").AppendJoin(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |");
        return text.Append('\n').ToString();
    }
}
