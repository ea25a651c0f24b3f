using System.Runtime.CompilerServices;

namespace NeuralCore.Data;

/// <summary>
/// Targets that are one-hot rows (1 at the sample's class, 0 elsewhere), made from class indices while they are gathered: 4 bytes of memory
/// per sample instead of 4 per class.
/// </summary>
public sealed class OneHotLabels : TargetSource<float>
{
    private readonly int[] _labels;

    /// <summary>Copies and checks labels.</summary>
    /// <param name="labels">The class of every sample, 0 to <paramref name="classes"/> - 1.</param>
    /// <param name="classes">The number of classes: the width of a row.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 1.</exception>
    /// <exception cref="ArgumentException">
    /// A label is negative or not below <paramref name="classes"/>; the message names the first.
    /// </exception>
    public OneHotLabels(ReadOnlySpan<int> labels, int classes)
        : base(labels.Length, classes)
    {
        OneHot.CheckLabels(labels, classes);
        _labels = labels.ToArray();
    }

    /// <inheritdoc/>
    public override int? ClassCount => Width;

    internal override bool IsInMemory => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Gather(ReadOnlySpan<int> rows, Span<float> destination)
    {
        CheckGather(rows, destination);
        int width = Width;
        destination[..(rows.Length * width)].Clear();
        for (int r = 0; r < rows.Length; r++)
            destination[r * width + _labels[rows[r]]] = 1f;
    }

    /// <inheritdoc/>
    public override int ClassOf(int row)
    {
        RowChecks.CheckRow(row, Count);
        return _labels[row];
    }
}
