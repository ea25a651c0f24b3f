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

    /// <summary>Normal.</summary>
    internal static void Normal(Span<float> values, double mean, double deviation, RandomStream stream)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(mean + deviation * stream.NormalAt((ulong)i));
    }

    /// <summary>Normal, truncated at two standard deviations from the mean; the deviation is that before truncation.</summary>
    internal static void TruncatedNormal(Span<float> values, double mean, double deviation, RandomStream stream)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(mean + deviation * stream.TruncatedNormalAt((ulong)i));
    }

    /// <summary>Normal with mean 0, truncated as above, then scaled so that the result has the stated deviation.</summary>
    internal static void ScaledTruncatedNormal(Span<float> values, double deviation, RandomStream stream) =>
        TruncatedNormal(values, 0, deviation / RandomStream.TruncatedNormalDeviation, stream);
}
