using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>
/// Truncated normal with standard deviation <c>sqrt(2 / fanIn)</c>, as in Keras: truncated at two standard deviations, then scaled so
/// that the result has the stated one. Source: He et al. 2015.
/// </summary>
public sealed class HeNormal : Initializer
{
    /// <inheritdoc/>
    protected internal override void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream) =>
        Draws.ScaledTruncatedNormal(values, Math.Sqrt(2.0 / fans.In), stream);

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("HeNormal");
}
