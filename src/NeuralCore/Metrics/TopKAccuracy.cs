namespace NeuralCore.Metrics;

/// <summary>
/// The share of rows whose target is among the k classes with the largest predictions. Among equal predictions the first class comes
/// first, so that k = 1 is <see cref="Accuracy"/>.
/// </summary>
public sealed class TopKAccuracy : ClassificationMetric
{
    private readonly int _k;

    /// <summary>Describes the metric; its name is <c>top_5_accuracy</c> for k = 5.</summary>
    /// <param name="k">How many classes count; at least 1 and fewer than there are.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public TopKAccuracy(int k = 5)
        : base(FormattableString.Invariant($"top_{k}_accuracy"))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        _k = k;
    }

    private protected override void CheckOutputs(Shape prediction)
    {
        if (prediction.Size <= _k)
        {
            throw new ShapeException(
                $"TopKAccuracy: expects more than k = {_k} classes, got predictions {prediction}. "
                + "Otherwise every row would count as correct: choose a smaller k.");
        }
    }

    private protected override void EvaluateRow(ReadOnlySpan<float> prediction, int target, Span<double> values)
    {
        float own = prediction[target];
        int before = 0;
        for (int i = 0; i < prediction.Length; i++)
        {
            // A NaN anywhere makes the row wrong.
            if (float.IsNaN(prediction[i]))
                before = _k;
            else if (prediction[i] > own || (prediction[i] == own && i < target))
                before++;
        }
        values[0] = before < _k ? 1 : 0;
    }
}
