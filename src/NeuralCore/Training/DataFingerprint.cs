using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NeuralCore.Data;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// What a checkpoint stores to identify a data set: count, shape, and a digest of all targets and some rows of features, and one
/// of its weights if it has any; cheap compared with an epoch.
/// </summary>
internal static class DataFingerprint
{
    private const int ChunkRows = 1024;
    private const int SampledRows = 64;
    private const int MostWritten = 100;

    internal static IEnumerable<Setting> Of<TTarget>(string what, Dataset<TTarget> data)
        where TTarget : unmanaged
    {
        yield return new Setting($"{what} samples", data.Count.ToString(CultureInfo.InvariantCulture));
        yield return new Setting($"{what} shape", data.InputShape.ToString());
        yield return new Setting($"{what} content", Content(data));
        if (data.Features.Augmentation is { } augmentation)
            yield return new Setting($"{what} augmentation", augmentation);
        if (!data.Weights.IsEmpty)
            yield return new Setting($"{what} weights", Digest(data.Weights));
    }

    /// <summary>Values as a text: themselves, or a digest if they are many.</summary>
    internal static string TextOf(IReadOnlyList<float> values) => values.Count <= MostWritten
        ? string.Join(", ", values.Select(value => value.ToString(CultureInfo.InvariantCulture)))
        : Digest(values.ToArray());

    private static string Digest(ReadOnlySpan<float> values) => Text(SHA256.HashData(MemoryMarshal.AsBytes(values)));

    private static string Text(byte[] hash) => Convert.ToHexStringLower(hash)[..32];

    private static string Content<TTarget>(Dataset<TTarget> data)
        where TTarget : unmanaged
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int[] rows = new int[Math.Min(ChunkRows, data.Count)];
        TTarget[] targets = new TTarget[rows.Length * data.Targets.Width];
        for (int first = 0; first < data.Count; first += ChunkRows)
        {
            int count = Math.Min(ChunkRows, data.Count - first);
            Dataset.Number(rows.AsSpan(0, count), first);
            Span<TTarget> values = targets.AsSpan(0, count * data.Targets.Width);
            data.Targets.Gather(rows.AsSpan(0, count), values);
            hash.AppendData(MemoryMarshal.AsBytes(values));
        }

        int sampled = Math.Min(SampledRows, data.Count);
        float[] features = new float[data.InputShape.Size];
        for (int i = 0; i < sampled; i++)
        {
            rows[0] = sampled == 1 ? 0 : (int)((long)i * (data.Count - 1) / (sampled - 1));
            data.Features.Gather(rows.AsSpan(0, 1), features);
            hash.AppendData(MemoryMarshal.AsBytes(features.AsSpan()));
        }
        return Text(hash.GetHashAndReset());
    }
}
