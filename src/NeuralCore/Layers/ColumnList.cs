using System.Globalization;

namespace NeuralCore.Layers;

/// <summary>A list of columns as text, ranges shortened: <c>0-2, 5</c>.</summary>
internal static class ColumnList
{
    /// <summary>How many columns a list may have, so that a short text in a file cannot stand for more memory than the file has.</summary>
    internal const int Most = 1 << 16;

    /// <summary>Checks columns that a user listed.</summary>
    /// <returns>The columns, ascending; null for all.</returns>
    /// <exception cref="ArgumentException">The list is empty, has a column twice or more columns than a file can list.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is negative.</exception>
    internal static int[]? Check(IReadOnlyList<int>? columns)
    {
        if (columns is null)
            return null;
        int[] sorted = columns.Order().ToArray();
        if (sorted.Length is 0 or > Most)
        {
            throw new ArgumentException(
                $"Expected 1 to {Most} columns, got {sorted.Length}. Leave the argument out for all columns.", nameof(columns));
        }
        if (sorted[0] < 0)
            throw new ArgumentOutOfRangeException(nameof(columns), sorted[0], "Columns are numbered from 0.");
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] == sorted[i - 1])
                throw new ArgumentException($"Column {sorted[i]} is listed twice.", nameof(columns));
        }
        return sorted;
    }

    /// <summary>Columns, ascending, as text; empty for all.</summary>
    internal static string Format(int[]? columns)
    {
        if (columns is null)
            return "";
        List<string> parts = [];
        for (int start = 0, end; start < columns.Length; start = end)
        {
            end = start + 1;
            while (end < columns.Length && columns[end] == columns[end - 1] + 1)
                end++;
            parts.Add(end - start == 1
                ? string.Create(CultureInfo.InvariantCulture, $"{columns[start]}")
                : string.Create(CultureInfo.InvariantCulture, $"{columns[start]}-{columns[end - 1]}"));
        }
        return string.Join(", ", parts);
    }

    /// <summary>Reads what <see cref="Format"/> wrote.</summary>
    /// <exception cref="FormatException">The text is not a list of ascending columns.</exception>
    internal static int[]? Parse(string text)
    {
        if (text.Length == 0)
            return null;
        List<int> columns = [];
        foreach (string part in text.Split(", "))
        {
            string[] ends = part.Split('-');
            int first = Number(ends[0], text);
            int last = ends.Length == 1 ? first : Number(ends[^1], text);
            if (ends.Length > 2 || last < first || (columns.Count > 0 && first <= columns[^1]) || last - first >= Most - columns.Count)
                throw Wrong(text);
            for (int column = first; column <= last; column++)
                columns.Add(column);
        }
        return columns.ToArray();
    }

    private static int Number(string part, string text) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < int.MaxValue
            ? number
            : throw Wrong(text);

    private static FormatException Wrong(string text) =>
        new($"\"{(text.Length > 100 ? text[..100] + "..." : text)}\" is not a list of at most {Most} "
            + "ascending columns such as \"0-2, 5\".");
}
