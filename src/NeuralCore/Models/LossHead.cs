using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace NeuralCore.Models;

/// <summary>Evaluates the loss and metrics of a batch's rows and keeps each row's values.</summary>
internal sealed class LossHead<TTarget>(
    LossAndMetrics<TTarget> lossAndMetrics, Shape prediction, Batch<TTarget> batch, int blockRows, int workers) : RowHead
    where TTarget : unmanaged
{
    private readonly TTarget[][] _targets = Enumerable.Range(0, workers).Select(_ =>
        new TTarget[checked(blockRows * lossAndMetrics.TargetWidth)]).ToArray();
    private readonly double[] _rowLosses = new double[batch.Capacity];
    private readonly double[][] _rowMetrics = lossAndMetrics.Metrics.Select((_, i) =>
        new double[checked(batch.Capacity * lossAndMetrics.RowWidth(i))]).ToArray();

    /// <summary>The loss of each row of the batch, times its weight if it has one, in row order.</summary>
    internal ReadOnlySpan<double> RowLosses => _rowLosses.AsSpan(0, batch.Count);

    /// <summary>A metric's values of each row of the batch, in row order: [rows, row width].</summary>
    internal ReadOnlySpan<double> RowMetrics(int metric) =>
        _rowMetrics[metric].AsSpan(0, batch.Count * lossAndMetrics.RowWidth(metric));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override bool Evaluate(
        int worker, int first, int rows, ReadOnlySpan<float> last, Span<float> predictions, Span<float> gradient)
    {
        Span<TTarget> targets = _targets[worker].AsSpan(0, rows * lossAndMetrics.TargetWidth);
        batch.GatherTargets(first, rows, targets);
        lossAndMetrics.Loss.CheckTargets(targets, prediction, batch.FirstRow + first);
        Span<double> losses = _rowLosses.AsSpan(first, rows);
        lossAndMetrics.Evaluate(rows, last, predictions, targets, losses, gradient, gradientScale: 1f / batch.Count);
        if (batch.HasWeights)
            Weigh(first, losses, gradient);
        lossAndMetrics.Measure(rows, predictions, targets, _rowMetrics, first);
        return Sums.AreFinite(losses);
    }

    // Here and not in the losses, so that every loss can be weighted, a user's too. A loss that is not finite stays so at a weight of 0.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Weigh(int first, Span<double> losses, Span<float> gradient)
    {
        int size = gradient.Length / losses.Length;
        for (int row = 0; row < losses.Length; row++)
        {
            float weight = batch.WeightOf(first + row);
            losses[row] *= weight;
            Span<float> rowGradient = gradient.Slice(row * size, size);
            TensorPrimitives.Multiply(rowGradient, weight, rowGradient);
        }
    }
}
