using System.Globalization;
using System.Runtime.CompilerServices;

namespace NeuralCore.Layers;

/// <summary>
/// The rule for every name that is written to a file: it reads back unchanged and is one unambiguous part of <c>state/slot/name</c>.
/// </summary>
internal static class Names
{
    internal const int Longest = 200;

    /// <summary>
    /// Throws unless a name is not blank, at most 200 characters, well-formed Unicode, without control characters and without a slash.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="what">What it names, as the start of a message: <c>a layer's name</c>.</param>
    /// <param name="owner">The owner's name, which precedes that; null for none.</param>
    /// <param name="argument">The name of the caller's argument.</param>
    /// <exception cref="ArgumentException">The name is invalid; the message says why.</exception>
    internal static void Check(
        string? name, string what, string? owner = null, [CallerArgumentExpression(nameof(name))] string? argument = null)
    {
        ArgumentNullException.ThrowIfNull(name, argument);
        if (string.IsNullOrWhiteSpace(name))
            throw new ArgumentException($"{Whose(owner, what)} is not blank.", argument);
        if (name.Length > Longest)
            throw new ArgumentException($"{Whose(owner, what)} has at most {Longest} characters; this one has {name.Length}.", argument);
        CheckText(name, what, owner, argument);
        foreach (char character in name)
        {
            if (character != '/' && !char.IsControl(character))
                continue;
            string found = $"{Readable(name)} has U+{(int)character:X4}";
            throw new ArgumentException($"{Whose(owner, what)} has neither slashes nor control characters: {found}.", argument);
        }
    }

    /// <summary>Throws unless a text is well-formed Unicode; otherwise a file would not store it unchanged.</summary>
    /// <inheritdoc cref="Check"/>
    internal static void CheckText(
        string? text, string what, string? owner = null, [CallerArgumentExpression(nameof(text))] string? argument = null)
    {
        ArgumentNullException.ThrowIfNull(text, argument);
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
            {
                string found = $"at index {i} is half of a surrogate pair, U+{(int)text[i]:X4}";
                throw new ArgumentException($"{Whose(owner, what)} is well-formed Unicode: {found}.", argument);
            }
            i++;
        }
    }

    // Built only for a message: most names are valid.
    private static string Whose(string? owner, string what) => owner is null ? what : $"{owner}: {what}";

    private static string Readable(string name) => $"\"{string.Concat(name.Select(Readable))}\"";

    private static string Readable(char character) =>
        char.IsControl(character) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}") : character.ToString();
}
