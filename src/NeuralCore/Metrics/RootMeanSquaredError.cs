namespace NeuralCore.Metrics;

/// <summary>
/// The root of the mean over rows of <c>(p - t)²</c>, in the unit of the targets. Of several outputs, the mean of their roots, as in
/// scikit-learn.
/// </summary>
public sealed class RootMeanSquaredError : RegressionMetric
{
    /// <summary>Describes the metric.</summary>
    public RootMeanSquaredError()
        : base("root_mean_squared_error")
    {
    }

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override int RowWidth(Shape prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return prediction.Size;
    }

    /// <inheritdoc/>
    public override double Result(ReadOnlySpan<double> state, int rows)
    {
        double sum = 0;
        foreach (double squares in state)
            sum += Math.Sqrt(squares / rows);
        return sum / state.Length;
    }

    private protected override void EvaluateRow(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, Span<double> values)
    {
        for (int i = 0; i < prediction.Length; i++)
        {
            double error = (double)prediction[i] - target[i];
            values[i] = error * error;
        }
    }
}
