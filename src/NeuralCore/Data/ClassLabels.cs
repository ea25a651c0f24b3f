using System.Runtime.CompilerServices;

namespace NeuralCore.Data;

/// <summary>Targets that are class indices, 0 to <see cref="ClassCount"/> - 1, one for each sample.</summary>
public sealed class ClassLabels : TargetSource<int>
{
    private readonly int[] _labels;
    private readonly int _classes;

    /// <summary>Copies and checks labels.</summary>
    /// <param name="labels">The class of every sample; not negative.</param>
    /// <param name="classes">The number of classes; null for one more than the highest label.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 1.</exception>
    /// <exception cref="ArgumentException">
    /// A label is negative or not below <paramref name="classes"/>; the message names the first.
    /// </exception>
    public ClassLabels(ReadOnlySpan<int> labels, int? classes = null)
        : base(labels.Length, width: 1)
    {
        _classes = OneHot.CheckLabels(labels, classes);
        _labels = labels.ToArray();
    }

    /// <inheritdoc/>
    public override int? ClassCount => _classes;

    internal override bool IsInMemory => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Gather(ReadOnlySpan<int> rows, Span<int> destination)
    {
        CheckGather(rows, destination);
        for (int r = 0; r < rows.Length; r++)
            destination[r] = _labels[rows[r]];
    }

    /// <inheritdoc/>
    public override int ClassOf(int row)
    {
        RowChecks.CheckRow(row, Count);
        return _labels[row];
    }

    /// <inheritdoc/>
    public override string ToString() => $"{base.ToString()}, {_classes} classes";
}
