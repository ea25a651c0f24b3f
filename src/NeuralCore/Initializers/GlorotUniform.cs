using System.Runtime.CompilerServices;
using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>
/// Uniform in <c>[-a, a)</c> with <c>a = sqrt(6 / (fanIn + fanOut))</c>. Source: Glorot and Bengio 2010. Keras' default for kernels.
/// </summary>
public sealed class GlorotUniform : Initializer
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Initialize(Span<float> values, Shape shape, RandomStream stream)
    {
        (long fanIn, long fanOut) = Fans(shape);
        float limit = (float)Math.Sqrt(6.0 / (fanIn + fanOut));
        for (int i = 0; i < values.Length; i++)
            values[i] = limit * (2 * stream.UniformAt((ulong)i) - 1);
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("GlorotUniform");
}
