using System.Runtime.InteropServices;

namespace NeuralCore.Data;

/// <summary>Targets held in memory as floats, row-major: regression values or one-hot rows. Used in place, not copied.</summary>
public sealed class ArrayTargets : TargetSource<float>
{
    private readonly ReadOnlyMemory<float> _values;

    /// <summary>Wraps values in memory.</summary>
    /// <param name="values">All targets, <c>count * width</c> values; an array converts by itself.</param>
    /// <param name="width">The number of values in one target; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="width"/> is below 1.</exception>
    /// <exception cref="ArgumentException">The values are not a whole number of targets.</exception>
    public ArrayTargets(ReadOnlyMemory<float> values, int width)
        : base(CountOf(values.Length, width), width) => _values = values;

    // Memory from a user's MemoryManager can be freed.
    internal override bool IsInMemory => MemoryMarshal.TryGetArray(_values, out _);

    /// <inheritdoc/>
    public override void Gather(ReadOnlySpan<int> rows, Span<float> destination)
    {
        CheckGather(rows, destination);
        ReadOnlySpan<float> values = _values.Span;
        int width = Width;
        for (int r = 0; r < rows.Length; r++)
            values.Slice(rows[r] * width, width).CopyTo(destination.Slice(r * width, width));
    }

    /// <summary>
    /// The class of a sample: the index of the largest value of its row (<see cref="OneHot.ArgMax"/>). A target of one value has a class
    /// only if it is exactly 0 or 1.
    /// </summary>
    /// <param name="row">The sample.</param>
    /// <exception cref="ArgumentOutOfRangeException">The row is not in the source.</exception>
    /// <exception cref="NotSupportedException">The target is a single value other than 0 and 1.</exception>
    public override int ClassOf(int row)
    {
        RowChecks.CheckRow(row, Count);
        ReadOnlySpan<float> target = _values.Span.Slice(row * Width, Width);
        if (Width > 1)
            return OneHot.ArgMax(target);
        return target[0] switch
        {
            0f => 0,
            1f => 1,
            float value => throw new NotSupportedException(
                $"The target of row {row} is {value}: that is no class. Use Split.Shuffled or Split.Tail for regression."),
        };
    }

    private static int CountOf(int length, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return RowChecks.CountRows(length, width, "targets", "values");
    }
}
