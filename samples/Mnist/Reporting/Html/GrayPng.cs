using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>A small grey image as PNG (ISO/IEC 15948): eight bits a pixel, no filter.</summary>
internal static class GrayPng
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The image as a data URI.</summary>
    internal static string DataUri(ReadOnlySpan<byte> pixels, int width) =>
        "data:image/png;base64," + Convert.ToBase64String(Encode(pixels, width));

    /// <summary>The image as a file.</summary>
    /// <param name="pixels">Row by row; 0 is black.</param>
    /// <param name="width">Pixels in a row.</param>
    internal static byte[] Encode(ReadOnlySpan<byte> pixels, int width)
    {
        using MemoryStream file = new();
        file.Write(Signature);

        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), pixels.Length / width);
        header[8] = 8;
        Chunk(file, "IHDR", header);

        using MemoryStream data = new();
        using (ZLibStream compressed = new(data, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (int start = 0; start < pixels.Length; start += width)
            {
                compressed.WriteByte(0);
                compressed.Write(pixels.Slice(start, width));
            }
        }
        Chunk(file, "IDAT", data.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private static void Chunk(Stream file, string type, byte[] data)
    {
        byte[] chunk = [0, 0, 0, 0, .. Encoding.ASCII.GetBytes(type), .. data, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32(chunk.AsSpan(4, chunk.Length - 8)));
        file.Write(chunk);
    }

    // Bit by bit is fast enough for these tiny images.
    private static uint Crc32(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }
}
