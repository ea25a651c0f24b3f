namespace NeuralCore.Tabular;

/// <summary>What to tell users who name a column that does not exist.</summary>
internal static class NameList
{
    private const int MostShown = 10;

    /// <summary>A sentence: the name that differs only in case if there is one, else the known names.</summary>
    internal static string Known(IEnumerable<string> names, string wanted)
    {
        string[] all = names.ToArray();
        if (Array.Find(all, name => name.Trim().Equals(wanted.Trim(), StringComparison.OrdinalIgnoreCase)) is { } close)
            return $"Did you mean {Cell.Show(close)}?";
        string shown = string.Join(", ", all.Take(MostShown).Select(name => Cell.Show(name)));
        return $"Its columns are {shown}{(all.Length > MostShown ? $" and {all.Length - MostShown} more" : "")}.";
    }
}
