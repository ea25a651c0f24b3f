namespace NeuralCore.Metrics;

/// <summary>A figure reported alongside the loss: a value for each row, averaged. Settings without state.</summary>
/// <typeparam name="TTarget">The target type of the loss.</typeparam>
public interface IMetric<TTarget>
    where TTarget : unmanaged
{
    /// <summary>The name in histories and logs: <c>accuracy</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Checks that the metric can measure a network's predictions; called once, by Compile. By default everything is accepted.
    /// </summary>
    /// <param name="prediction">The shape of one prediction.</param>
    /// <param name="targetWidth">The number of target values in one row.</param>
    /// <exception cref="ShapeException">The metric cannot measure these predictions or targets.</exception>
    void Check(Shape prediction, int targetWidth)
    {
    }

    /// <summary>Computes each row's value.</summary>
    /// <param name="pass">A block of rows.</param>
    void Evaluate(in MetricPass<TTarget> pass);
}

/// <summary>A block of rows for a metric.</summary>
/// <inheritdoc cref="IMetric{TTarget}"/>
public readonly ref struct MetricPass<TTarget>
    where TTarget : unmanaged
{
    /// <summary>How many rows the block has.</summary>
    public required int Rows { get; init; }

    /// <summary>The predictions: [rows, classes].</summary>
    public required ReadOnlySpan<float> Predictions { get; init; }

    /// <summary>The targets: [rows, target width].</summary>
    public required ReadOnlySpan<TTarget> Targets { get; init; }

    /// <summary>To be filled: one value per row.</summary>
    public required Span<double> RowValues { get; init; }
}
