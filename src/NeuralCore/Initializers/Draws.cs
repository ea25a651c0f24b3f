using System.Runtime.CompilerServices;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>The distributions that initializers draw from.</summary>
internal static class Draws
{
    /// <summary>Uniform in [-limit, limit).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Uniform(Span<float> values, double limit, RandomStream stream)
    {
        float scale = (float)limit;
        for (int i = 0; i < values.Length; i++)
            values[i] = scale * (2 * stream.UniformAt((ulong)i) - 1);
    }

    /// <summary>Normal with mean 0.</summary>
    internal static void Normal(Span<float> values, double deviation, RandomStream stream)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(deviation * stream.NormalAt((ulong)i));
    }

    /// <summary>
    /// Normal with mean 0, truncated at two standard deviations, then scaled so that what is left has the stated deviation.
    /// </summary>
    internal static void TruncatedNormal(Span<float> values, double deviation, RandomStream stream)
    {
        double scale = deviation / RandomStream.TruncatedNormalDeviation;
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(scale * stream.TruncatedNormalAt((ulong)i));
    }
}
