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
/// Label smoothing: C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016; as PyTorch's
/// <c>label_smoothing</c>.
/// </remarks>
public sealed unsafe class CategoricalCrossEntropy : CrossEntropy<float>
{
    /// <summary>Describes the loss.</summary>
    /// <param name="fromLogits">Whether the network ends without a softmax, so that its predictions are logits.</param>
    /// <param name="labelSmoothing">
    /// The share s of each target that is divided among all K classes, <c>t (1 - s) + s / K</c>; at least 0 and below 1.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="labelSmoothing"/> is out of range.</exception>
    public CategoricalCrossEntropy(bool fromLogits = false, double labelSmoothing = 0)
        : base(fromLogits, labelSmoothing)
    {
    }

    /// <summary>The share s of each target that is divided among all K classes, <c>t (1 - s) + s / K</c>; 0 for none.</summary>
    public float LabelSmoothing => Smoothing;

    /// <inheritdoc/>
    protected internal override void CheckTargets(ReadOnlySpan<float> targets, Shape prediction, int firstRow)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ProbabilityRows.Check(this, targets, prediction.Size, firstRow);
    }

    private protected override int WidthFor(int classes) => classes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Logits(
        ReadOnlySpan<float> logits, ReadOnlySpan<float> targets, Span<float> probabilities, Span<float> gradient, Span<double> losses,
        int rows, int classes, float scale)
    {
        fixed (float* x = &MemoryMarshal.GetReference(logits), t = &MemoryMarshal.GetReference(targets),
            p = &MemoryMarshal.GetReference(probabilities), dx = &MemoryMarshal.GetReference(gradient))
        fixed (double* values = &MemoryMarshal.GetReference(losses))
        {
            if (LabelSmoothing > 0)
                SmoothedCrossEntropyKernel.Softmax(new RowTargets(t, classes), LabelSmoothing, x, p, dx, values, rows, classes, scale);
            else
                CrossEntropyKernel.SoftmaxCategorical(x, t, p, dx, values, rows, classes, scale);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Probabilities(
        ReadOnlySpan<float> predictions, ReadOnlySpan<float> targets, Span<float> gradient, Span<double> losses,
        int rows, int classes, float scale)
    {
        fixed (float* p = &MemoryMarshal.GetReference(predictions), t = &MemoryMarshal.GetReference(targets),
            dp = &MemoryMarshal.GetReference(gradient))
        fixed (double* values = &MemoryMarshal.GetReference(losses))
        {
            if (LabelSmoothing > 0)
                SmoothedCrossEntropyKernel.Probabilities(new RowTargets(t, classes), LabelSmoothing, p, dp, values, rows, classes, scale);
            else
                CrossEntropyKernel.Categorical(p, t, dp, values, rows, classes, scale);
        }
    }
}
