using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>
/// Truncated normal with standard deviation <c>sqrt(2 / fanIn)</c>, as in Keras: truncated at two standard deviations, then scaled so that
/// the result has the stated one. Source: He et al. 2015.
/// </summary>
public sealed class HeNormal : Initializer
{
    /// <inheritdoc/>
    protected internal override void Initialize(Span<float> values, Shape shape, RandomStream stream)
    {
        double deviation = Math.Sqrt(2.0 / Fans(shape).FanIn) / RandomStream.TruncatedNormalDeviation;
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(deviation * stream.TruncatedNormalAt((ulong)i));
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("HeNormal");
}
