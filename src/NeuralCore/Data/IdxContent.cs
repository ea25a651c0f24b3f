namespace NeuralCore.Data;

/// <summary>
/// The bytes of an IDX file in order, plain or inflated. Reads at most one byte more than the header promises (to check that the file ends
/// there) and never allocates memory that the file cannot fill.
/// </summary>
internal abstract class IdxContent(string name) : IDisposable
{
    /// <summary>The file, for messages.</summary>
    private protected string Name { get; } = name;

    /// <summary>How many bytes of content have been read.</summary>
    internal long Position { get; private set; }

    /// <summary>What the offsets in messages count.</summary>
    private protected virtual string OffsetKind => "offset";

    /// <summary>Tells gzip (starts with 1F 8B) from a plain IDX file (starts with 00 00).</summary>
    internal static IdxContent Open(Stream stream, string name)
    {
        if (!stream.CanSeek)
            throw new IOException($"{name} is not a regular file: its length cannot be known before it is read.");
        int first = stream.ReadByte();
        int second = stream.ReadByte();
        stream.Position = 0;
        return first == GzipContent.Magic1 && second == GzipContent.Magic2
            ? GzipContent.Create(stream, name)
            : new PlainContent(stream, name);
    }

    /// <summary>Reads the next bytes of the header.</summary>
    internal void ReadHeader(Span<byte> destination, string what)
    {
        int read = Fill(destination);
        if (read < destination.Length)
            throw Invalid(Position, $"{destination.Length} bytes of {what}", $"the end of the file after {read}");
    }

    /// <summary>Reads the values, after which the content must end.</summary>
    internal byte[] ReadBody(int size)
    {
        long end = Position + size;
        CheckPlausible(end);

        byte[] body = GC.AllocateUninitializedArray<byte>(FirstAllocation(size));
        int filled = 0;
        while (true)
        {
            int read = Fill(body.AsSpan(filled));
            filled += read;
            if (filled == size)
                break;
            if (filled < body.Length)
                throw Invalid(Position, $"{end} bytes in all, as the header says", $"the end after {Position}");
            byte[] larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(size, 2L * filled));
            body.CopyTo(larger, 0);
            body = larger;
        }

        if (HasMore())
            throw Invalid(end, $"the end after {end} bytes, as the header says", "more bytes");
        CheckEnd();
        return body;
    }

    internal InvalidDataException Invalid(long offset, string expected, string found, Exception? inner = null) =>
        new($"{Name}, {OffsetKind} {offset}: expected {expected}, found {found}.", inner);

    public abstract void Dispose();

    /// <summary>Reads at least one byte, or returns 0 at the end.</summary>
    private protected abstract int Read(Span<byte> destination);

    /// <summary>Throws if the file cannot hold <paramref name="total"/> bytes of content. Called before memory is allocated.</summary>
    private protected abstract void CheckPlausible(long total);

    /// <summary>How much to allocate for a body before any of it has been read.</summary>
    private protected abstract int FirstAllocation(int size);

    /// <summary>Throws if something is wrong after the last byte of content.</summary>
    private protected virtual void CheckEnd()
    {
    }

    private bool HasMore()
    {
        Span<byte> beyond = stackalloc byte[1];
        return Fill(beyond) != 0;
    }

    private int Fill(Span<byte> destination)
    {
        int filled = 0;
        while (filled < destination.Length)
        {
            int read = Read(destination[filled..]);
            if (read == 0)
                break;
            filled += read;
            Position += read;
        }
        return filled;
    }

    /// <summary>A file that is not compressed. The caller owns the stream.</summary>
    private sealed class PlainContent(Stream stream, string name) : IdxContent(name)
    {
        public override void Dispose()
        {
        }

        private protected override int Read(Span<byte> destination) => stream.Read(destination);

        private protected override void CheckPlausible(long total)
        {
            if (stream.Length < total)
                throw Invalid(stream.Length, $"{total} bytes in all, as the header says", $"the end after {stream.Length}");
            if (stream.Length > total)
                throw Invalid(total, $"the end after {total} bytes, as the header says", $"{stream.Length - total} more");
        }

        private protected override int FirstAllocation(int size) => size;
    }
}
