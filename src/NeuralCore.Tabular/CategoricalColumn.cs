using System.Globalization;

namespace NeuralCore.Tabular;

/// <summary>A column of texts of which each stands for a category.</summary>
public sealed class CategoricalColumn : Column
{
    /// <summary>The code of a missing value: -1.</summary>
    public const int MissingCode = -1;

    private readonly int[] _codes;
    private readonly string[] _categories;

    /// <summary>
    /// Finds the categories of texts. They are in the order of their numbers if all are numbers, else in ordinal order, so that they do not
    /// depend on the order of the rows.
    /// </summary>
    /// <param name="name">The column's name.</param>
    /// <param name="values">One text for each row; null where it is missing.</param>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public CategoricalColumn(string name, IReadOnlyList<string?> values)
        : this(name, CategoryCoder.Code(values))
    {
    }

    internal CategoricalColumn(string name, string[] categories, int[] codes)
        : base(name, codes.Length)
    {
        _categories = categories;
        _codes = codes;
        MissingCount = codes.Count(code => code == MissingCode);
    }

    private CategoricalColumn(string name, (string[] Categories, int[] Codes) coded)
        : this(name, coded.Categories, coded.Codes)
    {
    }

    /// <summary>The distinct categories.</summary>
    public IReadOnlyList<string> Categories => _categories;

    /// <summary>Each row's index into <see cref="Categories"/>; <see cref="MissingCode"/> where the value is missing.</summary>
    public ReadOnlySpan<int> Codes => _codes;

    /// <inheritdoc/>
    public override int MissingCount { get; }

    /// <inheritdoc/>
    public override bool IsMissing(int row) => _codes[row] == MissingCode;

    /// <inheritdoc/>
    public override string Text(int row) => _codes[row] == MissingCode ? "" : _categories[_codes[row]];

    /// <summary>The column's name, its number of categories and how many values are missing.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}: {Count} of {_categories.Length} categories, {MissingCount} missing");

    // The categories stay those of the whole column: a part of a table has the same classes as the table.
    internal override Column Rows(ReadOnlySpan<int> rows)
    {
        int[] codes = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            codes[i] = _codes[rows[i]];
        return new CategoricalColumn(Name, _categories, codes);
    }
}
