using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>
/// Uniform in <c>[-a, a)</c> with <c>a = sqrt(6 / (fanIn + fanOut))</c>. Source: Glorot and Bengio 2010. Keras' default for kernels.
/// </summary>
/// <remarks>
/// As <c>biasInitializer</c> too, a Dense layer starts as scikit-learn's <c>MLPClassifier</c> does, whose biases are not zero.
/// </remarks>
public sealed class GlorotUniform : Initializer
{
    /// <inheritdoc/>
    protected internal override void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream) =>
        Draws.Uniform(values, Math.Sqrt(6.0 / (fans.In + fans.Out)), stream);

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("GlorotUniform");
}
