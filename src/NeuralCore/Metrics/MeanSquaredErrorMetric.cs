namespace NeuralCore.Metrics;

/// <summary>
/// The mean of <c>(p - t)²</c> over rows and outputs. The loss of this name is <c>NeuralCore.Losses.MeanSquaredError</c>.
/// </summary>
public sealed class MeanSquaredErrorMetric : RegressionMetric
{
    /// <summary>Describes the metric.</summary>
    public MeanSquaredErrorMetric()
        : base("mean_squared_error")
    {
    }

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    private protected override void EvaluateRow(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, Span<double> values)
    {
        double sum = 0;
        for (int i = 0; i < prediction.Length; i++)
        {
            double error = (double)prediction[i] - target[i];
            sum += error * error;
        }
        values[0] = sum / prediction.Length;
    }
}
