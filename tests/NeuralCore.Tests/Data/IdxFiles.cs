using System.Buffers.Binary;
using System.IO.Compression;

namespace NeuralCore.Tests.Data;

/// <summary>Makes IDX and gzip files, whole and broken, in a folder that goes away with the test.</summary>
public sealed class IdxFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("neuralcore-idx-").FullName;

    public string Folder => _folder;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public string Write(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public static byte[] Header(params uint[] dimensions) => Header(8, dimensions);

    public static byte[] Header(byte type, uint[] dimensions)
    {
        byte[] header = new byte[4 + 4 * dimensions.Length];
        header[2] = type;
        header[3] = (byte)dimensions.Length;
        for (int i = 0; i < dimensions.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4 + 4 * i), dimensions[i]);
        return header;
    }

    /// <summary>A valid file of the given extents with bytes that count up.</summary>
    public static byte[] Valid(params uint[] dimensions)
    {
        byte[] body = new byte[dimensions.Aggregate(1L, (size, extent) => size * extent)];
        for (int i = 0; i < body.Length; i++)
            body[i] = (byte)(i * 7);
        return [.. Header(dimensions), .. body];
    }

    /// <summary>As <see cref="Valid"/>, with bytes that do not compress.</summary>
    public static byte[] Noise(params uint[] dimensions)
    {
        byte[] file = Valid(dimensions);
        uint state = 1;
        for (int i = 4 + 4 * dimensions.Length; i < file.Length; i++)
        {
            state = state * 1664525 + 1013904223;
            file[i] = (byte)(state >> 24);
        }
        return file;
    }

    public static byte[] Gzip(byte[] content)
    {
        // GZipStream writes no member at all for no content.
        if (content.Length == 0)
            return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(content);
        return compressed.ToArray();
    }

    public static byte[] With(byte[] file, int index, byte value)
    {
        byte[] copy = (byte[])file.Clone();
        copy[index < 0 ? copy.Length + index : index] = value;
        return copy;
    }
}
