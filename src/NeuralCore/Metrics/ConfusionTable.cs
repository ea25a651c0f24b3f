using System.Globalization;
using System.Text;

namespace NeuralCore.Metrics;

/// <summary>Prints a confusion matrix.</summary>
internal static class ConfusionTable
{
    private const int NarrowestWidth = 30;
    private const int LongestHeading = 12;
    private const string Caption = "rows: targets, columns: predictions";

    internal static string Print(ConfusionMatrix matrix, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, NarrowestWidth);
        string[][] cells = Enumerable.Range(0, matrix.Classes).Select(target =>
            Enumerable.Range(0, matrix.Classes).Select(predicted =>
                matrix[target, predicted].ToString(CultureInfo.InvariantCulture)).ToArray()).ToArray();
        int longestName = matrix.ClassNames.Max(name => name.Length);
        int longestCount = cells.Max(row => row.Max(cell => cell.Length));

        // A third of the width is enough for names; a column is as wide as its counts and as much of its name as there is room for.
        int side = Math.Min(longestName, width / 3);
        int column = Math.Max(longestCount, Math.Min(longestName, LongestHeading));
        if (side + matrix.Classes * (1 + column) > width)
            column = Math.Max(longestCount, Math.Min(longestName, Math.Max(4, (width - side) / matrix.Classes - 1)));
        int perBlock = Math.Max(1, (width - side) / (1 + column));

        StringBuilder text = new();
        // Narrower than the caption, the table goes without it.
        if (Caption.Length <= width)
            text.Append(Caption).Append('\n');
        for (int first = 0; first < matrix.Classes; first += perBlock)
        {
            int count = Math.Min(perBlock, matrix.Classes - first);
            if (first > 0)
                text.Append('\n');
            AppendRow(text, "", side, matrix.ClassNames.Skip(first).Take(count), column);
            for (int target = 0; target < matrix.Classes; target++)
                AppendRow(text, matrix.ClassNames[target], side, cells[target].Skip(first).Take(count), column);
        }
        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, string name, int side, IEnumerable<string> cells, int column)
    {
        text.Append(Cut(name, side).PadLeft(side));
        foreach (string cell in cells)
            text.Append(' ').Append(Cut(cell, column).PadLeft(column));
        text.Append('\n');
    }

    private static string Cut(string text, int length)
    {
        text = string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character));
        if (text.Length <= length)
            return text;
        // Not between the halves of a surrogate pair.
        int end = length - 1;
        return text[..(end > 0 && char.IsHighSurrogate(text[end - 1]) ? end - 1 : end)] + "…";
    }
}
