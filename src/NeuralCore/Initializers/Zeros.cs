using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>All zeros. Keras' default for biases.</summary>
public sealed class Zeros : Initializer
{
    /// <inheritdoc/>
    protected internal override void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream) => values.Clear();

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("Zeros");
}
