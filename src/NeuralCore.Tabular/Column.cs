using System.Diagnostics;

namespace NeuralCore.Tabular;

/// <summary>A named column of a <see cref="Table"/>: a <see cref="NumericColumn"/> or a <see cref="CategoricalColumn"/>.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public abstract class Column
{
    private protected Column(string name, int count)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        Count = count;
    }

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>The number of rows.</summary>
    public int Count { get; }

    /// <summary>The number of rows without a value.</summary>
    public abstract int MissingCount { get; }

    /// <summary>Whether a row has no value.</summary>
    /// <param name="row">The row, from 0.</param>
    public abstract bool IsMissing(int row);

    /// <summary>The value as a CSV file shows it; empty if it is missing.</summary>
    /// <param name="row">The row, from 0.</param>
    public abstract string Text(int row);

    /// <summary>The given rows in the given order, repeats allowed.</summary>
    internal abstract Column Rows(ReadOnlySpan<int> rows);
}
