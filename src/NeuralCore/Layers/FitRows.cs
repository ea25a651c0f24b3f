namespace NeuralCore.Layers;

/// <summary>The rows that a preprocessing layer learns from, in order.</summary>
internal sealed class FitRows(IEnumerable<ReadOnlyMemory<float>> blocks, int width)
{
    /// <summary>Takes a row.</summary>
    /// <param name="row">Its number.</param>
    /// <param name="values">Its values.</param>
    internal delegate void Visitor(int row, ReadOnlySpan<float> values);

    /// <summary>Hands out all rows, in order.</summary>
    internal void Visit(Visitor visit)
    {
        int row = 0;
        foreach (ReadOnlyMemory<float> block in blocks)
        {
            for (ReadOnlySpan<float> rest = block.Span; !rest.IsEmpty; rest = rest[width..])
                visit(row++, rest[..width]);
        }
    }

    /// <summary>Hands out every value of some columns that is not NaN, which stands for a missing one; rows in order.</summary>
    /// <param name="owner">The layer, for messages.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="visit">Takes the column's place in the list and the value.</param>
    /// <exception cref="ArgumentException">A value is infinite.</exception>
    internal void VisitValues(Layer owner, int[] columns, Action<int, float> visit) => Visit((row, values) =>
    {
        for (int i = 0; i < columns.Length; i++)
        {
            float value = values[columns[i]];
            if (float.IsInfinity(value))
                throw new ArgumentException(
                    $"{owner}: row {row}, column {columns[i]} is infinite. Remove the row, or correct it.", "features");
            if (!float.IsNaN(value))
                visit(i, value);
        }
    });
}
