using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>A hash of a model's weights: equal if and only if all bits are.</summary>
internal static class WeightsHash
{
    /// <summary>SHA-256 over all parameters in layer order, each value as little-endian float32; in lower-case hexadecimal.</summary>
    internal static string Of(Sequential model)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Parameter parameter in model.Parameters)
        {
            if (BitConverter.IsLittleEndian)
            {
                hash.AppendData(MemoryMarshal.AsBytes(parameter.Values));
                continue;
            }
            int[] swapped = new int[parameter.Values.Length];
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<float, int>(parameter.Values), swapped);
            hash.AppendData(MemoryMarshal.AsBytes(swapped.AsSpan()));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
