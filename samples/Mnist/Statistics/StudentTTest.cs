using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Mnist.Statistics;

/// <summary>Means with t intervals, and tests of paired differences (a paired t test is a one-sample test of the differences).</summary>
internal static class StudentTTest
{
    internal const double Significance = 0.05;

    // The standard deviation of equal differences, up to rounding. A single image of 10,000 changes accuracy by 1e-4.
    private const double LeastDeviation = 1e-12;

    /// <summary>Mean, standard deviation (n - 1) and 95 % interval mean +- t(0.975, n - 1) s / sqrt n.</summary>
    internal static Estimate Estimate(IReadOnlyList<double> values)
    {
        double mean = values.Mean();
        if (values.Count < 2)
            return new Estimate(values.Count, mean, null, null);
        double deviation = values.StandardDeviation();
        return new Estimate(values.Count, mean, deviation, Interval(mean, deviation, values.Count, 1 - Significance));
    }

    /// <summary>The mean of the differences, its interval and the two-sided test against 0.</summary>
    internal static PairedDifference Paired(IReadOnlyList<double> differences)
    {
        Estimate estimate = Estimate(differences);
        if (estimate.StandardDeviation is not { } deviation)
            return new PairedDifference(estimate.Mean, null, null, null, null, differences);
        // Accuracies are counts, so a few differences can be equal by chance. Without variance there is no t, and nothing is proved.
        if (deviation <= LeastDeviation)
            return new PairedDifference(estimate.Mean, deviation, null, null, null, differences);
        double t = estimate.Mean / (deviation / Math.Sqrt(differences.Count));
        double p = Math.Min(1, 2 * UpperTail(Math.Abs(t), differences.Count));
        return new PairedDifference(estimate.Mean, deviation, estimate.Confidence, t, p, differences);
    }

    /// <summary>
    /// Two one-sided tests (Schuirmann 1987): the larger p of "the mean is above -margin" and "the mean is below margin". If it is below
    /// 0.05, the 90 % interval lies within the margins.
    /// </summary>
    internal static double Equivalence(double mean, double deviation, int count, double margin)
    {
        double error = deviation / Math.Sqrt(count);
        return Math.Max(UpperTail((mean + margin) / error, count), UpperTail(-(mean - margin) / error, count));
    }

    /// <summary>The t interval of a mean.</summary>
    internal static Interval Interval(double mean, double deviation, int count, double level)
    {
        double half = StudentT.InvCDF(0, 1, count - 1, (1 + level) / 2) * deviation / Math.Sqrt(count);
        return new Interval(mean - half, mean + half);
    }

    private static double UpperTail(double t, int count) => StudentT.CDF(0, 1, count - 1, -t);
}
