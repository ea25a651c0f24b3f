using System.Runtime.CompilerServices;

namespace NeuralCore.Metrics;

/// <summary>What a metric has of the rows so far: a list of numbers, which a checkpoint stores.</summary>
internal sealed class MetricState
{
    private readonly IMetric _metric;
    private readonly int _initialLength;
    private double[] _values;
    private int _length;

    /// <summary>Starts without rows.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="prediction">The shape of one prediction.</param>
    /// <exception cref="ArgumentException">The metric declares a state or rows without a number.</exception>
    internal MetricState(IMetric metric, Shape prediction)
    {
        _metric = metric;
        RowWidth = WidthOf(metric, prediction);
        _initialLength = metric.KeepsRows ? 0 : metric.StateLength(prediction);
        if (_initialLength < 1 && !metric.KeepsRows)
            throw new ArgumentException($"{metric.Name}: StateLength returned {_initialLength}; it must return 1 or more.");
        _values = new double[_initialLength];
        _length = _initialLength;
    }

    /// <summary>How many values a row has.</summary>
    internal int RowWidth { get; }

    /// <summary>Whether the metric can give its figure at any time, not only at the end.</summary>
    internal bool IsCheap => !_metric.KeepsRows;

    /// <summary>The numbers.</summary>
    internal ReadOnlySpan<double> Values => _values.AsSpan(0, _length);

    /// <summary>The number of values in a metric's row.</summary>
    /// <exception cref="ArgumentException">The metric declares fewer than one.</exception>
    internal static int WidthOf(IMetric metric, Shape prediction)
    {
        int width = metric.RowWidth(prediction);
        return width >= 1
            ? width
            : throw new ArgumentException($"{metric.Name}: RowWidth returned {width} values per row; it must return 1 or more.");
    }

    /// <summary>The length of the state after a number of rows.</summary>
    internal long LengthAfter(int rows) => _metric.KeepsRows ? (long)rows * RowWidth : _initialLength;

    /// <summary>Makes room for rows, so that adding them allocates nothing.</summary>
    internal void Reserve(int rows)
    {
        long length = LengthAfter(rows);
        if (length > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{_metric.Name}: needs the {RowWidth} values of each of {rows} rows at once; an array has at most {Array.MaxLength}. "
                + "Evaluate on fewer rows, or leave the metric out.");
        }
        if (length > _values.Length)
            Array.Resize(ref _values, (int)length);
    }

    /// <summary>Adds rows, in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Add(ReadOnlySpan<double> rowValues)
    {
        if (!_metric.KeepsRows)
        {
            _metric.Accumulate(rowValues, _values);
            return;
        }
        if (_length + rowValues.Length > _values.Length)
            Array.Resize(ref _values, Math.Max(_length + rowValues.Length, (int)Math.Min(2L * _length, Array.MaxLength)));
        rowValues.CopyTo(_values.AsSpan(_length));
        _length += rowValues.Length;
    }

    internal double Result(int rows) => _metric.Result(Values, rows);

    internal void Clear()
    {
        _length = _initialLength;
        _values.AsSpan(0, _length).Clear();
    }

    /// <summary>Restores a state, whose length the caller has checked.</summary>
    internal void Load(ReadOnlySpan<double> values)
    {
        _length = values.Length;
        if (_values.Length < _length)
            _values = new double[_length];
        values.CopyTo(_values);
    }
}
