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
    private static void DestinationTooShort(int rows, int width, int length) =>
        throw new ArgumentException(
            $"{rows} rows of {width} values need a destination of {(long)rows * width}, got {length}.", "destination");
}
