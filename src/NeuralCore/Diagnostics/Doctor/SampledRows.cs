using NeuralCore.Randomness;

namespace NeuralCore.Diagnostics;

/// <summary>Chooses rows of a data set for a check: spread over all of it, at random within each part, the same every time.</summary>
internal static class SampledRows
{
    /// <summary>Some thousand rows tell what a check asks; more would take time and change no finding.</summary>
    internal const int Most = 4096;

    /// <summary>Rows in ascending order, without repeats: one from each of <paramref name="wanted"/> equal parts, or all.</summary>
    /// <param name="count">How many rows there are.</param>
    /// <param name="wanted">How many are wanted; at least 1.</param>
    internal static int[] Of(int count, int wanted)
    {
        int[] rows = new int[Math.Min(count, wanted)];
        RandomStream stream = RandomStream.Derive(0, RandomPurpose.Diagnostics);
        for (int i = 0; i < rows.Length; i++)
        {
            // Not every n-th row: data whose classes take turns would show one class only.
            int first = (int)((long)i * count / rows.Length);
            int end = (int)((long)(i + 1) * count / rows.Length);
            rows[i] = first + (int)(stream.UInt32At((ulong)i) % (uint)(end - first));
        }
        return rows;
    }
}
