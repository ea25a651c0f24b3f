using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace NeuralCore.Data;

/// <summary>
/// The CRC-32 of gzip (reflected polynomial EDB88320, RFC 1952 section 8), eight bytes a step
/// (M. Kounavis, F. Berry, "Novel table lookup-based algorithms for high-performance CRC generation", 2008).
/// </summary>
internal readonly struct Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Slices = 8;

    private static readonly uint[] Table = MakeTable();

    private readonly uint _state;

    private Crc32(uint state) => _state = state;

    internal static Crc32 Start => new(uint.MaxValue);

    internal uint Value => ~_state;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal Crc32 Append(ReadOnlySpan<byte> bytes)
    {
        uint[] table = Table;
        uint crc = _state;
        for (; bytes.Length >= Slices; bytes = bytes[Slices..])
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = table[7 * 256 + (byte)low] ^ table[6 * 256 + (byte)(low >> 8)]
                ^ table[5 * 256 + (byte)(low >> 16)] ^ table[4 * 256 + (int)(low >> 24)]
                ^ table[3 * 256 + (byte)high] ^ table[2 * 256 + (byte)(high >> 8)]
                ^ table[1 * 256 + (byte)(high >> 16)] ^ table[(int)(high >> 24)];
        }
        foreach (byte value in bytes)
            crc = table[(byte)(crc ^ value)] ^ crc >> 8;
        return new Crc32(crc);
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[Slices * 256];
        for (uint value = 0; value < 256; value++)
        {
            uint crc = value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ Polynomial : crc >> 1;
            table[value] = crc;
        }
        for (int i = 256; i < table.Length; i++)
            table[i] = table[(byte)table[i - 256]] ^ table[i - 256] >> 8;
        return table;
    }
}
