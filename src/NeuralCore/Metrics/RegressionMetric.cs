using System.Runtime.CompilerServices;

namespace NeuralCore.Metrics;

/// <summary>
/// What the metrics of regression have in common: predictions and targets have the same number of values in a row. As in scikit-learn, the
/// figure of several outputs is the mean of their figures. A NaN prediction makes the figure NaN.
/// </summary>
public abstract class RegressionMetric : MetricBase, IMetric<float>
{
    private protected RegressionMetric(string name)
        : base(name)
    {
    }

    /// <inheritdoc/>
    void IMetric<float>.Check(Shape prediction, int targetWidth)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (targetWidth != prediction.Size)
        {
            throw new ShapeException(
                $"{GetType().Name}: expects {prediction.Size} target values per row for predictions {prediction}, got {targetWidth}. "
                + $"Leave {GetType().Name} out, or use a custom IMetric.");
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(in MetricPass<float> pass)
    {
        int outputs = pass.Predictions.Length / pass.Rows;
        int width = pass.RowValues.Length / pass.Rows;
        for (int row = 0; row < pass.Rows; row++)
        {
            EvaluateRow(
                pass.Predictions.Slice(row * outputs, outputs), pass.Targets.Slice(row * outputs, outputs),
                pass.RowValues.Slice(row * width, width));
        }
    }

    /// <summary>Computes a row's values.</summary>
    private protected abstract void EvaluateRow(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, Span<double> values);
}
