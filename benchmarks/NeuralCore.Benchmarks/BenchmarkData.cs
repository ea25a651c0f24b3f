using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Randomness;

namespace NeuralCore.Benchmarks;

/// <summary>The benchmarks' inputs, the same in every run.</summary>
internal static class BenchmarkData
{
    internal const int Pixels = 784;
    internal const int Classes = 10;

    private static readonly RandomStream Stream = RandomStream.Derive(1, "benchmark");

    /// <summary>Normal draws; the second argument selects one of several arrays.</summary>
    internal static float[] Normals(int count, ulong first = 0)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = Stream.NormalAt((first << 32) + (ulong)i);
        return values;
    }

    internal static int[] Labels(int count) => Enumerable.Range(0, count).Select(i => i * 7 % Classes).ToArray();

    /// <summary>Bytes of which about four in five are zero, in runs, as in images of digits.</summary>
    internal static byte[] Images(int count)
    {
        byte[] pixels = new byte[count * Pixels];
        for (int i = 0; i < pixels.Length; i += 4)
        {
            uint draw = Stream.UInt32At((ulong)i);
            if (draw % 5 == 0)
                pixels.AsSpan(i, 4).Fill((byte)(draw >> 24));
        }
        return pixels;
    }

    /// <summary>The baseline network: 784-128-128-10 with dropout.</summary>
    internal static Sequential Baseline() => new([28, 28],
    [
        new Flatten(),
        new Dense(128, new ReLU()),
        new Dense(128, new ReLU()),
        new Dropout(0.25),
        new Dense(Classes, new Softmax()),
    ], seed: 1);
}
