using System.Security.Cryptography;

namespace NeuralCore.Samples.Mnist.Data;

/// <summary>A hash of the data: all runs of a sweep must use the same data.</summary>
internal static class DataHash
{
    /// <summary>
    /// SHA-256 over training pixels, training labels, test pixels and test labels, one byte each; in lower-case hexadecimal.
    /// </summary>
    internal static string Of(MnistImages images)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (LabelledImages part in (LabelledImages[])[images.Training, images.Test])
        {
            for (int i = 0; i < part.Count; i++)
                hash.AppendData(part.Pixels(i));
            hash.AppendData(Enumerable.Range(0, part.Count).Select(i => (byte)part.Label(i)).ToArray());
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
