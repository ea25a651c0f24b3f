using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Losses;

/// <summary>
/// Cross-entropy with the target given as a row of class probabilities, usually one-hot: <c>-Σ_k t_k log p_k</c> for each row.
/// </summary>
/// <remarks>
/// After a <see cref="Layers.Softmax"/> the two are fused: loss <c>Σ_k t_k (log Σ_j exp(x_j - m) + m - x_k)</c>, gradient
/// <c>(p Σ_k t_k - t) / batch</c>. Classes with t = 0 are skipped, so 0 · ∞ cannot occur. Unfused, predictions are divided by their sum
/// and clipped at 1e-7 from below, as in Keras. One-hot rows give the same bits as <see cref="SparseCategoricalCrossEntropy"/>.
/// </remarks>
public sealed unsafe class CategoricalCrossEntropy : CrossEntropy<float>
{
    /// <summary>Describes the loss.</summary>
    /// <param name="fromLogits">Whether the network ends without a softmax, so that its predictions are logits.</param>
    public CategoricalCrossEntropy(bool fromLogits = false)
        : base(fromLogits)
    {
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void CheckTargets(ReadOnlySpan<float> targets, Shape prediction, int firstRow)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        int classes = prediction.Size;
        for (int row = 0; row < targets.Length / classes; row++)
        {
            double sum = 0;
            foreach (float target in targets.Slice(row * classes, classes))
            {
                if (!(target >= 0 && target <= 1))
                    throw new ArgumentException(
                        $"{Name}: row {firstRow + row} of the targets contains {target}; "
                        + "a target is a row of probabilities from 0 to 1, usually one-hot.");
                sum += target;
            }
            if (!(Math.Abs(sum - 1) <= 1e-3))
                throw new ArgumentException(
                    $"{Name}: row {firstRow + row} of the targets sums to {sum}, not to 1; "
                    + "a target is a row of probabilities, usually one-hot.");
        }
    }

    private protected override int WidthFor(int classes) => classes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Logits(
        ReadOnlySpan<float> logits, ReadOnlySpan<float> targets, Span<float> probabilities, Span<float> gradient, Span<double> losses,
        int rows, int classes, float scale)
    {
        fixed (float* x = &MemoryMarshal.GetReference(logits), t = &MemoryMarshal.GetReference(targets),
            p = &MemoryMarshal.GetReference(probabilities), dx = &MemoryMarshal.GetReference(gradient))
        fixed (double* values = &MemoryMarshal.GetReference(losses))
            CrossEntropyKernel.SoftmaxCategorical(x, t, p, dx, values, rows, classes, scale);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Probabilities(
        ReadOnlySpan<float> predictions, ReadOnlySpan<float> targets, Span<float> gradient, Span<double> losses,
        int rows, int classes, float scale)
    {
        fixed (float* p = &MemoryMarshal.GetReference(predictions), t = &MemoryMarshal.GetReference(targets),
            dp = &MemoryMarshal.GetReference(gradient))
        fixed (double* values = &MemoryMarshal.GetReference(losses))
            CrossEntropyKernel.Categorical(p, t, dp, values, rows, classes, scale);
    }
}
