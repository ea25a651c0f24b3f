using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>
/// Truncated normal with standard deviation <c>sqrt(2 / (fanIn + fanOut))</c>, as in Keras: truncated at two standard deviations, then
/// scaled so that the result has the stated one. Source: Glorot and Bengio 2010.
/// </summary>
public sealed class GlorotNormal : Initializer
{
    /// <inheritdoc/>
    protected internal override void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream) =>
        Draws.ScaledTruncatedNormal(values, Math.Sqrt(2.0 / (fans.In + fans.Out)), stream);

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("GlorotNormal");
}
