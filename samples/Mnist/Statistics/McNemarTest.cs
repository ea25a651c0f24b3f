using MathNet.Numerics.Distributions;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Mnist.Statistics;

/// <summary>McNemar's test of two classifiers on the same samples (McNemar 1947, with Edwards' continuity correction).</summary>
internal static class McNemarTest
{
    /// <summary>(max(|b - c| - 1, 0))^2 / (b + c) against chi-squared with one degree of freedom; p = 1 if both are 0.</summary>
    /// <param name="onlyFirst">b: samples that only the first classified correctly.</param>
    /// <param name="onlySecond">c: samples that only the second classified correctly.</param>
    internal static McNemarResult Of(int onlyFirst, int onlySecond)
    {
        if (onlyFirst + onlySecond == 0)
            return new McNemarResult(0, 0, 0, 1);
        double excess = Math.Max(Math.Abs(onlyFirst - onlySecond) - 1, 0);
        double statistic = excess * excess / (onlyFirst + onlySecond);
        return new McNemarResult(onlyFirst, onlySecond, statistic, 1 - ChiSquared.CDF(1, statistic));
    }

    /// <summary>The test from predictions: counts the samples that only one of the two classified correctly.</summary>
    internal static McNemarResult Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Func<int, int> truth)
    {
        int onlyFirst = 0, onlySecond = 0;
        for (int i = 0; i < first.Length; i++)
        {
            bool isFirstRight = first[i] == truth(i), isSecondRight = second[i] == truth(i);
            if (isFirstRight && !isSecondRight)
                onlyFirst++;
            else if (isSecondRight && !isFirstRight)
                onlySecond++;
        }
        return Of(onlyFirst, onlySecond);
    }
}
