namespace NeuralCore.Serialization;

/// <summary>Names well-known files that are given by mistake where a safetensors file belongs.</summary>
internal static class OtherFormat
{
    /// <summary>What a file's first bytes say it is; null when nothing is recognised.</summary>
    internal static string? Guess(ReadOnlySpan<byte> start) => start switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "a PNG image",
        [0xFF, 0xD8, 0xFF, ..] => "a JPEG image",
        [(byte)'P', (byte)'K', 3, 4, ..] => "a ZIP archive, as PyTorch (.pt), Keras (.keras) and NumPy (.npz) write",
        [0x89, (byte)'H', (byte)'D', (byte)'F', ..] => "an HDF5 file, as Keras (.h5) writes",
        [0x1F, 0x8B, ..] => "a gzip file",
        _ => null,
    };
}
