using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>
/// Uniform in <c>[-a, a)</c> with <c>a = sqrt(3 / fanIn)</c>. Source: LeCun et al. 1998, "Efficient BackProp".
/// </summary>
public sealed class LeCunUniform : Initializer
{
    /// <inheritdoc/>
    protected internal override void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream) =>
        Draws.Uniform(values, Math.Sqrt(3.0 / fans.In), stream);

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("LeCunUniform");
}
