using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using NeuralCore.Serialization;
using NeuralCore.Tests.Training;
using NeuralCore.Training;

namespace NeuralCore.Tests.Serialization;

/// <summary>Makes files as somebody would who means harm: the content changed, the digest right.</summary>
internal static class HostileFiles
{
    // What parsing a header and building a model of a few layers takes, whatever the weights.
    internal const int Overhead = 1 << 20;

    internal const int PerLayer = 8 << 10;

    internal static byte[] Model()
    {
        using TemporaryFolder folder = new();
        TestModels.Small().Save(folder.File("m"));
        return File.ReadAllBytes(folder.File("m"));
    }

    internal static byte[] Checkpoint(int steps = 11)
    {
        using TemporaryFolder folder = new();
        using Trainer<int> trainer = Fits.CancelAfter(steps);
        trainer.CreateCheckpoint().Save(folder.File("c"));
        return File.ReadAllBytes(folder.File("c"));
    }

    /// <summary>Replaces a text in the header; the arrays stay.</summary>
    internal static byte[] Rewrite(byte[] file, string from, string to) => Rewrite(file, header =>
    {
        int at = header.IndexOf(from, StringComparison.Ordinal);
        at.Should().BeGreaterThan(0, "the header holds {0}: {1}", from, header);
        return header.Remove(at, from.Length).Insert(at, to);
    });

    /// <summary>Replaces a whole header; the arrays stay, and what follows them may be added.</summary>
    internal static byte[] Rewrite(byte[] file, Func<string, string> change, byte[]? more = null)
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        byte[] header = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(file, 8, length)));
        byte[] result = [.. new byte[8], .. header, .. file.AsSpan(8 + length), .. more ?? []];
        BinaryPrimitives.WriteInt64LittleEndian(result, header.Length);
        return result;
    }

    /// <summary>Puts the right digest into a changed file.</summary>
    internal static bool Forge(byte[] file)
    {
        int at = file.AsSpan().IndexOf("\"neuralcore.sha256\":\""u8);
        if (at < 0 || at + 21 + 64 > file.Length)
            return false;
        Span<byte> digest = file.AsSpan(at + 21, 64);
        digest.Fill((byte)'0');
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(file)), digest);
        return true;
    }

    /// <summary>
    /// Loads a file, which must be refused with a typed error, in under a second, with at most twice its size and 1 MB of memory, and 8 KB
    /// for each layer that it describes soundly.
    /// </summary>
    /// <returns>The error's message.</returns>
    internal static string ShouldBeRefused(byte[] file, Action<Stream> load, int layers = 0)
    {
        using MemoryStream stream = new(file);
        long memory = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();

        Exception? error = Record.Exception(() => load(stream));

        TimeSpan time = Stopwatch.GetElapsedTime(start);
        long taken = GC.GetAllocatedBytesForCurrentThread() - memory;
        error.Should().BeOfType<InvalidDataException>();
        time.Should().BeLessThan(TimeSpan.FromSeconds(1));
        taken.Should().BeLessThan(2L * file.Length + Overhead + (long)layers * PerLayer, "the file has {0} bytes", file.Length);
        return error!.Message;
    }

    internal static void LoadModel(Stream stream) => ModelFile.Load(stream, "m");

    internal static void LoadCheckpoint(Stream stream) => NeuralCore.Serialization.Checkpoint.Load(stream, "c");

    internal static void Open(Stream stream) => SafeTensorsReader.Open(stream, "f").Dispose();
}
