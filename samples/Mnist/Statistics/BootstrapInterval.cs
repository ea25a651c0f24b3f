using MathNet.Numerics.Statistics;
using NeuralCore.Randomness;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Mnist.Statistics;

/// <summary>The percentile bootstrap of a mean (Efron 1979).</summary>
internal static class BootstrapInterval
{
    internal const int Resamples = 10_000;

    /// <summary>The 95 % interval of the mean, from 10,000 resamples with replacement; the same values give the same interval.</summary>
    internal static Interval OfMean(IReadOnlyList<double> values)
    {
        RandomStream stream = RandomStream.Derive(0, "bootstrap");
        double[] means = new double[Resamples];
        ulong draw = 0;
        for (int resample = 0; resample < Resamples; resample++)
        {
            double sum = 0;
            for (int i = 0; i < values.Count; i++)
                sum += values[(int)((ulong)stream.UInt32At(draw++) * (ulong)values.Count >> 32)];
            means[resample] = sum / values.Count;
        }
        Array.Sort(means);
        return new Interval(SortedArrayStatistics.Quantile(means, 0.025), SortedArrayStatistics.Quantile(means, 0.975));
    }
}
