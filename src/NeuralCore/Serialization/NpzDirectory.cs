using System.Buffers.Binary;

namespace NeuralCore.Serialization;

/// <summary>
/// Looks at the directory of a zip archive before <c>ZipArchive</c> makes objects of it, ten times as large as its entries: each entry must
/// have room in the file for itself and what it names.
/// </summary>
internal static class NpzDirectory
{
    private const uint LocatorSignature = 0x07064B50;
    private const uint LargeEndSignature = 0x06064B50;
    private const uint EntrySignature = 0x02014B50;
    private const int EndLength = 22;
    private const int LocatorLength = 20;
    private const int LargeEndLength = 56;
    private const int EntryLength = 46;
    private const int LocalLength = 30;

    // Magic, version, length and the three literals of a header, however well deflated.
    private const int SmallestArray = 40;

    /// <exception cref="InvalidDataException">The directory has more entries than the file can hold.</exception>
    internal static void Check(Stream stream, string name)
    {
        if (FindStart(stream) is long at)
            CheckEntries(stream, at, name);
        stream.Position = 0;
    }

    private static void CheckEntries(Stream stream, long at, string name)
    {
        long length = stream.Length;
        long needed = 0;
        Span<byte> entry = stackalloc byte[EntryLength];
        for (long count = 1; TryRead(stream, at, entry, EntrySignature); count++)
        {
            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(entry[28..]);
            int size = EntryLength + nameLength + BinaryPrimitives.ReadUInt16LittleEndian(entry[30..])
                + BinaryPrimitives.ReadUInt16LittleEndian(entry[32..]);
            uint compressed = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]);
            // The largest number stands for one that follows elsewhere.
            needed += size + LocalLength + nameLength + (compressed == uint.MaxValue ? SmallestArray : Math.Max(compressed, SmallestArray));
            if (needed > length)
            {
                throw new InvalidDataException(
                    $"{name}, offset {at}: expected arrays that fit into the file of {length} bytes, found {count} entries, "
                    + $"which need {needed}.");
            }
            at += size;
        }
    }

    // Null where there is none, which ZipArchive says too.
    private static long? FindStart(Stream stream)
    {
        byte[] tail = new byte[(int)Math.Min(stream.Length, EndLength + ushort.MaxValue)];
        long tailStart = stream.Length - tail.Length;
        stream.Position = tailStart;
        stream.ReadExactly(tail);
        int end = tail.Length < EndLength ? -1 : tail.AsSpan(0, tail.Length - EndLength + 4).LastIndexOf("PK\u0005\u0006"u8);
        if (end < 0)
            return null;
        ReadOnlySpan<byte> record = tail.AsSpan(end, EndLength);
        uint start = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
        bool isLarge = start == uint.MaxValue || BinaryPrimitives.ReadUInt16LittleEndian(record[4..]) == ushort.MaxValue
            || BinaryPrimitives.ReadUInt16LittleEndian(record[10..]) == ushort.MaxValue;
        Span<byte> locator = stackalloc byte[LocatorLength];
        if (!isLarge || !TryRead(stream, tailStart + end - LocatorLength, locator, LocatorSignature))
            return start;
        Span<byte> large = stackalloc byte[LargeEndLength];
        return TryRead(stream, BinaryPrimitives.ReadInt64LittleEndian(locator[8..]), large, LargeEndSignature)
            ? BinaryPrimitives.ReadInt64LittleEndian(large[48..])
            : start;
    }

    private static bool TryRead(Stream stream, long at, Span<byte> record, uint signature)
    {
        if (at < 0 || at > stream.Length - record.Length)
            return false;
        stream.Position = at;
        stream.ReadExactly(record);
        return BinaryPrimitives.ReadUInt32LittleEndian(record) == signature;
    }
}
