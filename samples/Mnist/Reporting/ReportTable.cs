using System.Text;
using NeuralCore.Samples.Mnist.Output;

namespace NeuralCore.Samples.Mnist.Reporting;

/// <summary>A table of text, written as plain columns or as Markdown.</summary>
/// <param name="Titles">The columns' titles.</param>
/// <param name="Rows">The cells.</param>
/// <param name="TextColumns">How many columns from the left hold text and are left-aligned; the others hold right-aligned numbers.</param>
internal sealed record ReportTable(IReadOnlyList<string> Titles, IReadOnlyList<IReadOnlyList<string>> Rows, int TextColumns = 1)
{
    private const int Gap = 2;

    /// <summary>How many columns from the left are row headings. They are repeated if the table is split.</summary>
    internal int HeadingColumns { get; init; } = 1;

    /// <summary>Columns before which the table may be split, so that related columns stay together.</summary>
    internal IReadOnlyList<int> Cuts { get; init; } = [];

    /// <summary>
    /// Lines of plain columns, shorter than a width. A table that is too wide is split into several, one below the other, and its first
    /// column is folded. If not even one group of columns fits next to it, each cell gets its own line. No cell is omitted.
    /// </summary>
    internal IEnumerable<string> Lines(int width)
    {
        int[] widths = Enumerable.Range(0, Titles.Count).Select(i => Rows.Append(Titles).Max(row => row[i].Length)).ToArray();
        if (Total(widths) < width)
            return Columns(widths, Enumerable.Range(0, Titles.Count).ToArray());
        int[][] groups = Groups();
        int others = widths[1..HeadingColumns].Sum(other => other + Gap);
        int room = width - 1 - others - groups.Max(group => Span(widths, group));
        int leastFirst = Math.Min(widths[0], Rows.Append(Titles).SelectMany(row => row[0].Split(' ')).Max(word => word.Length));
        if (room < leastFirst)
            return Stacked(width);
        widths[0] = Math.Min(widths[0], room);
        return Blocks(widths, groups, width);
    }

    /// <summary>The same as Markdown.</summary>
    internal string Markdown()
    {
        StringBuilder text = new();
        text.Append("| ").AppendJoin(" | ", Titles).Append(" |\n|");
        for (int i = 0; i < Titles.Count; i++)
            text.Append(i < TextColumns ? "---|" : "--:|");
        foreach (IReadOnlyList<string> row in Rows)
        {
            text.Append("\n| ").AppendJoin(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))
                .Append(" |");
        }
        return text.Append('\n').ToString();
    }

    private static int Total(IEnumerable<int> widths) => widths.Sum() + Gap * (widths.Count() - 1);

    private static int Span(int[] widths, int[] columns) => columns.Sum(column => widths[column] + Gap);

    private int[][] Groups()
    {
        int[] ends = [.. Cuts.Where(cut => cut > HeadingColumns), Titles.Count];
        return ends.Select((end, i) => Enumerable.Range(0, end).Skip(i == 0 ? HeadingColumns : ends[i - 1]).ToArray()).ToArray();
    }

    // Puts as many groups of columns side by side as fit.
    private IEnumerable<string> Blocks(int[] widths, int[][] groups, int width)
    {
        int[] headings = Enumerable.Range(0, HeadingColumns).ToArray();
        for (int i = 0; i < groups.Length;)
        {
            if (i > 0)
                yield return "";
            List<int> columns = [.. headings];
            do
                columns.AddRange(groups[i++]);
            while (i < groups.Length && Total(columns.Concat(groups[i]).Select(column => widths[column])) < width);
            foreach (string line in Columns(widths, columns))
                yield return line;
        }
    }

    private IEnumerable<string> Columns(int[] widths, IReadOnlyList<int> columns)
    {
        string[] rule = Titles.Select((_, i) => new string('-', widths[i])).ToArray();
        foreach (IReadOnlyList<string> row in (IEnumerable<IReadOnlyList<string>>)[Titles, rule, .. Rows])
        {
            string[] first = Terminal.Fold(row[0], widths[0]).Split('\n');
            for (int part = 0; part < first.Length; part++)
            {
                yield return string.Join(new string(' ', Gap), columns.Select(i =>
                    i == 0 ? first[part].PadRight(widths[0])
                    : part > 0 ? new string(' ', widths[i])
                    : i < TextColumns ? row[i].PadRight(widths[i])
                    : row[i].PadLeft(widths[i]))).TrimEnd();
            }
        }
    }

    private IEnumerable<string> Stacked(int width)
    {
        foreach (IReadOnlyList<string> row in Rows)
        {
            for (int i = 0; i < row.Count; i++)
            {
                string indent = i < HeadingColumns ? "" : "  ";
                foreach (string line in Terminal.Fold($"{Titles[i]}: {row[i]}", width - 1 - indent.Length).Split('\n'))
                    yield return indent + line;
            }
        }
    }
}
