using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using NeuralCore.Samples.Mnist.Reporting.Html;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>Decodes the images of the page.</summary>
public class GrayPngTests
{
    [Fact]
    public void Chunks_are_whole_and_hold_the_pixels()
    {
        byte[] pixels = [.. Enumerable.Range(0, 6).Select(i => (byte)(40 * i))];
        byte[] file = GrayPng.Encode(pixels, width: 3);

        file[..8].Should().Equal(0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A);
        (string Type, byte[] Data, uint Crc)[] chunks = Chunks(file).ToArray();
        chunks.Select(chunk => chunk.Type).Should().Equal("IHDR", "IDAT", "IEND");
        // The check value of the empty last chunk, as in every PNG.
        chunks[2].Crc.Should().Be(0xAE426082);
        chunks[0].Data.Should().Equal(0, 0, 0, 3, 0, 0, 0, 2, 8, 0, 0, 0, 0);
        using ZLibStream data = new(new MemoryStream(chunks[1].Data), CompressionMode.Decompress);
        using MemoryStream rows = new();
        data.CopyTo(rows);
        rows.ToArray().Should().Equal(0, 0, 40, 80, 0, 120, 160, 200);
    }

    private static IEnumerable<(string, byte[], uint)> Chunks(byte[] file)
    {
        for (int at = 8; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            yield return (
                Encoding.ASCII.GetString(file, at + 4, 4),
                file[(at + 8)..(at + 8 + length)],
                BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            at += 12 + length;
        }
    }
}
