namespace NeuralCore.Benchmarks.Comparison;

/// <summary>The median and the quartiles of a set of measurements.</summary>
/// <remarks>Values between two measurements are interpolated linearly (Hyndman and Fan's type 7, the default of R and NumPy).</remarks>
internal readonly record struct Quartiles(double Lower, double Median, double Upper)
{
    /// <summary>The quartiles of at least one measurement, in any order.</summary>
    internal static Quartiles Of(IEnumerable<double> samples)
    {
        double[] sorted = samples.ToArray();
        if (sorted.Length == 0)
            throw new ArgumentException("There are no measurements.", nameof(samples));
        Array.Sort(sorted);
        return new Quartiles(At(sorted, 0.25), At(sorted, 0.5), At(sorted, 0.75));
    }

    /// <summary>The quartiles of a decreasing function of the measurements, such as a rate from times.</summary>
    internal Quartiles Inverted(Func<double, double> map) => new(map(Upper), map(Median), map(Lower));

    /// <summary>The quartiles in another unit.</summary>
    internal Quartiles Times(double factor) => new(Lower * factor, Median * factor, Upper * factor);

    /// <summary>The geometric mean, for ratios.</summary>
    internal static double GeometricMean(IReadOnlyCollection<double> ratios) => Math.Exp(ratios.Average(Math.Log));

    private static double At(double[] sorted, double fraction)
    {
        double position = fraction * (sorted.Length - 1);
        int below = (int)position;
        return below + 1 == sorted.Length
            ? sorted[below]
            : sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]);
    }
}
