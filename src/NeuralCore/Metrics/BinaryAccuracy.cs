namespace NeuralCore.Metrics;

/// <summary>
/// The share of predictions that are on the target's side of a threshold: <c>(p &gt; threshold) = t</c>, t being 0 or 1. For one sigmoid
/// output; with several (labels that do not exclude each other) a row counts by the share of its outputs that are right, as in Keras.
/// </summary>
/// <remarks>A NaN prediction is wrong. A float target above 0.5 is a 1. With class indices the network has one output.</remarks>
public sealed class BinaryAccuracy : MetricBase, IMetric<int>, IMetric<float>
{
    private readonly float _threshold;

    /// <summary>Describes the metric.</summary>
    /// <param name="threshold">A prediction above it is a 1; NaN is refused. Null for 0.5, or 0 for logits.</param>
    /// <param name="fromLogits">
    /// Whether the network ends without a sigmoid, so that its predictions are logits: a probability of 0.5 is a logit of 0.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is NaN.</exception>
    public BinaryAccuracy(double? threshold = null, bool fromLogits = false)
        : base("binary_accuracy")
    {
        _threshold = (float)(threshold ?? (fromLogits ? 0 : 0.5));
        if (float.IsNaN(_threshold))
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "The threshold must be a number.");
    }

    /// <inheritdoc/>
    public override string Settings => FormattableString.Invariant($"{Name}(threshold: {_threshold})");

    /// <inheritdoc/>
    void IMetric<int>.Check(Shape prediction, int targetWidth)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (prediction.Size != 1 || targetWidth != 1)
        {
            throw new ShapeException(
                $"BinaryAccuracy: expects one output and one class index per row, got predictions {prediction} and {targetWidth} target "
                + "values per row. End the network with Dense(1) and a sigmoid; for one output for each class use Accuracy.");
        }
    }

    /// <inheritdoc/>
    void IMetric<float>.Check(Shape prediction, int targetWidth)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (targetWidth != prediction.Size)
        {
            throw new ShapeException(
                $"BinaryAccuracy: expects {prediction.Size} target values per row, each 0 or 1, for predictions {prediction}, "
                + $"got {targetWidth}. Leave BinaryAccuracy out, or use a custom IMetric.");
        }
    }

    /// <inheritdoc/>
    public void Evaluate(in MetricPass<int> pass)
    {
        for (int row = 0; row < pass.Rows; row++)
            pass.RowValues[row] = IsRight(pass.Predictions[row], pass.Targets[row] != 0) ? 1 : 0;
    }

    /// <inheritdoc/>
    public void Evaluate(in MetricPass<float> pass)
    {
        int outputs = pass.Predictions.Length / pass.Rows;
        for (int row = 0; row < pass.Rows; row++)
        {
            int right = 0;
            for (int i = row * outputs; i < (row + 1) * outputs; i++)
                right += IsRight(pass.Predictions[i], pass.Targets[i] > 0.5f) ? 1 : 0;
            pass.RowValues[row] = (double)right / outputs;
        }
    }

    private bool IsRight(float prediction, bool isOne) => !float.IsNaN(prediction) && prediction > _threshold == isOne;
}
