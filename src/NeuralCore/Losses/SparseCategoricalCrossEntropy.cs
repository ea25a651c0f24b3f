using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Losses;

/// <summary>
/// Cross-entropy with the target given as a class index: <c>-log p_y</c> for each row.
/// </summary>
/// <remarks>
/// After a <see cref="Layers.Softmax"/> the two are fused: loss <c>log Σ_k exp(x_k - m) + m - x_y</c>, gradient
/// <c>(p - onehot(y)) / batch</c>. Unfused, predictions are divided by their sum and clipped at 1e-7 from below, as in Keras.
/// Label smoothing: C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016; as PyTorch's
/// <c>label_smoothing</c>.
/// </remarks>
public sealed unsafe class SparseCategoricalCrossEntropy : CrossEntropy<int>
{
    /// <summary>Describes the loss.</summary>
    /// <param name="fromLogits">Whether the network ends without a softmax, so that its predictions are logits.</param>
    /// <param name="labelSmoothing">
    /// The share s of each target that is divided among all K classes, <c>t (1 - s) + s / K</c>; at least 0 and below 1.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="labelSmoothing"/> is out of range.</exception>
    public SparseCategoricalCrossEntropy(bool fromLogits = false, double labelSmoothing = 0)
        : base(fromLogits, labelSmoothing)
    {
    }

    /// <summary>The share s of each target that is divided among all K classes, <c>t (1 - s) + s / K</c>; 0 for none.</summary>
    public float LabelSmoothing => Smoothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void CheckTargets(ReadOnlySpan<int> targets, Shape prediction, int firstRow)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        int classes = prediction.Size;
        for (int row = 0; row < targets.Length; row++)
        {
            if ((uint)targets[row] >= (uint)classes)
            {
                throw new ArgumentException(
                    $"{Name}: the label of row {firstRow + row} is {targets[row]}, "
                    + $"but the network has {classes} classes, 0 to {classes - 1}. "
                    + "Labels start at 0; is the last Dense wide enough?");
            }
        }
    }

    private protected override int WidthFor(int classes) => 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Logits(
        ReadOnlySpan<float> logits, ReadOnlySpan<int> targets, Span<float> probabilities, Span<float> gradient, Span<double> losses,
        int rows, int classes, float scale)
    {
        fixed (float* x = &MemoryMarshal.GetReference(logits), p = &MemoryMarshal.GetReference(probabilities),
            dx = &MemoryMarshal.GetReference(gradient))
        fixed (int* labels = &MemoryMarshal.GetReference(targets))
        fixed (double* values = &MemoryMarshal.GetReference(losses))
        {
            if (LabelSmoothing > 0)
                SmoothedCrossEntropyKernel.Softmax(new IndexTargets(labels), LabelSmoothing, x, p, dx, values, rows, classes, scale);
            else
                CrossEntropyKernel.SoftmaxSparse(x, labels, p, dx, values, rows, classes, scale);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Probabilities(
        ReadOnlySpan<float> predictions, ReadOnlySpan<int> targets, Span<float> gradient, Span<double> losses,
        int rows, int classes, float scale)
    {
        fixed (float* p = &MemoryMarshal.GetReference(predictions), dp = &MemoryMarshal.GetReference(gradient))
        fixed (int* labels = &MemoryMarshal.GetReference(targets))
        fixed (double* values = &MemoryMarshal.GetReference(losses))
        {
            if (LabelSmoothing > 0)
                SmoothedCrossEntropyKernel.Probabilities(new IndexTargets(labels), LabelSmoothing, p, dp, values, rows, classes, scale);
            else
                CrossEntropyKernel.Sparse(p, labels, dp, values, rows, classes, scale);
        }
    }
}
