using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using NeuralCore.Data;

namespace NeuralCore.Tests.Data;

public sealed class GzipContentTests : IDisposable
{
    private const int Trailer = 8;

    private readonly IdxFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Large_file_comes_back_whole()
    {
        byte[] file = IdxFiles.Noise(3000, 10, 10);
        Read(IdxFiles.Gzip(file)).Values.Should().Equal(file[16..]);
    }

    [Fact]
    public void File_that_compresses_better_than_usual_comes_back_whole()
    {
        // 3 MB of zeros compress by about 1000: more than what is allocated at once, so the buffer grows.
        byte[] file = [.. IdxFiles.Header(3000, 1000), .. new byte[3_000_000]];
        Read(IdxFiles.Gzip(file)).Values.Should().HaveCount(3_000_000).And.OnlyContain(value => value == 0);
    }

    [Fact]
    public void Every_cut_is_refused_within_a_second()
    {
        byte[] gzip = IdxFiles.Gzip(IdxFiles.Noise(400, 28, 28));
        gzip.Length.Should().BeGreaterThan(300_000);
        IEnumerable<int> cuts = Enumerable.Range(0, gzip.Length / 1024 + 1).Select(kilobyte => kilobyte * 1024)
            .Concat(Enumerable.Range(1, 40)).Concat(Enumerable.Range(gzip.Length - 40, 40));
        foreach (int cut in cuts)
            Refused(gzip[..cut], $"cut at {cut}");
    }

    [Fact]
    public void Every_cut_of_a_small_file_is_refused()
    {
        byte[] gzip = IdxFiles.Gzip(IdxFiles.Valid(60, 3, 3));
        for (int cut = 0; cut < gzip.Length; cut++)
            Refused(gzip[..cut], $"cut at {cut}");
    }

    [Fact]
    public void Every_flipped_bit_is_refused_or_harmless()
    {
        byte[] file = IdxFiles.Noise(20, 3, 3);
        byte[] gzip = IdxFiles.Gzip(file);
        List<int> accepted = [];
        for (int bit = 0; bit < 8 * gzip.Length; bit++)
        {
            byte[] damaged = IdxFiles.With(gzip, bit / 8, (byte)(gzip[bit / 8] ^ 1 << bit % 8));
            try
            {
                Read(damaged).Values.Should().Equal(file[16..]);
                accepted.Add(bit);
            }
            catch (InvalidDataException)
            {
            }
        }

        // The text flag, the time and the operating system say nothing about the content; nor do at most seven bits that
        // deflate leaves unused to reach a whole byte.
        accepted.Where(bit => bit < 8 * 10).Should().Equal([8 * 3, .. Enumerable.Range(8 * 4, 8 * 6)]);
        accepted.Where(bit => bit >= 8 * 10).Should().HaveCountLessThanOrEqualTo(7).And.OnlyContain(bit =>
            bit < 8 * (gzip.Length - Trailer));
    }

    // Any number of bytes changed, taken out or put in: a file is read as a whole and right, or refused.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Random_damage_is_an_error_of_content_or_none(bool compressed)
    {
        byte[] file = IdxFiles.Valid(20, 3, 3);
        byte[] whole = compressed ? IdxFiles.Gzip(file) : file;
        Random random = new(compressed ? 1 : 2);
        int refused = 0;
        for (int round = 0; round < 5_000; round++)
        {
            List<byte> damaged = [.. whole];
            for (int change = random.Next(1, 4); change > 0 && damaged.Count > 0; change--)
            {
                int at = random.Next(damaged.Count);
                switch (random.Next(3))
                {
                    case 0:
                        damaged[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        damaged.RemoveRange(at, Math.Min(random.Next(1, 9), damaged.Count - at));
                        break;
                    default:
                        damaged.Insert(at, (byte)random.Next(256));
                        break;
                }
            }
            try
            {
                IdxData data = Read([.. damaged]);
                data.Values.Length.Should().Be(data.Count * data.SampleShape.Size);
                if (compressed)
                    data.Values.Should().Equal(file[16..]);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        refused.Should().BeGreaterThan(2_500);
    }

    [Fact]
    public void Wrong_checksum_is_refused()
    {
        byte[] gzip = IdxFiles.Gzip(IdxFiles.Valid(60, 3, 3));
        Refused(IdxFiles.With(gzip, -Trailer, (byte)(gzip[^Trailer] + 1)), "CRC")
            .Should().Contain($"offset {gzip.Length - Trailer}: expected the CRC-32 ");
        Refused(IdxFiles.With(gzip, -4, (byte)(gzip[^4] + 1)), "length")
            .Should().Contain($"offset {gzip.Length - 4}: expected the length ").And.EndWith($"found {16 + 540}.");
    }

    [Fact]
    public void Anything_after_the_member_is_refused()
    {
        byte[] file = IdxFiles.Valid(60, 3, 3);
        byte[] gzip = IdxFiles.Gzip(file);
        byte[] trailer = gzip[^Trailer..];

        Refused([.. gzip, .. gzip], "the same member twice").Should().Contain("one gzip member that ends with the file");
        Refused([.. gzip, .. IdxFiles.Gzip([])], "an empty second member");
        Refused([.. IdxFiles.Gzip([]), .. gzip], "an empty first member");
        Refused([.. IdxFiles.Gzip(file[..100]), .. IdxFiles.Gzip(file[100..])], "content in two members");
        for (int extra = 1; extra < 20; extra++)
        {
            Refused([.. gzip, .. new byte[extra]], $"{extra} zeros after the end");
            // The trailer repeated at the end: only what lies between gives it away.
            Refused([.. gzip[..^Trailer], .. new byte[extra], .. trailer], $"{extra} zeros before the trailer");
        }
    }

    [Fact]
    public void Content_longer_or_shorter_than_its_header_says_is_refused()
    {
        byte[] file = IdxFiles.Valid(60, 3, 3);
        Refused(IdxFiles.Gzip(file[..^1]), "one byte short").Should()
            .Contain("offset (after gzip decompression) 555: expected 556 bytes in all");
        Refused(IdxFiles.Gzip([.. file, 0]), "one byte long").Should().Contain("offset (after gzip decompression) 556: expected the end");
        Refused(IdxFiles.Gzip([]), "nothing inside");
        Refused(IdxFiles.Gzip(IdxFiles.Gzip(file)), "compressed twice").Should().Contain("found 31, 139");
        for (int cut = 1; cut < 16; cut++)
            Refused(IdxFiles.Gzip(file[..cut]), $"header cut at {cut}");
    }

    [Fact]
    public void Compressed_data_without_their_end_mark_are_refused()
    {
        // One stored block that is not marked as the last, then checksum and length that are right.
        byte[] file = IdxFiles.Valid(3, 2, 2);
        byte[] Stored(byte last) => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, last, 28, 0, 0xFF - 28, 0xFF, .. file,
            .. IdxFiles.Gzip(file)[^Trailer..]];

        Read(Stored(last: 1)).Values.Should().Equal(file[16..]);
        Refused(Stored(last: 0), "no last block").Should().Contain("the end mark of the compressed data");
    }

    [Fact]
    public void Bomb_is_not_inflated_beyond_what_its_header_promises()
    {
        // 200 MB of zeros behind a header that promises 1,000 bytes.
        byte[] bomb = Bomb(IdxFiles.Header(1000), 200);
        bomb.Length.Should().BeLessThan(400_000);
        using CountingStream stream = new(bomb);

        long before = GC.GetAllocatedBytesForCurrentThread();
        FluentActions.Invoking(() => IdxReader.Read(stream, "bomb")).Should().Throw<InvalidDataException>()
            .WithMessage("*found more bytes.");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1 << 20);
        stream.BytesRead.Should().BeLessThan(3 * 8192, "1,001 bytes come out of the first buffer");
        Refused(bomb, "bomb");
    }

    [Fact]
    public void Content_is_read_to_one_byte_beyond_the_expected_end()
    {
        using MemoryStream stream = new(Bomb(IdxFiles.Header(1000), 1));
        using IdxContent content = IdxContent.Open(stream, "bomb");
        content.ReadHeader(new byte[8], "the header");

        FluentActions.Invoking(() => content.ReadBody(1000)).Should().Throw<InvalidDataException>();

        content.Position.Should().Be(8 + 1000 + 1);
    }

    [Theory]
    [InlineData(2_000_000_000u, 1 << 18, "which hold at most")]
    [InlineData(1_100_000u, 1 << 18, "which hold at most")]
    // Within what 1,000 bytes could hold, so it is tried; memory grows only as far as there is content.
    [InlineData(900_000u, 1 << 18, "the end after 1008")]
    public void Header_alone_gets_no_memory(uint promised, int limit, string message)
    {
        byte[] gzip = IdxFiles.Gzip([.. IdxFiles.Header(promised), .. IdxFiles.Noise(1000)[8..]]);
        BinaryPrimitives.WriteUInt32LittleEndian(gzip.AsSpan(gzip.Length - 4), 8 + promised);
        string path = _files.Write("liar", gzip);
        Refused(gzip, "warm up");

        long before = GC.GetAllocatedBytesForCurrentThread();
        FluentActions.Invoking(() => IdxReader.Read(path)).Should().Throw<InvalidDataException>().WithMessage($"*{message}*");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(limit);
    }

    [Theory]
    [InlineData(0x01)]
    [InlineData(0x02)]
    [InlineData(0x04)]
    [InlineData(0x08)]
    [InlineData(0x10)]
    [InlineData(0x1F)]
    public void Optional_header_fields_are_skipped_and_cuts_in_them_refused(int flags)
    {
        byte[] file = IdxFiles.Valid(60, 3, 3);
        byte[] gzip = IdxFiles.Gzip(file);
        List<byte> header = [.. gzip[..10]];
        header[3] = (byte)flags;
        if ((flags & 0x04) != 0)
            header.AddRange([3, 0, 1, 2, 3]);
        if ((flags & 0x08) != 0)
            header.AddRange("train-images\0"u8.ToArray());
        if ((flags & 0x10) != 0)
            header.AddRange("a comment\0"u8.ToArray());
        if ((flags & 0x02) != 0)
            header.AddRange([0, 0]);

        Read([.. header, .. gzip[10..]]).Values.Should().Equal(file[16..]);

        for (int cut = 1; cut <= header.Count; cut++)
            Refused([.. header.Take(cut), .. new byte[Trailer]], $"cut at {cut}");
    }

    [Theory]
    [InlineData(2, 7)]
    [InlineData(3, 0x20)]
    [InlineData(3, 0x80)]
    public void Unknown_methods_and_flags_are_refused(int index, byte value) =>
        Refused(IdxFiles.With(IdxFiles.Gzip(IdxFiles.Valid(5)), index, value), "header").Should().Contain($"offset {index}: ");

    [Fact]
    public void Checksum_is_the_standard_one()
    {
        Crc32.Start.Append("123456789"u8).Value.Should().Be(0xCBF43926);
        Crc32.Start.Value.Should().Be(0);
        byte[] bytes = IdxFiles.Noise(1000);
        for (int length = 0; length < 300; length++)
        {
            uint bitwise = uint.MaxValue;
            for (int i = 0; i < length; i++)
            {
                bitwise ^= bytes[i];
                for (int bit = 0; bit < 8; bit++)
                    bitwise = (bitwise & 1) != 0 ? bitwise >> 1 ^ 0xEDB88320 : bitwise >> 1;
            }
            Crc32.Start.Append(bytes.AsSpan(0, length)).Value.Should().Be(~bitwise);
            Crc32.Start.Append(bytes.AsSpan(0, length / 3)).Append(bytes.AsSpan(length / 3, length - length / 3)).Value.Should()
                .Be(~bitwise);
        }
    }

    private static IdxData Read(byte[] content) => IdxReader.Read(new MemoryStream(content), "memory");

    private static string Refused(byte[] content, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string message = FluentActions.Invoking(() => Read(content)).Should().Throw<InvalidDataException>(what).Which.Message;
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(1), what);
        message.Should().StartWith("memory, offset").And.Contain("expected ").And.Contain("found ");
        return message;
    }

    private static byte[] Bomb(byte[] start, int megabytes)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(start);
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < megabytes; i++)
                gzip.Write(zeros);
        }
        return compressed.ToArray();
    }

    private sealed class CountingStream : MemoryStream
    {
        private readonly byte[] _content;

        public CountingStream(byte[] content)
            : base(content) => _content = content;

        public long BytesRead { get; private set; }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        // Not base.Read: for a derived stream it comes back here.
        public override int Read(Span<byte> buffer)
        {
            int read = (int)Math.Min(buffer.Length, Length - Position);
            _content.AsSpan((int)Position, read).CopyTo(buffer);
            Position += read;
            BytesRead += read;
            return read;
        }
    }
}
