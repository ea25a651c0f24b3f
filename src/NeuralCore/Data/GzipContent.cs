using System.Buffers.Binary;
using System.IO.Compression;

namespace NeuralCore.Data;

/// <summary>
/// The content of a gzip file of exactly one member (RFC 1952). Container, checksum and length are checked here because
/// <see cref="GZipStream"/> accepts a truncated file as a shorter one and ignores what follows the last member.
/// </summary>
internal sealed class GzipContent : IdxContent
{
    internal const byte Magic1 = 0x1F;
    internal const byte Magic2 = 0x8B;

    private const int HeaderLength = 10;
    private const int TrailerLength = 8;

    // Deflate needs at least 2 bits for 258 bytes, which limits the expansion (1032 in zlib's technical notes).
    private const long MaxRatio = 1032;

    // Real files expand less than this (MNIST: 5), and so much is allocated at once; beyond it, memory grows with the bytes inflated.
    private const long UsualRatio = 16;

    private readonly Stream _stream;
    private readonly MemberBody _body;
    private readonly DeflateStream _inflater;
    private readonly uint _expectedCrc;
    private readonly uint _expectedLength;
    private Crc32 _crc = Crc32.Start;

    private GzipContent(Stream stream, string name, MemberBody body, uint crc, uint length)
        : base(name)
    {
        _stream = stream;
        _body = body;
        _inflater = new DeflateStream(body, CompressionMode.Decompress);
        _expectedCrc = crc;
        _expectedLength = length;
    }

    private protected override string OffsetKind => "offset (after gzip decompression)";

    /// <summary>Reads the member's header and, from the file's last bytes, its trailer.</summary>
    internal static GzipContent Create(Stream stream, string name)
    {
        long length = stream.Length;
        if (length < HeaderLength + TrailerLength)
            throw Broken(name, length, $"at least {HeaderLength + TrailerLength} bytes of a gzip file", $"the end after {length}");

        Span<byte> trailer = stackalloc byte[TrailerLength];
        stream.Position = length - TrailerLength;
        stream.ReadExactly(trailer);

        stream.Position = 0;
        SkipHeader(stream, name, length - TrailerLength);
        return new GzipContent(
            stream,
            name,
            new MemberBody(stream, length - TrailerLength - stream.Position),
            BinaryPrimitives.ReadUInt32LittleEndian(trailer),
            BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]));
    }

    public override void Dispose() => _inflater.Dispose();

    private protected override int Read(Span<byte> destination)
    {
        int read;
        try
        {
            read = _inflater.Read(destination);
        }
        catch (InvalidDataException e)
        {
            throw Invalid(Position, "deflate data", "bytes that are not", e);
        }
        _crc = _crc.Append(destination[..read]);
        return read;
    }

    private protected override void CheckPlausible(long total)
    {
        if (total > MaxRatio * _body.Length)
        {
            throw Invalid(
                Position, $"{total} bytes in all, as the header says",
                $"{_body.Length} compressed ones, which hold at most {MaxRatio * _body.Length}");
        }
    }

    private protected override int FirstAllocation(int size) => (int)Math.Min(size, UsualRatio * _body.Length);

    private protected override void CheckEnd()
    {
        long trailer = _stream.Length - TrailerLength;
        if (_body.Remaining != 0)
        {
            throw Broken(
                Name, trailer, "one gzip member that ends with the file",
                "more after it: a second member, trailing bytes or a truncated file. Decompress the file first if it has several members");
        }
        if (_body.RanDry)
            throw Broken(Name, trailer, "the end mark of the compressed data", "the gzip trailer");
        if (_crc.Value != _expectedCrc)
            throw Broken(Name, trailer, $"the CRC-32 {_expectedCrc:X8} of the gzip trailer", $"{_crc.Value:X8}: the file is damaged");
        if ((uint)Position != _expectedLength)
            throw Broken(Name, trailer + 4, $"the length {_expectedLength} of the gzip trailer", $"{Position}");
    }

    private static void SkipHeader(Stream stream, string name, long end)
    {
        int flags = ReadFlags(stream, name);
        if ((flags & 0x04) != 0)
            SkipBytes(stream, name, end, NextByte(stream, name, end) | NextByte(stream, name, end) << 8);
        for (int text = 0x08; text <= 0x10; text <<= 1)
        {
            // The original name and a comment, each terminated by a zero.
            while ((flags & text) != 0 && NextByte(stream, name, end) != 0)
            {
            }
        }
        if ((flags & 0x02) != 0)
            SkipBytes(stream, name, end, 2);
    }

    private static int ReadFlags(Stream stream, string name)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        stream.ReadExactly(header);
        if (header[2] != 8)
            throw Broken(name, 2, "gzip method 8 (deflate)", $"{header[2]}");
        int flags = header[3];
        return (flags & 0xE0) == 0 ? flags : throw Broken(name, 3, "gzip flags below 0x20", $"0x{flags:X2}");
    }

    private static int NextByte(Stream stream, string name, long end)
    {
        SkipCheck(stream, name, end, 1);
        return stream.ReadByte();
    }

    private static void SkipBytes(Stream stream, string name, long end, int count)
    {
        SkipCheck(stream, name, end, count);
        stream.Position += count;
    }

    private static void SkipCheck(Stream stream, string name, long end, int count)
    {
        if (stream.Position + count > end)
            throw Broken(name, stream.Position, "the rest of the gzip header", "the end of the file");
    }

    private static InvalidDataException Broken(string name, long offset, string expected, string found) =>
        new($"{name}, offset {offset}: expected {expected}, found {found}.");

    /// <summary>
    /// The compressed bytes between header and trailer. The last byte is returned by a read of its own, so that it stays unread if the
    /// member ends earlier (the inflater reads ahead and would otherwise consume what follows the member).
    /// </summary>
    private sealed class MemberBody(Stream stream, long length) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length { get; } = length;

        public override long Position { get => Length - Remaining; set => throw new NotSupportedException(); }

        internal long Remaining { get; private set; } = length;

        /// <summary>Whether the inflater asked for more bytes than there are, so that it has not seen the end mark.</summary>
        internal bool RanDry { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            if (Remaining == 0)
            {
                RanDry = true;
                return 0;
            }
            int wanted = (int)Math.Min(buffer.Length, Math.Max(Remaining - 1, 1));
            int read = stream.Read(buffer[..wanted]);
            Remaining -= read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
