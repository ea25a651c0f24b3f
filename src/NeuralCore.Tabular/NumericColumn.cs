using System.Globalization;

namespace NeuralCore.Tabular;

/// <summary>A column of numbers; NaN stands for a missing value.</summary>
public sealed class NumericColumn : Column
{
    private readonly double[] _values;

    /// <summary>Copies numbers.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="values">One value for each row; NaN where it is missing.</param>
    /// <exception cref="ArgumentException">The name is blank, or a value is infinite.</exception>
    public NumericColumn(string name, ReadOnlySpan<double> values)
        : this(name, values.ToArray())
    {
    }

    internal NumericColumn(string name, double[] values)
        : base(name, values.Length)
    {
        _values = values;
        for (int row = 0; row < values.Length; row++)
        {
            if (double.IsInfinity(values[row]))
                throw new ArgumentException($"Column \"{name}\", row {row}: a value is finite, or NaN if it is missing.", nameof(values));
            MissingCount += double.IsNaN(values[row]) ? 1 : 0;
        }
    }

    /// <summary>The values, one for each row; NaN where it is missing.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <inheritdoc/>
    public override int MissingCount { get; }

    /// <inheritdoc/>
    public override bool IsMissing(int row) => double.IsNaN(_values[row]);

    /// <inheritdoc/>
    public override string Text(int row) => Format(_values[row]);

    /// <summary>
    /// The numbers as categories, each named by its shortest text: for class labels that are numbers. Missing values stay missing.
    /// </summary>
    public CategoricalColumn ToCategorical()
    {
        double[] distinct = _values.Where(value => !double.IsNaN(value)).Distinct().Order().ToArray();
        Dictionary<double, int> codes = new(distinct.Length);
        for (int code = 0; code < distinct.Length; code++)
            codes[distinct[code]] = code;
        int[] rows = Array.ConvertAll(_values, value => double.IsNaN(value) ? CategoricalColumn.MissingCode : codes[value]);
        return new CategoricalColumn(Name, distinct.Select(Format).ToArray(), rows);
    }

    /// <summary>The column's name, its range and how many values are missing.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}: {Count} numbers, {MissingCount} missing");

    internal static string Format(double value) => double.IsNaN(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture);

    internal override Column Rows(ReadOnlySpan<int> rows)
    {
        double[] values = new double[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            values[i] = _values[rows[i]];
        return new NumericColumn(Name, values);
    }
}
