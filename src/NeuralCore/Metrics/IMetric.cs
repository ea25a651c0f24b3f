using System.Runtime.CompilerServices;

namespace NeuralCore.Metrics;

/// <summary>
/// How a figure is aggregated over the rows of an epoch or a data set. By default it is the mean of one value for each row; a figure that
/// is not a mean of rows, such as F1 or R², declares a state and how rows enter it. Settings without state: the library holds the state.
/// </summary>
/// <remarks>
/// Worker threads compute the values of rows in parallel; one thread then aggregates them, row after row in the data's order. So the bits
/// of a figure depend neither on the number of threads nor on how the rows are divided into batches. The state is part of checkpoints: a
/// fit that resumes in the middle of an epoch reports the same figures.
/// </remarks>
public interface IMetric
{
    /// <summary>The name in histories and logs: <c>accuracy</c>.</summary>
    string Name { get; }

    /// <summary>
    /// The metric with its settings. A checkpoint resumes only if this text is the same; by default the name.
    /// </summary>
    string Settings => Name;

    /// <summary>Whether a higher figure is better; by default it is.</summary>
    bool HigherIsBetter => true;

    /// <summary>
    /// Whether the state is the values of all rows, because the figure needs them together, as a ranking does. <see cref="StateLength"/>
    /// and <see cref="Accumulate"/> are not used then, and memory grows by 8 bytes for each value of each row. By default it is not.
    /// </summary>
    bool KeepsRows => false;

    /// <summary>How many values <see cref="IMetric{TTarget}.Evaluate"/> computes for a row; by default 1.</summary>
    /// <param name="prediction">The shape of one prediction.</param>
    int RowWidth(Shape prediction) => 1;

    /// <summary>
    /// How many numbers the state has; by default one for each value of a row. A metric with another state overrides
    /// <see cref="Accumulate"/> too.
    /// </summary>
    /// <param name="prediction">The shape of one prediction.</param>
    int StateLength(Shape prediction) => RowWidth(prediction);

    /// <summary>
    /// Adds rows to the state, in order. Called by one thread at a time. By default the state is the sum of each value over the rows.
    /// </summary>
    /// <param name="rowValues">The values of one or more rows: [rows, row width].</param>
    /// <param name="state">The state; zeros before the first row.</param>
    void Accumulate(ReadOnlySpan<double> rowValues, Span<double> state) => RowSums.Add(rowValues, state);

    /// <summary>The figure. Called at the end of an epoch and for progress reports; by default the mean of the row's value.</summary>
    /// <param name="state">The state; or the values of all rows, [rows, row width], if <see cref="KeepsRows"/>.</param>
    /// <param name="rows">How many rows have been added; at least 1.</param>
    double Result(ReadOnlySpan<double> state, int rows) => state[0] / rows;
}

/// <summary>
/// A figure reported alongside the loss. To average a value of each row, implement <see cref="IMetric.Name"/> and <see cref="Evaluate"/>;
/// everything else has a default. <see cref="IMetric"/> describes figures that are aggregated in another way.
/// </summary>
/// <typeparam name="TTarget">The target type of the loss.</typeparam>
public interface IMetric<TTarget> : IMetric
    where TTarget : unmanaged
{
    /// <summary>
    /// Checks that the metric can measure a network's predictions; called once, by Compile. By default everything is accepted.
    /// </summary>
    /// <param name="prediction">The shape of one prediction.</param>
    /// <param name="targetWidth">The number of target values in one row.</param>
    /// <exception cref="ShapeException">The metric cannot measure these predictions or targets.</exception>
    void Check(Shape prediction, int targetWidth)
    {
    }

    /// <summary>Computes each row's values; called by several worker threads at once, each with other rows.</summary>
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

    /// <summary>To be filled: [rows, <see cref="IMetric.RowWidth"/>], so one value per row by default.</summary>
    public required Span<double> RowValues { get; init; }
}

/// <summary>Sums over rows, added one row after the other.</summary>
internal static class RowSums
{
    /// <summary>Adds each column of the rows to its sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Add(ReadOnlySpan<double> rowValues, Span<double> sums)
    {
        if (sums.Length == 1)
        {
            double sum = sums[0];
            foreach (double value in rowValues)
                sum += value;
            sums[0] = sum;
            return;
        }
        for (int i = 0; i < rowValues.Length; i += sums.Length)
        {
            for (int j = 0; j < sums.Length; j++)
                sums[j] += rowValues[i + j];
        }
    }
}
