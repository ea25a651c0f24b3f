using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Mnist.Statistics;

/// <summary>Means with t intervals, and tests of paired differences (a paired t test is a one-sample test of the differences).</summary>
internal static class StudentTTest
{
    internal const double Significance = 0.05;

    /// <summary>Mean, standard deviation (n - 1) and 95 % interval mean +- t(0.975, n - 1) s / sqrt n.</summary>
    internal static Estimate Estimate(IReadOnlyList<double> values)
    {
        double mean = Mean(values);
        if (values.Count < 2)
            return new Estimate(values.Count, mean, null, null);
        double deviation = values.StandardDeviation();
        return new Estimate(values.Count, mean, deviation, Interval(mean, deviation, values.Count, 1 - Significance));
    }

    /// <summary>The differences' mean, interval and two-sided test against 0.</summary>
    internal static PairedDifference Paired(IReadOnlyList<double> differences)
    {
        Estimate estimate = Estimate(differences);
        if (estimate.StandardDeviation is not { } deviation)
            return new PairedDifference(estimate.Mean, null, null, null, null, differences);
        double t = T(estimate.Mean, deviation, differences.Count);
        return new PairedDifference(estimate.Mean, deviation, estimate.Confidence, t, TwoSidedP(t, differences.Count), differences);
    }

    /// <summary>
    /// Two one-sided tests (Schuirmann 1987): the greater p of "the mean is above -margin" and "the mean is below margin". Below 0.05 the 90 % interval
    /// lies within the margins.
    /// </summary>
    internal static double Equivalence(double mean, double deviation, int count, double margin)
    {
        double low = T(mean + margin, deviation, count);
        double high = T(mean - margin, deviation, count);
        return Math.Max(UpperTail(low, count), UpperTail(-high, count));
    }

    /// <summary>The t interval of a mean.</summary>
    internal static Interval Interval(double mean, double deviation, int count, double level)
    {
        double half = StudentT.InvCDF(0, 1, count - 1, (1 + level) / 2) * deviation / Math.Sqrt(count);
        return new Interval(mean - half, mean + half);
    }

    // Equal values have their own sum as n times the value, and no rounding of a running mean.
    private static double Mean(IReadOnlyList<double> values) => values.Distinct().Count() == 1 ? values[0] : values.Mean();

    // Differences that are all the same leave no doubt: t is 0 or infinite.
    private static double T(double mean, double deviation, int count) =>
        deviation > 0 ? mean / (deviation / Math.Sqrt(count)) : mean == 0 ? 0 : double.CopySign(double.PositiveInfinity, mean);

    private static double TwoSidedP(double t, int count) => Math.Min(1, 2 * UpperTail(Math.Abs(t), count));

    private static double UpperTail(double t, int count) =>
        double.IsPositiveInfinity(t) ? 0 : double.IsNegativeInfinity(t) ? 1 : StudentT.CDF(0, 1, count - 1, -t);
}
