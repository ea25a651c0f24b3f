using NeuralCore.Layers;

namespace NeuralCore.Regularization;

/// <summary>The penalty <c>l1 Σ |w| + l2 Σ w²</c>, also called elastic net.</summary>
public sealed class L1L2 : Regularizer
{
    /// <summary>Describes the penalty.</summary>
    /// <param name="l1">The factor of the sum of absolute values; finite, at least 0.</param>
    /// <param name="l2">The factor of the sum of squares; finite, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A factor is out of range.</exception>
    public L1L2(double l1 = 0, double l2 = 0)
        : base(l1, l2)
    {
    }

    /// <inheritdoc/>
    public override LayerDescription Describe() =>
        new LayerDescription("L1L2", $"{LayerDescription.Format(L1Factor)}, {LayerDescription.Format(L2Factor)}")
            .With("l1", L1Factor).With("l2", L2Factor);
}
