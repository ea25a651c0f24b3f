using NeuralCore.Layers;

namespace NeuralCore.Regularization;

/// <summary>The penalty <c>l1 Σ |w|</c>. Drives weights to exactly 0, or near it.</summary>
public sealed class L1 : Regularizer
{
    /// <summary>Describes the penalty.</summary>
    /// <param name="l1">The factor; finite, at least 0. Keras' default.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is out of range.</exception>
    public L1(double l1 = 0.01)
        : base(l1, 0)
    {
    }

    /// <inheritdoc/>
    public override LayerDescription Describe() =>
        new LayerDescription("L1", LayerDescription.Format(L1Factor)).With("l1", L1Factor);
}
