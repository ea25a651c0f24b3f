using System.Runtime.CompilerServices;
using NeuralCore.Losses;
using NeuralCore.Metrics;

namespace NeuralCore.Training;

/// <summary>Loss and metrics of a block of rows, row by row, and the gradient that training starts back from.</summary>
internal sealed class RowScores<TTarget>(Loss<TTarget> loss, FusedLoss<TTarget>? fusedLoss, IMetric<TTarget>[] metrics, int targetWidth)
    where TTarget : unmanaged
{
    internal Loss<TTarget> Loss => loss;

    internal IMetric<TTarget>[] Metrics => metrics;

    /// <summary>How many target values stand in one row. Asked of the loss once: a user's might answer differently the next time.</summary>
    internal int TargetWidth => targetWidth;

    /// <summary>Whether the loss takes over the network's last layer, so that nobody calls it.</summary>
    internal bool TakesOverLastLayer => fusedLoss is not null;

    /// <summary>Evaluates the loss.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="layerInput">What the last layer gets; only read if the loss takes that layer over.</param>
    /// <param name="predictions">What the network says; then written, else read.</param>
    /// <param name="targets">What it should say.</param>
    /// <param name="losses">The loss of each row.</param>
    /// <param name="gradient">The gradient of the loss with respect to the last tensor that a layer writes, times the scale; empty if nobody wants it.</param>
    /// <param name="gradientScale">One over the rows of the whole batch.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Evaluate(
        int rows, ReadOnlySpan<float> layerInput, Span<float> predictions, ReadOnlySpan<TTarget> targets, Span<double> losses, Span<float> gradient, float gradientScale)
    {
        if (fusedLoss is not null)
        {
            fusedLoss.Evaluate(new FusedLossPass<TTarget>
            {
                Rows = rows,
                LayerInput = layerInput,
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

    /// <summary>What sums of losses and metrics over some rows come to.</summary>
    internal Evaluation Average(double lossSum, ReadOnlySpan<double> metricSums, long rows)
    {
        MetricValue[] values = new MetricValue[metrics.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = new MetricValue(metrics[i].Name, metricSums[i] / rows);
        return new Evaluation(lossSum / rows, values);
    }

    /// <summary>Evaluates each metric into its own array, from <paramref name="first"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Measure(int rows, ReadOnlySpan<float> predictions, ReadOnlySpan<TTarget> targets, double[][] values, int first)
    {
        for (int i = 0; i < metrics.Length; i++)
            metrics[i].Evaluate(new MetricPass<TTarget> { Rows = rows, Predictions = predictions, Targets = targets, RowValues = values[i].AsSpan(first, rows) });
    }
}
