using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;
using MathNet.Numerics.RootFinding;

namespace NeuralCore.Samples.Mnist.Statistics;

/// <summary>The power of the two-sided paired t test, from the noncentral t distribution.</summary>
internal static class TestPower
{
    /// <summary>The probability of a significant result for a given true effect.</summary>
    /// <param name="effect">The true mean difference divided by the standard deviation of the differences.</param>
    /// <param name="count">The number of pairs.</param>
    /// <param name="significance">The significance level of the two-sided test.</param>
    internal static double OfPairedT(double effect, int count, double significance)
    {
        int freedom = count - 1;
        double critical = StudentT.InvCDF(0, 1, freedom, 1 - significance / 2);
        double shift = effect * Math.Sqrt(count);
        // T = (Z + shift) / S with S = sqrt(chi-squared / freedom) independent of Z: given S = s, T > c is Z > c s - shift.
        return GaussLegendreRule.Integrate(
            s => DensityOfScale(s, freedom) * (Normal.CDF(0, 1, shift - critical * s) + Normal.CDF(0, 1, -shift - critical * s)),
            0,
            LargestScale(freedom),
            256);
    }

    /// <summary>The mean difference that a test with a given number of pairs finds with a given power.</summary>
    internal static double DetectableDifference(double deviation, int count, double significance, double power = 0.8)
    {
        double high = 1;
        while (OfPairedT(high, count, significance) < power)
            high *= 2;
        return deviation * Brent.FindRoot(effect => OfPairedT(effect, count, significance) - power, 0, high, 1e-10);
    }

    // The density of S. Since chi-squared = freedom s^2, it is the density of chi-squared times 2 freedom s.
    private static double DensityOfScale(double s, int freedom) => ChiSquared.PDF(freedom, freedom * s * s) * 2 * freedom * s;

    private static double LargestScale(int freedom) => Math.Sqrt(ChiSquared.InvCDF(freedom, 1 - 1e-12) / freedom);
}
