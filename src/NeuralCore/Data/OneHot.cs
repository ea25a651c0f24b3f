using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace NeuralCore.Data;

/// <summary>Class indices to one-hot rows and back.</summary>
public static class OneHot
{
    /// <summary>Writes one row of <paramref name="classes"/> values for each label: 1 at the label, 0 elsewhere.</summary>
    /// <param name="labels">Class indices, 0 to <paramref name="classes"/> - 1.</param>
    /// <param name="classes">The number of classes: the width of a row.</param>
    /// <param name="destination">Exactly <c>labels.Length * classes</c> values, row-major.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 1.</exception>
    /// <exception cref="ArgumentException">
    /// A label is out of range, in which case nothing is written, or the destination has the wrong length.
    /// </exception>
    public static void Encode(ReadOnlySpan<int> labels, int classes, Span<float> destination)
    {
        CheckLabels(labels, classes);
        if ((long)labels.Length * classes != destination.Length)
        {
            throw new ArgumentException(
                $"{labels.Length} labels of {classes} classes need a destination of {(long)labels.Length * classes}, "
                + $"got {destination.Length}.",
                nameof(destination));
        }
        destination.Clear();
        for (int i = 0; i < labels.Length; i++)
            destination[i * classes + labels[i]] = 1f;
    }

    /// <summary>Makes one row of <paramref name="classes"/> values for each label: 1 at the label, 0 elsewhere.</summary>
    /// <param name="labels">Class indices, 0 to <paramref name="classes"/> - 1.</param>
    /// <param name="classes">The number of classes: the width of a row.</param>
    /// <returns><c>labels.Length * classes</c> values, row-major.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 1.</exception>
    /// <exception cref="ArgumentException">A label is out of range.</exception>
    /// <exception cref="OverflowException">The rows do not fit in one array.</exception>
    public static float[] Encode(ReadOnlySpan<int> labels, int classes)
    {
        CheckLabels(labels, classes);
        float[] rows = new float[checked(labels.Length * classes)];
        Encode(labels, classes, rows);
        return rows;
    }

    /// <summary>The class of every row: its <see cref="ArgMax"/>.</summary>
    /// <param name="rows">Rows of <paramref name="classes"/> values, row-major: one-hot rows or predicted probabilities.</param>
    /// <param name="classes">The width of a row.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 1.</exception>
    /// <exception cref="ArgumentException">The values are not a whole number of rows.</exception>
    public static int[] Decode(ReadOnlySpan<float> rows, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        int[] labels = new int[RowChecks.CountRows(rows.Length, classes, "rows", nameof(rows))];
        for (int i = 0; i < labels.Length; i++)
            labels[i] = ArgMax(rows.Slice(i * classes, classes));
        return labels;
    }

    /// <summary>The index of the largest value, the first among equals. The first NaN, if any, counts as the largest.</summary>
    /// <param name="row">At least one value.</param>
    /// <exception cref="ArgumentException">The row is empty.</exception>
    public static int ArgMax(ReadOnlySpan<float> row)
    {
        if (row.IsEmpty)
            throw new ArgumentException("An empty row has no largest value.", nameof(row));
        int best = 0;
        for (int i = 0; i < row.Length; i++)
        {
            if (float.IsNaN(row[i]))
                return i;
            if (row[i] > row[best])
                best = i;
        }
        return best;
    }

    /// <summary>Throws for the first label out of range; returns the number of classes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int CheckLabels(ReadOnlySpan<int> labels, int? classes)
    {
        if (classes is int given)
            ArgumentOutOfRangeException.ThrowIfLessThan(given, 1, nameof(classes));
        // The highest label leaves room for the count, which is one more.
        int end = classes ?? int.MaxValue;
        int highest = 0;
        for (int row = 0; row < labels.Length; row++)
        {
            if ((uint)labels[row] >= (uint)end)
                ThrowLabel(labels[row], row, classes);
            highest = Math.Max(highest, labels[row]);
        }
        return classes ?? highest + 1;
    }

    [DoesNotReturn]
    private static void ThrowLabel(int label, int row, int? classes) => throw new ArgumentException(
        $"The label of row {row} is {label}: "
        + $"expected 0 to {(classes ?? int.MaxValue) - 1}{(classes is null ? "" : $" for {classes} classes")}.", "labels");
}
