using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Data;

namespace NeuralCore.Diagnostics;

/// <summary>Hashes of a sample of a data set's rows, of their features alone.</summary>
internal static class RowHashes
{
    // 2 million values take about two milliseconds.
    private const int MostValues = 1 << 21;
    private const int FewestRows = 64;
    private const int ChunkRows = 32;

    // Odd constants with well-mixed bits (the fractional part of the golden ratio, and a prime of xxHash).
    private const ulong Multiplier = 0x9E3779B97F4A7C15;
    private const ulong Mixer = 0xC2B2AE3D27D4EB4F;

    internal static ulong[] Of(FeatureSource features)
    {
        int columns = features.Shape.Size;
        int[] rows = SampledRows.Of(features.Count, Math.Clamp(MostValues / columns, FewestRows, SampledRows.Most));
        ulong[] hashes = new ulong[rows.Length];
        float[] chunk = new float[Math.Min(ChunkRows, rows.Length) * columns];
        for (int first = 0; first < rows.Length; first += ChunkRows)
        {
            int count = Math.Min(ChunkRows, rows.Length - first);
            features.Gather(rows.AsSpan(first, count), chunk);
            for (int row = 0; row < count; row++)
                hashes[first + row] = Hash(MemoryMarshal.Cast<float, uint>(chunk.AsSpan(row * columns, columns)));
        }
        return hashes;
    }

    // Four chains side by side, since each waits for its multiplications.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Hash(ReadOnlySpan<uint> values)
    {
        ulong a = 1;
        ulong b = 2;
        ulong c = 3;
        ulong d = 4;
        int i = 0;
        for (; i + 8 <= values.Length; i += 8)
        {
            a = Mix(a, values[i] | ((ulong)values[i + 1] << 32));
            b = Mix(b, values[i + 2] | ((ulong)values[i + 3] << 32));
            c = Mix(c, values[i + 4] | ((ulong)values[i + 5] << 32));
            d = Mix(d, values[i + 6] | ((ulong)values[i + 7] << 32));
        }
        for (; i < values.Length; i++)
            a = Mix(a, values[i]);
        return Mix(Mix(Mix(a, b), c), d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value) * Multiplier;
        return (hash ^ (hash >> 32)) * Mixer;
    }
}
