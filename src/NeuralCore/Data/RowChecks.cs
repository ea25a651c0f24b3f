using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace NeuralCore.Data;

/// <summary>The checks that all sources share.</summary>
internal static class RowChecks
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void CheckGather(ReadOnlySpan<int> rows, int count, int width, int destinationLength)
    {
        foreach (int row in rows)
        {
            if ((uint)row >= (uint)count)
                RowOutOfRange(row, count);
        }
        if ((long)rows.Length * width > destinationLength)
            DestinationTooShort(rows.Length, width, destinationLength);
    }

    internal static void CheckRow(int row, int count)
    {
        if ((uint)row >= (uint)count)
            RowOutOfRange(row, count);
    }

    /// <summary>Throws for the first weight that is negative or not finite.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="what">What each belongs to: a row, a class.</param>
    internal static void CheckWeights(ReadOnlySpan<float> weights, string what)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            if (!(weights[i] >= 0 && float.IsFinite(weights[i])))
                WeightOutOfRange(weights[i], i, what);
        }
    }

    /// <summary>
    /// How many rows of <paramref name="width"/> values an array of <paramref name="length"/> holds; throws if there is a remainder.
    /// </summary>
    internal static int CountRows(long length, int width, string what, string parameter)
    {
        if (length % width != 0)
        {
            throw new ArgumentException(
                $"{length} values are not a whole number of {what} of {width} values: {length % width} are left over.", parameter);
        }
        return (int)(length / width);
    }

    [DoesNotReturn]
    private static void RowOutOfRange(int row, int count) =>
        throw new ArgumentOutOfRangeException(nameof(row), row, $"Expected a row from 0 to {count - 1}, got {row}.");

    [DoesNotReturn]
    private static void WeightOutOfRange(float weight, int index, string what) =>
        throw new ArgumentException(
            $"The weight of {what} {index} is {weight}: expected a finite number of at least 0. Use 0 to leave it out.", "weights");

    [DoesNotReturn]
    private static void DestinationTooShort(int rows, int width, int length) =>
        throw new ArgumentException(
            $"{rows} rows of {width} values need a destination of {(long)rows * width}, got {length}.", "destination");
}
