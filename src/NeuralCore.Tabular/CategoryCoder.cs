namespace NeuralCore.Tabular;

/// <summary>Numbers texts as they come, and orders the categories when all are known.</summary>
internal sealed class CategoryCoder
{
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    internal CategoryCoder() => _lookup = _codes.GetAlternateLookup<ReadOnlySpan<char>>();

    internal static (string[] Categories, int[] Codes) Code(IReadOnlyList<string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        CategoryCoder coder = new();
        int[] codes = new int[values.Count];
        for (int row = 0; row < codes.Length; row++)
            codes[row] = values[row] is { } text ? coder.Add(text) : CategoricalColumn.MissingCode;
        return (coder.Order(codes), codes);
    }

    /// <summary>The code of a text, in order of appearance.</summary>
    internal int Add(ReadOnlySpan<char> text)
    {
        if (!_lookup.TryGetValue(text, out int code))
            _lookup[text] = code = _codes.Count;
        return code;
    }

    /// <summary>Orders the categories, by number if all are numbers, and changes the codes to match.</summary>
    internal string[] Order(Span<int> codes)
    {
        string[] categories = _codes.Keys.ToArray();
        bool areNumbers = Array.TrueForAll(categories, category => Cell.TryParse(category, out _));
        Array.Sort(categories, areNumbers ? Cell.Compare : string.CompareOrdinal);

        int[] final = new int[categories.Length];
        for (int code = 0; code < final.Length; code++)
            final[_codes[categories[code]]] = code;
        foreach (ref int code in codes)
            code = code == CategoricalColumn.MissingCode ? code : final[code];
        return categories;
    }
}
