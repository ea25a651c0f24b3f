using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>
/// Uniform in <c>[-a, a)</c> with <c>a = sqrt(6 / fanIn)</c>. Source: He et al. 2015.
/// </summary>
public sealed class HeUniform : Initializer
{
    /// <inheritdoc/>
    protected internal override void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream) =>
        Draws.Uniform(values, Math.Sqrt(6.0 / fans.In), stream);

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("HeUniform");
}
