namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>Maps values to positions on an axis.</summary>
internal sealed class Scale
{
    private readonly double _low;
    private readonly double _high;
    private readonly double _from;
    private readonly double _to;
    private readonly bool _isLogarithmic;

    private Scale(double low, double high, double from, double to, bool isLogarithmic)
    {
        (_low, _high, _from, _to, _isLogarithmic) = (low, high, from, to, isLogarithmic);
        // A single value is placed in the middle of the axis.
        if (!(_high > _low))
            (_low, _high) = isLogarithmic ? (_low / 2, _low * 2) : (_low - 0.5, _low + 0.5);
    }

    internal static Scale Linear(double low, double high, double from, double to) => new(low, high, from, to, false);

    /// <summary>A logarithmic scale: equal ratios have equal distances. Values are positive.</summary>
    internal static Scale Logarithmic(double low, double high, double from, double to) => new(low, high, from, to, true);

    /// <summary>The position of a value, clamped to the ends of the axis.</summary>
    internal double At(double value)
    {
        double share = _isLogarithmic
            ? Math.Log(Math.Max(value, double.Epsilon) / _low) / Math.Log(_high / _low)
            : (value - _low) / (_high - _low);
        return _from + Math.Clamp(share, 0, 1) * (_to - _from);
    }

    /// <summary>Round values within the axis, approximately as many as requested.</summary>
    internal IReadOnlyList<double> Ticks(int about) => _isLogarithmic ? LogarithmicTicks() : LinearTicks(about);

    private double[] LinearTicks(int about)
    {
        double rough = (_high - _low) / about;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * ((rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 });
        // Multiples of the step, so that zero is exact.
        return Range((long)Math.Ceiling(_low / step - 1e-9), (long)Math.Floor(_high / step + 1e-9)).Select(i => i * step).ToArray();
    }

    // A short axis needs ticks at all digits.
    private double[] LogarithmicTicks() =>
        LogarithmicTicks([1, 2, 5]) is { Length: > 2 } ticks ? ticks : LogarithmicTicks([1, 2, 3, 4, 5, 6, 7, 8, 9]);

    private double[] LogarithmicTicks(int[] digits) =>
        Range((long)Math.Floor(Math.Log10(_low)), (long)Math.Ceiling(Math.Log10(_high)))
            .SelectMany(power => digits.Select(digit => digit * Math.Pow(10, power)))
            .Where(tick => tick >= _low * 0.999 && tick <= _high * 1.001).ToArray();

    private static IEnumerable<long> Range(long first, long last)
    {
        for (long i = first; i <= last; i++)
            yield return i;
    }
}
