using System.Runtime.CompilerServices;
using NeuralCore.Data;

namespace NeuralCore.Diagnostics;

/// <summary>What a sample of a data set's rows shows of each feature column. Read in one pass, in chunks.</summary>
internal sealed class FeatureProfile
{
    // 0.5 million values take about a millisecond.
    private const int MostValues = 1 << 19;
    private const int FewestRows = 64;
    private const int ChunkRows = 32;

    private readonly float[] _first;
    private readonly double[] _sums;
    private readonly double[] _squares;
    private readonly double[] _nonZeroSquares;

    private FeatureProfile(int columns, int rows)
    {
        Rows = rows;
        Columns = columns;
        Min = new float[columns];
        Max = new float[columns];
        NonZeros = new int[columns];
        _first = new float[columns];
        _sums = new double[columns];
        _squares = new double[columns];
        _nonZeroSquares = new double[columns];
        Array.Fill(Min, float.PositiveInfinity);
        Array.Fill(Max, float.NegativeInfinity);
    }

    /// <summary>How many rows were read.</summary>
    internal int Rows { get; }

    /// <summary>The number of values in a row.</summary>
    internal int Columns { get; }

    /// <summary>The smallest finite value of each column.</summary>
    internal float[] Min { get; }

    /// <summary>The largest finite value of each column.</summary>
    internal float[] Max { get; }

    /// <summary>How many values of each column are not zero.</summary>
    internal int[] NonZeros { get; }

    /// <summary>The first value that is not finite; null without one.</summary>
    internal (int Row, int Column, float Value)? NonFinite { get; private set; }

    /// <summary>The smallest value of all.</summary>
    internal float SmallestValue => Min.Min();

    /// <summary>The largest value of all.</summary>
    internal float LargestValue => Max.Max();

    internal double Mean(int column) => _first[column] + _sums[column] / Rows;

    internal double Deviation(int column)
    {
        double mean = _sums[column] / Rows;
        return Math.Sqrt(Math.Max(_squares[column] / Rows - mean * mean, 0));
    }

    /// <summary>The root mean square of a column's values that are not zero; 0 where all are.</summary>
    internal double Magnitude(int column) => NonZeros[column] == 0 ? 0 : Math.Sqrt(_nonZeroSquares[column] / NonZeros[column]);

    internal bool IsConstant(int column) => Min[column] == Max[column];

    /// <summary>Reads a sample of the rows.</summary>
    internal static FeatureProfile Of(FeatureSource features)
    {
        int columns = features.Shape.Size;
        int[] rows = SampledRows.Of(features.Count, Math.Clamp(MostValues / columns, FewestRows, SampledRows.Most));
        FeatureProfile profile = new(columns, rows.Length);
        float[] chunk = new float[Math.Min(ChunkRows, rows.Length) * columns];
        for (int first = 0; first < rows.Length; first += ChunkRows)
        {
            int count = Math.Min(ChunkRows, rows.Length - first);
            features.Gather(rows.AsSpan(first, count), chunk);
            for (int row = 0; row < count; row++)
                profile.Add(chunk.AsSpan(row * columns, columns), first + row == 0, rows[first + row]);
        }
        return profile;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(ReadOnlySpan<float> values, bool isFirst, int row)
    {
        if (isFirst)
            values.CopyTo(_first);
        for (int j = 0; j < values.Length; j++)
        {
            float value = values[j];
            if (!float.IsFinite(value))
            {
                NonFinite ??= (row, j, value);
                continue;
            }
            // Relative to the first value, so that a large mean costs no digits.
            double difference = (double)value - _first[j];
            _sums[j] += difference;
            _squares[j] += difference * difference;
            if (value < Min[j])
                Min[j] = value;
            if (value > Max[j])
                Max[j] = value;
            if (value != 0)
            {
                NonZeros[j]++;
                _nonZeroSquares[j] += (double)value * value;
            }
        }
    }
}
