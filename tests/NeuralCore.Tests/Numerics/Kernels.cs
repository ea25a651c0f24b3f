using NeuralCore.Numerics;

namespace NeuralCore.Tests.Numerics;

/// <summary>What the kernel tests share.</summary>
internal static class Kernels
{
    /// <summary>Skips a test of a path that this processor lacks.</summary>
    internal static void Require(VectorPath path) => Skip.IfNot(
        InstructionSet.IsSupported(path), $"This processor lacks {path}: run the tests on one that has it.");

    /// <summary>Bits as integers, every NaN the same: which payload survives an operation is the processor's business.</summary>
    internal static int[] Bits(ReadOnlySpan<float> values)
    {
        var bits = new int[values.Length];
        for (int i = 0; i < bits.Length; i++)
            bits[i] = float.IsNaN(values[i]) ? 0x7FC00000 : BitConverter.SingleToInt32Bits(values[i]);
        return bits;
    }

    internal static int Bits(float value) => Bits([value])[0];

    internal static float[] Normals(int n, int seed, float scale = 1)
    {
        var random = new Random(seed);
        var values = new float[n];
        for (int i = 0; i < n; i++)
            values[i] = scale * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return values;
    }

    /// <summary>Normals with zeros of both signs, infinities, NaN, subnormals and the largest numbers strewn in.</summary>
    internal static float[] WithSpecials(int n, int seed)
    {
        float[] specials =
        [
            0f, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon, 1e-40f, float.MaxValue,
                float.MinValue, 1f, -1f,
        ];
        float[] values = Normals(n, seed, 3);
        var random = new Random(seed + 1);
        for (int i = 0; i < n; i++)
        {
            if (random.Next(4) == 0)
                values[i] = specials[random.Next(specials.Length)];
        }
        return values;
    }
}
