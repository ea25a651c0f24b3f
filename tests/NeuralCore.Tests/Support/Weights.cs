using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NeuralCore.Models;

namespace NeuralCore.Tests.Support;

/// <summary>Weights as bits.</summary>
internal static class Weights
{
    internal static string Hash(Sequential model)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var parameter in model.Parameters)
            hash.AppendData(MemoryMarshal.AsBytes(parameter.Values));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>How far a tensor is from the truth: |a - b| / |b| in the Euclidean norm.</summary>
    internal static double RelativeDistance(ReadOnlySpan<float> actual, ReadOnlySpan<double> expected)
    {
        actual.Length.Should().Be(expected.Length);
        double difference = 0;
        double size = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            size += expected[i] * expected[i];
        }
        return difference == 0 ? 0 : Math.Sqrt(difference / size);
    }
}
