using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>
/// Normal with standard deviation <c>sqrt(2 / fanIn)</c>, cut at two standard deviations of the uncut distribution and widened to keep
/// its variance, as Keras does. Source: He et al. 2015.
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
