using NeuralCore.Numerics;

namespace NeuralCore.Metrics;

/// <summary>Probabilities of a row's classes in double precision, from probabilities or logits.</summary>
internal static class Probabilities
{
    /// <summary>The largest logit (or 0 for one output, which is that of class 1) and Σ exp(x - largest).</summary>
    internal static (double Largest, double Sum) SumOfExponentials(ReadOnlySpan<float> logits)
    {
        double largest = logits.Length == 1 ? 0 : double.NegativeInfinity;
        foreach (float logit in logits)
            largest = Math.Max(largest, logit);
        double sum = logits.Length == 1 ? Elementary.Exp(-largest) : 0;
        foreach (float logit in logits)
            sum += Elementary.Exp(logit - largest);
        return (largest, sum);
    }
}
