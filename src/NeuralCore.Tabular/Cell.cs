using System.Globalization;
using System.Text;

namespace NeuralCore.Tabular;

/// <summary>What the text of a cell means.</summary>
internal static class Cell
{
    private const int LongestShown = 40;

    /// <summary>Reads a finite number: digits, sign, point and exponent, in the invariant culture.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out double value) =>
        double.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out value)
        && double.IsFinite(value);

    /// <summary>Compares two texts of numbers by the numbers, then by the texts.</summary>
    internal static int Compare(string a, string b)
    {
        TryParse(a, out double first);
        TryParse(b, out double second);
        int order = first.CompareTo(second);
        return order != 0 ? order : string.CompareOrdinal(a, b);
    }

    /// <summary>The text without spaces around it and without its quotes; null if its quotes are not valid.</summary>
    /// <param name="raw">The cell as it stands in the file.</param>
    /// <param name="buffer">Holds the text if quotes inside have to be undone.</param>
    /// <param name="text">The text.</param>
    /// <returns>Whether the quotes are valid (RFC 4180): around the whole cell, and doubled inside.</returns>
    internal static bool TryUnquote(ReadOnlySpan<char> raw, StringBuilder buffer, out ReadOnlySpan<char> text)
    {
        text = raw.Trim();
        if (!text.Contains('"'))
            return true;
        if (text.Length < 2 || text[0] != '"' || text[^1] != '"')
            return false;
        ReadOnlySpan<char> inner = text[1..^1];
        text = inner;
        if (!inner.Contains('"'))
            return true;
        buffer.Clear();
        for (int i = 0; i < inner.Length; i++)
        {
            buffer.Append(inner[i]);
            if (inner[i] != '"')
                continue;
            if (++i == inner.Length || inner[i] != '"')
                return false;
        }
        text = buffer.ToString();
        return true;
    }

    /// <summary>A text for a message: in quotes, on one line, and not too long.</summary>
    internal static string Show(ReadOnlySpan<char> text)
    {
        StringBuilder shown = new("\"");
        foreach (char character in text.Length > LongestShown ? text[..LongestShown] : text)
            shown.Append(char.IsControl(character) ? $"\\u{(int)character:X4}" : character.ToString());
        return shown.Append(text.Length > LongestShown ? "...\"" : "\"").ToString();
    }
}
