using System.Runtime.CompilerServices;

namespace NeuralCore.Metrics;

/// <summary>
/// How far confidence is from accuracy: <c>Σ_b n_b / n |accuracy_b - confidence_b|</c> over 15 bins of equal width. A row's confidence
/// is the probability of its predicted class. 0 is perfect.
/// </summary>
/// <remarks>
/// A bin includes its upper bound and not its lower one. A NaN prediction makes the figure NaN. Source: Guo, Pleiss, Sun and Weinberger,
/// "On Calibration of Modern Neural Networks", ICML 2017.
/// </remarks>
public sealed class ExpectedCalibrationError : ClassificationMetric
{
    private const int Bins = 15;

    private readonly bool _fromLogits;

    /// <summary>Describes the metric.</summary>
    /// <param name="fromLogits">Whether the network ends without a softmax or sigmoid, so that its predictions are logits.</param>
    public ExpectedCalibrationError(bool fromLogits = false)
        : base("expected_calibration_error") => _fromLogits = fromLogits;

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override string Settings => _fromLogits ? $"{Name}(fromLogits: True)" : Name;

    /// <inheritdoc/>
    public override int RowWidth(Shape prediction) => 2;

    /// <inheritdoc/>
    public override int StateLength(Shape prediction) => Bins;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(ReadOnlySpan<double> rowValues, Span<double> state)
    {
        for (int i = 0; i < rowValues.Length; i += 2)
        {
            (double confidence, double isRight) = (rowValues[i], rowValues[i + 1]);
            int bin = double.IsNaN(confidence) ? 0 : Math.Clamp((int)Math.Ceiling(confidence * Bins) - 1, 0, Bins - 1);
            state[bin] += isRight - confidence;
        }
    }

    /// <inheritdoc/>
    public override double Result(ReadOnlySpan<double> state, int rows)
    {
        double sum = 0;
        foreach (double difference in state)
            sum += Math.Abs(difference);
        return sum / rows;
    }

    private protected override void EvaluateRow(ReadOnlySpan<float> prediction, int target, Span<double> values)
    {
        int predicted = PredictedClass(prediction, _fromLogits ? 0 : 0.5f);
        values[0] = predicted == NoClass ? double.NaN : Confidence(prediction, predicted);
        values[1] = predicted == target ? 1 : 0;
    }

    private double Confidence(ReadOnlySpan<float> prediction, int predicted)
    {
        if (!_fromLogits)
            return prediction.Length > 1 ? prediction[predicted] : predicted == 1 ? prediction[0] : 1.0 - prediction[0];
        // The largest logit is that of the predicted class.
        return 1 / Probabilities.SumOfExponentials(prediction).Sum;
    }
}
