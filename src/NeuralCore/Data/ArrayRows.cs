using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralCore.Data;

/// <summary>Turns arrays of rows, as users have them, into one row-major array of floats.</summary>
internal static class ArrayRows
{
    /// <summary>Rounds doubles to floats.</summary>
    /// <param name="values">The values, row-major.</param>
    /// <param name="width">The number of values in a row, for messages.</param>
    /// <exception cref="ArgumentException">A finite value is beyond a float's range; the message says where.</exception>
    internal static float[] ToFloats(ReadOnlySpan<double> values, int width)
    {
        float[] floats = new float[values.Length];
        for (int i = 0; i < floats.Length; i++)
            floats[i] = ToFloat(values[i], i / width, i % width);
        return floats;
    }

    internal static ArrayFeatures Features(float[,] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new ArrayFeatures(Span(rows).ToArray(), [Width(rows.GetLength(0), rows.GetLength(1))]);
    }

    internal static ArrayFeatures Features(double[,] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int width = Width(rows.GetLength(0), rows.GetLength(1));
        return new ArrayFeatures(ToFloats(Span(rows), width), [width]);
    }

    internal static ArrayFeatures Features(float[][] rows)
    {
        int width = Width(rows);
        float[] values = new float[checked(rows.Length * width)];
        for (int row = 0; row < rows.Length; row++)
            rows[row].CopyTo(values, row * width);
        return new ArrayFeatures(values, [width]);
    }

    internal static ArrayFeatures Features(double[][] rows)
    {
        int width = Width(rows);
        float[] values = new float[checked(rows.Length * width)];
        for (int row = 0; row < rows.Length; row++)
        {
            for (int column = 0; column < width; column++)
                values[row * width + column] = ToFloat(rows[row][column], row, column);
        }
        return new ArrayFeatures(values, [width]);
    }

    internal static ArrayTargets Targets(float[,] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new ArrayTargets(Span(rows).ToArray(), Width(rows.GetLength(0), rows.GetLength(1)));
    }

    internal static ArrayTargets Targets(double[,] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int width = Width(rows.GetLength(0), rows.GetLength(1));
        return new ArrayTargets(ToFloats(Span(rows), width), width);
    }

    internal static ArrayTargets Targets(ReadOnlySpan<double> values) => new(ToFloats(values, width: 1), width: 1);

    private static float ToFloat(double value, int row, int column)
    {
        float rounded = (float)value;
        if (float.IsInfinity(rounded) && double.IsFinite(value))
            ThrowTooLarge(value, row, column);
        return rounded;
    }

    // The width of the rows, which must all have the same.
    private static int Width<T>(T[][] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int width = Width(rows.Length, rows.Length == 0 ? 0 : rows[0]?.Length ?? throw NullRow(0));
        for (int row = 0; row < rows.Length; row++)
        {
            int found = rows[row]?.Length ?? throw NullRow(row);
            if (found != width)
            {
                throw new ArgumentException(
                    $"Row {row} has {found} value{(found == 1 ? "" : "s")}, but row 0 has {width}: "
                    + "all rows need the same number of values.",
                    nameof(rows));
            }
        }
        return width;
    }

    private static int Width(int rows, int columns)
    {
        if (rows == 0)
            throw new ArgumentException("There are no rows: a data set needs at least one sample.", nameof(rows));
        return columns > 0 ? columns : throw new ArgumentException("Row 0 has no values: a sample needs at least one.", nameof(rows));
    }

    private static ReadOnlySpan<T> Span<T>(T[,] rows) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(rows)), rows.Length);

    private static ArgumentException NullRow(int row) => new($"Row {row} is null.", "rows");

    [DoesNotReturn]
    private static void ThrowTooLarge(double value, int row, int column) => throw new ArgumentException(
        FormattableString.Invariant($"Row {row}, column {column} is {value}: expected a value that a float can hold, at most 3.4e38. ")
        + "Scale the column first.", "rows");
}
