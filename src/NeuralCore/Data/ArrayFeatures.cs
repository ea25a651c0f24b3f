using System.Runtime.InteropServices;

namespace NeuralCore.Data;

/// <summary>Inputs held in memory as floats, row-major, one sample after the other. The values are used in place, not copied.</summary>
public sealed class ArrayFeatures : FeatureSource
{
    private readonly ReadOnlyMemory<float> _values;

    /// <summary>Wraps values that lie in memory.</summary>
    /// <param name="values">All samples, <c>count * shape.Size</c> values; an array converts by itself.</param>
    /// <param name="shape">The shape of one sample.</param>
    /// <exception cref="ArgumentException">The values are not a whole number of samples.</exception>
    public ArrayFeatures(ReadOnlyMemory<float> values, Shape shape)
        : base(CountOf(values.Length, shape), shape) => _values = values;

    /// <inheritdoc/>
    public override void Gather(ReadOnlySpan<int> rows, Span<float> destination)
    {
        CheckGather(rows, destination);
        ReadOnlySpan<float> values = _values.Span;
        int size = Shape.Size;
        for (int r = 0; r < rows.Length; r++)
            values.Slice(rows[r] * size, size).CopyTo(destination.Slice(r * size, size));
    }

    // Memory of the user's own can be taken back.
    internal override bool IsInMemory => MemoryMarshal.TryGetArray(_values, out _);

    internal override SampleMemory Memory => new(_values, default, 1);

    private static int CountOf(int length, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return RowChecks.CountRows(length, shape.Size, $"samples {shape}", "values");
    }
}
