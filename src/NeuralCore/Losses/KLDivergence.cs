using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Losses;

/// <summary>
/// The Kullback-Leibler divergence of a row's prediction p from its target t, both probabilities of classes:
/// <c>Σ_k t_k log(t_k / p_k)</c>, as in distillation. A sum over the classes, as in Keras and PyTorch's <c>batchmean</c>.
/// </summary>
/// <remarks>
/// It is <see cref="CategoricalCrossEntropy"/> less the target's entropy, which does not depend on the network: both train to the same
/// bits, and both are fused with a <see cref="Layers.Softmax"/>. Classes with t = 0 are skipped. Unfused, predictions are divided by their
/// sum and clipped at 1e-7 from below. S. Kullback and R. A. Leibler, "On Information and Sufficiency", 1951.
/// </remarks>
public sealed class KLDivergence : CrossEntropy<float>
{
    private readonly CategoricalCrossEntropy _crossEntropy;

    /// <summary>Describes the loss.</summary>
    /// <param name="fromLogits">Whether the network ends without a softmax, so that its predictions are logits.</param>
    public KLDivergence(bool fromLogits = false)
        : base(fromLogits) => _crossEntropy = new CategoricalCrossEntropy(fromLogits);

    /// <inheritdoc/>
    protected internal override void CheckTargets(ReadOnlySpan<float> targets, Shape prediction, int firstRow)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ProbabilityRows.Check(this, targets, prediction.Size, firstRow);
    }

    private protected override int WidthFor(int classes) => classes;

    internal override void Logits(
        ReadOnlySpan<float> logits, ReadOnlySpan<float> targets, Span<float> probabilities, Span<float> gradient, Span<double> losses,
        int rows, int classes, float scale)
    {
        _crossEntropy.Logits(logits, targets, probabilities, gradient, losses, rows, classes, scale);
        SubtractEntropies(targets, losses, classes);
    }

    internal override void Probabilities(
        ReadOnlySpan<float> predictions, ReadOnlySpan<float> targets, Span<float> gradient, Span<double> losses,
        int rows, int classes, float scale)
    {
        _crossEntropy.Probabilities(predictions, targets, gradient, losses, rows, classes, scale);
        SubtractEntropies(targets, losses, classes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SubtractEntropies(ReadOnlySpan<float> targets, Span<double> losses, int classes)
    {
        for (int row = 0; row < losses.Length; row++)
        {
            foreach (float target in targets.Slice(row * classes, classes))
            {
                if (target > 0)
                    losses[row] += target * Elementary.Log(target);
            }
        }
    }
}
