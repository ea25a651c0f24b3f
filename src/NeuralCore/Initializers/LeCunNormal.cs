using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>
/// Truncated normal with standard deviation <c>sqrt(1 / fanIn)</c>, as in Keras: truncated at two standard deviations, then scaled so
/// that the result has the stated one. Source: LeCun et al. 1998; what self-normalizing networks need (Klambauer et al. 2017).
/// </summary>
public sealed class LeCunNormal : Initializer
{
    /// <inheritdoc/>
    protected internal override void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream) =>
        Draws.ScaledTruncatedNormal(values, Math.Sqrt(1.0 / fans.In), stream);

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("LeCunNormal");
}
