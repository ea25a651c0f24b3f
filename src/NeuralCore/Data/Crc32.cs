using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Data;

/// <summary>
/// The CRC-32 of gzip (reflected polynomial EDB88320, RFC 1952 section 8): 64 bytes per step where the processor has carry-less
/// multiplication, otherwise 8 (M. Kounavis, F. Berry, "Novel table lookup-based algorithms for high-performance CRC generation", 2008).
/// </summary>
internal readonly struct Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Slices = 8;
    private const int FoldedLength = 64;

    private static readonly uint[] Table = MakeTable();

    private readonly uint _state;

    private Crc32(uint state) => _state = state;

    internal static Crc32 Start => new(uint.MaxValue);

    internal uint Value => ~_state;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal Crc32 Append(ReadOnlySpan<byte> bytes)
    {
        if (Pclmulqdq.IsSupported && bytes.Length >= FoldedLength)
        {
            int folded = bytes.Length / FoldedLength * FoldedLength;
            return Fold(bytes[..folded]).Append(bytes[folded..]);
        }
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

    /// <summary>
    /// Appends whole blocks of 64 bytes by folding: carry-less products with powers of x move four registers forward by 64 bytes per step,
    /// then fold the first three into the last. The checksum of the remaining 16 bytes is that of all bytes (V. Gopal et al., "Fast CRC
    /// Computation for Generic Polynomials Using PCLMULQDQ Instruction", 2009; its constants for this polynomial).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Crc32 Fold(ReadOnlySpan<byte> bytes)
    {
        Vector128<ulong> by64 = Vector128.Create(0x1_5444_2BD4UL, 0x1_C6E4_1596UL);
        Vector128<ulong> by16 = Vector128.Create(0x1_7519_97D0UL, 0x0_CCAA_009EUL);
        ReadOnlySpan<Vector128<ulong>> blocks = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);
        Vector128<ulong> x0 = blocks[0] ^ Vector128.CreateScalar((ulong)_state), x1 = blocks[1], x2 = blocks[2], x3 = blocks[3];
        for (int i = 4; i < blocks.Length; i += 4)
        {
            x0 = Advance(x0, by64) ^ blocks[i];
            x1 = Advance(x1, by64) ^ blocks[i + 1];
            x2 = Advance(x2, by64) ^ blocks[i + 2];
            x3 = Advance(x3, by64) ^ blocks[i + 3];
        }
        x1 ^= Advance(x0, by16);
        x2 ^= Advance(x1, by16);
        x3 ^= Advance(x2, by16);
        return new Crc32(0).Append(MemoryMarshal.AsBytes(new ReadOnlySpan<Vector128<ulong>>(ref x3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Advance(Vector128<ulong> value, Vector128<ulong> powers) =>
        Pclmulqdq.CarrylessMultiply(value, powers, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, powers, 0x11);

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
