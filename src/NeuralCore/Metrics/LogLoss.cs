using NeuralCore.Numerics;

namespace NeuralCore.Metrics;

/// <summary>
/// The mean of <c>-log p</c>, p being the predicted probability of the row's class: cross-entropy against the classes themselves, also
/// where the loss has label smoothing or weights. Natural logarithm.
/// </summary>
/// <remarks>
/// As in scikit-learn for predictions of single precision, probabilities are clipped to 2^-23 ... 1 - 2^-23 and divided by their sum.
/// Logits are not clipped: the figure is log-sum-exp minus the logit. A NaN prediction makes the figure NaN.
/// </remarks>
public sealed class LogLoss : ClassificationMetric
{
    private const double Epsilon = 1.0 / (1 << 23);

    private readonly bool _fromLogits;

    /// <summary>Describes the metric.</summary>
    /// <param name="fromLogits">Whether the network ends without a softmax or sigmoid, so that its predictions are logits.</param>
    public LogLoss(bool fromLogits = false)
        : base("log_loss") => _fromLogits = fromLogits;

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override string Settings => _fromLogits ? $"{Name}(fromLogits: True)" : Name;

    private protected override void EvaluateRow(ReadOnlySpan<float> prediction, int target, Span<double> values)
    {
        if (_fromLogits)
        {
            (double largest, double exponentials) = Probabilities.SumOfExponentials(prediction);
            double logit = prediction.Length > 1 ? prediction[target] : target == 1 ? prediction[0] : 0;
            values[0] = Elementary.Log(exponentials) + (largest - logit);
            return;
        }
        if (prediction.Length == 1)
        {
            double one = Clip(prediction[0]);
            values[0] = -Elementary.Log(target == 1 ? one : 1 - one);
            return;
        }
        double sum = 0;
        foreach (float probability in prediction)
            sum += Clip(probability);
        values[0] = -Elementary.Log(Clip(prediction[target]) / sum);
    }

    private static double Clip(double probability) =>
        double.IsNaN(probability) ? double.NaN : Math.Clamp(probability, Epsilon, 1 - Epsilon);
}
