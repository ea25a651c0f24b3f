using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>
/// Normal with standard deviation <c>sqrt(2 / fanIn)</c>, cut at two standard deviations of the uncut distribution and widened to keep
/// its variance, as Keras does. Source: He et al. 2015.
/// </summary>
public sealed class HeNormal : Initializer
{
    // The standard deviation of a standard normal cut at +-2: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)).
    private const double CutDeviation = 0.87962566103423978;

    /// <inheritdoc/>
    protected internal override void Initialize(Span<float> values, Shape shape, RandomStream stream)
    {
        double deviation = Math.Sqrt(2.0 / Fans(shape).FanIn) / CutDeviation;
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(deviation * stream.TruncatedNormalAt((ulong)i));
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("HeNormal");
}
