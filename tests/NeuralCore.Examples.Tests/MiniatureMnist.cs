using System.Buffers.Binary;
using System.IO.Compression;

namespace NeuralCore.Examples.Tests;

/// <summary>The four MNIST files in miniature, in the folder <c>mnist</c> where the examples look for them; they go away again.</summary>
internal sealed class MiniatureMnist : IDisposable
{
    private const string Folder = "mnist";

    internal MiniatureMnist()
    {
        Directory.CreateDirectory(Folder);
        Write("train", 200);
        Write("t10k", 50);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    // Class c is a bright band of rows at the height c, easy to learn.
    private static void Write(string name, int count)
    {
        byte[] images = new byte[16 + count * 784];
        byte[] labels = new byte[8 + count];
        int[] imagesHeader = [0x803, count, 28, 28];
        int[] labelsHeader = [0x801, count];
        for (int i = 0; i < imagesHeader.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(4 * i), imagesHeader[i]);
        for (int i = 0; i < labelsHeader.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(labels.AsSpan(4 * i), labelsHeader[i]);
        for (int i = 0; i < count; i++)
        {
            labels[8 + i] = (byte)(i % 10);
            images.AsSpan(16 + i * 784 + i % 10 * 2 * 28, 3 * 28).Fill((byte)(100 + i % 150));
        }
        Compress($"{name}-images-idx3-ubyte.gz", images);
        Compress($"{name}-labels-idx1-ubyte.gz", labels);
    }

    private static void Compress(string name, byte[] content)
    {
        using GZipStream gzip = new(File.Create(Path.Combine(Folder, name)), CompressionLevel.Fastest);
        gzip.Write(content);
    }
}
