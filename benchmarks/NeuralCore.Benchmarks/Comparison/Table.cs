namespace NeuralCore.Benchmarks.Comparison;

/// <summary>A text table: aligned for a terminal, or in Markdown.</summary>
internal sealed class Table(params string[] headers)
{
    private readonly List<string[]> _rows = [];

    internal void Add(params string[] cells)
    {
        if (cells.Length != headers.Length)
            throw new ArgumentException($"A row of {cells.Length} cells in a table of {headers.Length} columns.", nameof(cells));
        _rows.Add(cells);
    }

    internal void Write(TextWriter writer, bool markdown)
    {
        int[] widths = headers.Select((header, column) =>
            Math.Max(header.Length, _rows.Select(row => row[column].Length).DefaultIfEmpty().Max())).ToArray();
        WriteRow(headers);
        if (markdown)
        {
            IEnumerable<string> rules = widths.Select((width, column) => new string('-', width + 1) + (column == 0 ? "-" : ":"));
            writer.WriteLine("|" + string.Join("|", rules) + "|");
        }
        else
            writer.WriteLine(string.Join("  ", widths.Select(width => new string('-', width))));
        foreach (string[] row in _rows)
            WriteRow(row);
        writer.WriteLine();

        void WriteRow(string[] cells)
        {
            // The first column names the row; the others are numbers.
            IEnumerable<string> padded = cells.Select((cell, column) =>
                column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            writer.WriteLine(markdown ? $"| {string.Join(" | ", padded)} |" : string.Join("  ", padded).TrimEnd());
        }
    }
}
