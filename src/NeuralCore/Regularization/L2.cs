using NeuralCore.Layers;

namespace NeuralCore.Regularization;

/// <summary>The penalty <c>l2 Σ w²</c>. Also called ridge penalty; its gradient is <c>2 l2 w</c>.</summary>
public sealed class L2 : Regularizer
{
    /// <summary>Describes the penalty.</summary>
    /// <param name="l2">The factor; finite, at least 0. Keras' default.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is out of range.</exception>
    public L2(double l2 = 0.01)
        : base(0, l2)
    {
    }

    /// <inheritdoc/>
    public override LayerDescription Describe() =>
        new LayerDescription("L2", LayerDescription.Format(L2Factor)).With("l2", L2Factor);
}
