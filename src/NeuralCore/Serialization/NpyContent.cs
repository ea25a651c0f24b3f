using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Data;

namespace NeuralCore.Serialization;

/// <summary>
/// Reads an array from the bytes of an npy file, plain or inflated. The length that they must have is known before; no memory is allocated
/// that they cannot fill.
/// </summary>
/// <param name="stream">The bytes from the start.</param>
/// <param name="name">The file, and the entry in it, for messages.</param>
/// <param name="length">How many bytes there are.</param>
/// <param name="mostAtOnce">How many bytes to allocate before any have been read.</param>
internal sealed class NpyContent(Stream stream, string name, long length, long mostAtOnce)
{
    private const int Prefix = 8;

    private long _position;
    private Crc32 _crc = Crc32.Start;

    /// <summary>The checksum of all bytes read.</summary>
    internal uint Crc => _crc.Value;

    /// <summary>Reads the array, which must end where the bytes do.</summary>
    /// <exception cref="InvalidDataException">The bytes are not an npy file, or of a type that is not supported.</exception>
    internal NpyArray Read()
    {
        NpyHeader header = ReadHeader();
        long count = NpyHeader.Size(header.Shape)!.Value;
        long end = _position + count * header.ItemSize;
        if (end != length)
            throw Invalid(_position, $"{count * header.ItemSize} bytes of values, as the shape says", $"{length - _position}");
        Array values = header.Type switch
        {
            NpyType.Float32 => ReadValues<float, uint>(count, header),
            NpyType.Float64 => ReadValues<double, ulong>(count, header),
            NpyType.Int32 => ReadValues<int, uint>(count, header),
            NpyType.Int64 => ReadValues<long, ulong>(count, header),
            NpyType.UInt8 => ReadValues<byte, byte>(count, header),
            _ => Array.ConvertAll(ReadValues<byte, byte>(count, header), value => value != 0),
        };
        Span<byte> beyond = stackalloc byte[1];
        if (stream.Read(beyond) != 0)
            throw Invalid(length, "the end", "more bytes");
        return new NpyArray(values, header.Type, header.Shape);
    }

    internal InvalidDataException Invalid(long offset, string expected, string found, Exception? inner = null) =>
        new($"{name}, offset {offset}: expected {expected}, found {found}.", inner);

    private NpyHeader ReadHeader()
    {
        Span<byte> prefix = stackalloc byte[Prefix];
        Fill(prefix, "the magic number and version of an npy file");
        if (!prefix.StartsWith(NpyHeader.Magic))
            {
            string found = Convert.ToHexString(prefix[..6]);
            bool isZip = prefix.StartsWith("PK\x03\x04"u8);
            throw Invalid(0, "the bytes 93 NUMPY of an npy file", isZip ? $"{found}, a zip archive. Read an npz file with NpzFile" : found);
        }
        if (prefix[6] is < 1 or > 3 || prefix[7] != 0)
            throw Invalid(6, "version 1.0, 2.0 or 3.0", $"{prefix[6]}.{prefix[7]}");
        Span<byte> size = stackalloc byte[prefix[6] == 1 ? 2 : 4];
        Fill(size, "the header's length");
        uint longest = prefix[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(size) : BinaryPrimitives.ReadUInt32LittleEndian(size);
        if (longest > NpyHeader.LongestText || longest > length - _position)
        {
            throw Invalid(
                Prefix, $"a header of at most {Math.Min(NpyHeader.LongestText, length - _position)} bytes", $"a length of {longest}");
        }
        long start = _position;
        byte[] text = new byte[longest];
        Fill(text, "the header");
        try
        {
            return NpyHeader.Parse(text);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{name}, offset {start}: {e.Message}.", e);
        }
    }

    private T[] ReadValues<T, TBits>(long count, NpyHeader header)
        where T : unmanaged
        where TBits : unmanaged, IBinaryInteger<TBits>
    {
        int size = Unsafe.SizeOf<T>();
        T[] values = GC.AllocateUninitializedArray<T>((int)Math.Min(count, Math.Max(mostAtOnce / size, 1)));
        for (int filled = 0; ; filled = values.Length, Array.Resize(ref values, (int)Math.Min(count, 2L * filled)))
        {
            // A span of bytes has at most 2 GB.
            const int piece = 1 << 24;
            for (int start = filled; start < values.Length; start += piece)
                Fill(MemoryMarshal.AsBytes(values.AsSpan(start, Math.Min(piece, values.Length - start))), "values");
            if (values.Length == count)
                break;
        }
        if (header.IsBigEndian == BitConverter.IsLittleEndian && size > 1)
        {
            foreach (ref T value in values.AsSpan())
                value = Unsafe.BitCast<TBits, T>(Swap(Unsafe.BitCast<T, TBits>(value)));
        }
        return header.IsFortran && header.Shape.Length > 1 ? RowMajor(values, header.Shape) : values;
    }

    private static TBits Swap<TBits>(TBits bits)
        where TBits : unmanaged => bits switch
        {
            uint value => Unsafe.BitCast<uint, TBits>(BinaryPrimitives.ReverseEndianness(value)),
            ulong value => Unsafe.BitCast<ulong, TBits>(BinaryPrimitives.ReverseEndianness(value)),
            _ => bits,
        };

    // Walks the result in order, counting its indices up, the last axis fastest.
    private static T[] RowMajor<T>(T[] values, int[] shape)
    {
        T[] result = GC.AllocateUninitializedArray<T>(values.Length);
        int[] strides = new int[shape.Length];
        int stride = 1;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            strides[axis] = stride;
            stride *= Math.Max(shape[axis], 1);
        }
        int[] index = new int[shape.Length];
        int source = 0;
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = values[source];
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                source += strides[axis];
                if (++index[axis] < shape[axis])
                    break;
                source -= strides[axis] * shape[axis];
                index[axis] = 0;
            }
        }
        return result;
    }

    private void Fill(Span<byte> destination, string what)
    {
        int filled = 0;
        while (filled < destination.Length)
        {
            int read = stream.Read(destination[filled..]);
            if (read == 0)
                throw Invalid(_position, $"{destination.Length - filled} more bytes of {what}", "the end");
            _crc = _crc.Append(destination.Slice(filled, read));
            filled += read;
            _position += read;
        }
    }
}
