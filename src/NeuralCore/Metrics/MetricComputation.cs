namespace NeuralCore.Metrics;

/// <summary>Computes metrics of targets and predictions in memory, without a model. Targets come first, as in scikit-learn.</summary>
public static class MetricComputation
{
    private const int BlockRows = 4096;

    /// <summary>The metric's figure for class indices.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="targets">The class of each row.</param>
    /// <param name="predictions">The predictions, row-major: [rows, outputs].</param>
    /// <exception cref="ArgumentException">There are no rows, the lengths do not match, or a class is out of range.</exception>
    /// <exception cref="ShapeException">The metric cannot measure these predictions.</exception>
    public static double Compute(this IMetric<int> metric, ReadOnlySpan<int> targets, ReadOnlySpan<float> predictions)
    {
        if (targets.IsEmpty || predictions.IsEmpty || predictions.Length % targets.Length != 0)
        {
            throw new ArgumentException(
                $"There are {predictions.Length} predicted values for {targets.Length} targets; "
                + "expected one or more rows with the same number of values each.", nameof(predictions));
        }
        return Compute(metric, targets, predictions, predictions.Length / targets.Length);
    }

    /// <summary>The metric's figure for targets that are rows of values: one-hot, 0 and 1, or regression.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="targets">The targets, row-major: [rows, target width].</param>
    /// <param name="predictions">The predictions, row-major: [rows, outputs].</param>
    /// <param name="outputs">The number of values in a prediction.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="outputs"/> is below 1.</exception>
    /// <inheritdoc cref="Compute(IMetric{int}, ReadOnlySpan{int}, ReadOnlySpan{float})"/>
    public static double Compute(this IMetric<float> metric, ReadOnlySpan<float> targets, ReadOnlySpan<float> predictions, int outputs = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        int rows = predictions.Length / outputs;
        if (rows == 0 || targets.IsEmpty || predictions.Length % outputs != 0 || targets.Length % rows != 0)
        {
            throw new ArgumentException(
                $"There are {predictions.Length} predicted values and {targets.Length} target values; expected one or more rows of "
                + $"{outputs} predicted values and the same number of target values for each row.", nameof(predictions));
        }
        return Compute<float>(metric, targets, predictions, outputs);
    }

    private static double Compute<TTarget>(
        IMetric<TTarget> metric, ReadOnlySpan<TTarget> targets, ReadOnlySpan<float> predictions, int outputs)
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(metric);
        int rows = predictions.Length / outputs;
        int targetWidth = targets.Length / rows;
        Shape prediction = [outputs];
        metric.Check(prediction, targetWidth);
        MetricState state = new(metric, prediction);
        state.Reserve(rows);
        double[] values = new double[checked(Math.Min(rows, BlockRows) * state.RowWidth)];
        for (int first = 0; first < rows; first += BlockRows)
        {
            int count = Math.Min(BlockRows, rows - first);
            Span<double> block = values.AsSpan(0, count * state.RowWidth);
            metric.Evaluate(new MetricPass<TTarget>
            {
                Rows = count,
                Predictions = predictions.Slice(first * outputs, count * outputs),
                Targets = targets.Slice(first * targetWidth, count * targetWidth),
                RowValues = block,
            });
            state.Add(block);
        }
        return state.Result(rows);
    }
}
