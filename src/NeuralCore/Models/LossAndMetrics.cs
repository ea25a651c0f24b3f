using System.Runtime.CompilerServices;
using NeuralCore.Losses;
using NeuralCore.Metrics;

namespace NeuralCore.Models;

/// <summary>The loss and metrics that a model was compiled with.</summary>
internal sealed class LossAndMetrics<TTarget>(
    Loss<TTarget> loss, FusedLoss<TTarget>? fusedLoss, IMetric<TTarget>[] metrics, int targetWidth)
    where TTarget : unmanaged
{
    internal Loss<TTarget> Loss => loss;

    internal IMetric<TTarget>[] Metrics => metrics;

    /// <summary>
    /// How many target values a row has. The loss is asked only once, since a custom loss might return another value later.
    /// </summary>
    internal int TargetWidth => targetWidth;

    /// <summary>Whether the loss is fused with the network's last layer, so that the layer is not called.</summary>
    internal bool FusesLastLayer => fusedLoss is not null;

    /// <summary>Evaluates the loss of a block of rows.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="last">The output of the last layer that was called.</param>
    /// <param name="predictions">The network's output: read, or written if the loss is fused with the last layer.</param>
    /// <param name="targets">The rows' targets.</param>
    /// <param name="losses">The loss of each row.</param>
    /// <param name="gradient">The gradient with respect to <paramref name="last"/>, times the scale; empty if it is not needed.</param>
    /// <param name="gradientScale">1 / (rows of the whole batch).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Evaluate(
        int rows, ReadOnlySpan<float> last, Span<float> predictions, ReadOnlySpan<TTarget> targets, Span<double> losses,
        Span<float> gradient, float gradientScale)
    {
        if (fusedLoss is not null)
        {
            fusedLoss.Evaluate(new FusedLossPass<TTarget>
            {
                Rows = rows,
                LayerInput = last,
                Predictions = predictions,
                Targets = targets,
                RowLosses = losses,
                LayerInputGradient = gradient,
                GradientScale = gradientScale,
            });
        }
        else
        {
            loss.Evaluate(new LossPass<TTarget>
            {
                Rows = rows,
                Predictions = predictions,
                Targets = targets,
                RowLosses = losses,
                Gradient = gradient,
                GradientScale = gradientScale,
            });
        }
    }

    /// <summary>Evaluates each metric of a block of rows into its own array, from <paramref name="first"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Measure(int rows, ReadOnlySpan<float> predictions, ReadOnlySpan<TTarget> targets, double[][] values, int first)
    {
        for (int i = 0; i < metrics.Length; i++)
        {
            metrics[i].Evaluate(new MetricPass<TTarget>
            {
                Rows = rows,
                Predictions = predictions,
                Targets = targets,
                RowValues = values[i].AsSpan(first, rows),
            });
        }
    }
}

/// <summary>Evaluates the loss and metrics of a batch's rows and keeps each row's values.</summary>
internal sealed class LossHead<TTarget>(
    LossAndMetrics<TTarget> lossAndMetrics, Shape prediction, Batch<TTarget> batch, int blockRows, int workers) : RowHead
    where TTarget : unmanaged
{
    private readonly TTarget[][] _targets = Enumerable.Range(0, workers).Select(_ =>
        new TTarget[checked(blockRows * lossAndMetrics.TargetWidth)]).ToArray();
    private readonly double[] _rowLosses = new double[batch.Capacity];
    private readonly double[][] _rowMetrics = lossAndMetrics.Metrics.Select(_ => new double[batch.Capacity]).ToArray();

    /// <summary>The loss of each row of the batch, in row order.</summary>
    internal ReadOnlySpan<double> RowLosses => _rowLosses.AsSpan(0, batch.Count);

    /// <summary>A metric's value of each row of the batch, in row order.</summary>
    internal ReadOnlySpan<double> RowMetrics(int metric) => _rowMetrics[metric].AsSpan(0, batch.Count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override bool Evaluate(
        int worker, int first, int rows, ReadOnlySpan<float> last, Span<float> predictions, Span<float> gradient)
    {
        Span<TTarget> targets = _targets[worker].AsSpan(0, rows * lossAndMetrics.TargetWidth);
        batch.GatherTargets(first, rows, targets);
        lossAndMetrics.Loss.CheckTargets(targets, prediction, batch.FirstRow + first);
        Span<double> losses = _rowLosses.AsSpan(first, rows);
        lossAndMetrics.Evaluate(rows, last, predictions, targets, losses, gradient, gradientScale: 1f / batch.Count);
        lossAndMetrics.Measure(rows, predictions, targets, _rowMetrics, first);
        return Sums.AreFinite(losses);
    }
}
