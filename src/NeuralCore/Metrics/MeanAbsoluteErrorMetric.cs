namespace NeuralCore.Metrics;

/// <summary>
/// The mean of <c>|p - t|</c> over rows and outputs. The loss of this name is <c>NeuralCore.Losses.MeanAbsoluteError</c>.
/// </summary>
public sealed class MeanAbsoluteErrorMetric : RegressionMetric
{
    /// <summary>Describes the metric.</summary>
    public MeanAbsoluteErrorMetric()
        : base("mean_absolute_error")
    {
    }

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    private protected override void EvaluateRow(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, Span<double> values)
    {
        double sum = 0;
        for (int i = 0; i < prediction.Length; i++)
            sum += Math.Abs((double)prediction[i] - target[i]);
        values[0] = sum / prediction.Length;
    }
}
