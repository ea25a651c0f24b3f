using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace NeuralCore.Losses;

/// <summary>
/// Binary cross-entropy: <c>-1/n Σ_j (t_j log y_j + (1 - t_j) log(1 - y_j))</c> for a row of n probabilities y and as many targets t from 0
/// to 1. For two classes with one output, and for labels that do not exclude each other with one output each.
/// </summary>
/// <remarks>
/// After a <see cref="Layers.Sigmoid"/> the two are fused: loss <c>max(x, 0) - x t + ln(1 + e^-|x|)</c>, gradient
/// <c>(sigmoid(x) - t) / n / batch</c>. Unfused, probabilities are clipped at 1e-7 from 0 and 1, as in Keras. For class indices 0 and 1 see
/// <see cref="SparseBinaryCrossEntropy"/>.
/// </remarks>
public sealed class BinaryCrossEntropy : BinaryLoss<float>
{
    /// <summary>Describes the loss.</summary>
    /// <param name="fromLogits">Whether the network ends without a sigmoid, so that its predictions are logits.</param>
    public BinaryCrossEntropy(bool fromLogits = false)
        : base(fromLogits)
    {
    }

    /// <inheritdoc/>
    public override int TargetWidth(Shape prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return prediction.Size;
    }

    /// <inheritdoc/>
    protected internal override void CheckTargets(ReadOnlySpan<float> targets, Shape prediction, int firstRow)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (targets.IsEmpty || (TensorPrimitives.Min(targets) >= 0 && TensorPrimitives.Max(targets) <= 1))
            return;
        int position = 0;
        while (targets[position] is >= 0 and <= 1)
            position++;
        throw new ArgumentException(
            $"{Name}: row {firstRow + position / prediction.Size} of the targets contains {targets[position]}; "
            + "a target is a probability from 0 to 1. Are the classes numbered 0 and 1?");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Run(
        bool fromLogits, ReadOnlySpan<float> x, Span<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient,
        Span<double> losses, int rows, float scale) => RunFloats(fromLogits, x, outputs, targets, gradient, losses, rows, scale);
}
