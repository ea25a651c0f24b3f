using System.Runtime.CompilerServices;
using NeuralCore.Losses;
using NeuralCore.Metrics;

namespace NeuralCore.Models;

/// <summary>The loss and metrics that a model was compiled with.</summary>
internal sealed class LossAndMetrics<TTarget>(
    Loss<TTarget> loss, FusedLoss<TTarget>? fusedLoss, IMetric<TTarget>[] metrics, int targetWidth, Shape prediction)
    where TTarget : unmanaged
{
    // Asked only once, like the width of a target.
    private readonly int[] _rowWidths = metrics.Select(metric => MetricState.WidthOf(metric, prediction)).ToArray();

    internal Loss<TTarget> Loss => loss;

    internal IMetric<TTarget>[] Metrics => metrics;

    /// <summary>
    /// How many target values a row has. The loss is asked only once, since a custom loss might return another value later.
    /// </summary>
    internal int TargetWidth => targetWidth;

    /// <summary>Whether the loss is fused with the network's last layer, so that the layer is not called.</summary>
    internal bool FusesLastLayer => fusedLoss is not null;

    /// <summary>How many values a metric has for each row.</summary>
    internal int RowWidth(int metric) => _rowWidths[metric];

    /// <summary>The states of the metrics before the first row.</summary>
    internal MetricState[] CreateStates() => metrics.Select(metric => new MetricState(metric, prediction)).ToArray();

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

    /// <summary>Evaluates each metric of a block of rows into its own array, from row <paramref name="first"/> on.</summary>
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
                RowValues = values[i].AsSpan(first * _rowWidths[i], rows * _rowWidths[i]),
            });
        }
    }
}
