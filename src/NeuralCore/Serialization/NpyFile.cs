using System.Runtime.InteropServices;
using NeuralCore.Data;

namespace NeuralCore.Serialization;

/// <summary>
/// Reads and writes npy files, NumPy's format for one array: <c>numpy.load</c>, <c>numpy.save</c>. Versions 1 to 3, both byte orders, C and
/// Fortran order; the types f4, f8, i4, i8, u1 and bool.
/// </summary>
/// <remarks>
/// Files are not trusted: the size that a header states is checked against the file's length before any memory is allocated, and a
/// file must
/// end exactly where its header says. Pickled objects are not read.
/// </remarks>
public static class NpyFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder, a device or a FIFO, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The content is not valid or of another type; the message states the offset, what was expected and what was found.
    /// </exception>
    public static NpyArray Read(string path)
    {
        using FileStream stream = RegularFile.OpenRead(
            path, "an npy file", new FileStreamOptions { Share = FileShare.Read, Options = FileOptions.SequentialScan });
        return Read(stream, path);
    }

    /// <summary>Writes an array, version 1.0, little-endian, in C order, replacing the file atomically.</summary>
    /// <param name="path">The file, by convention <c>*.npy</c>.</param>
    /// <param name="array">The array.</param>
    /// <exception cref="IOException">The file cannot be written; the old one is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not writable.</exception>
    public static void Write(string path, NpyArray array)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(array);
        AtomicFile.Write(PhysicalFileSystem.Instance, path, file => WriteTo(array, file.Write));
    }

    internal static NpyArray Read(Stream stream, string name)
    {
        if (!stream.CanSeek)
            throw new IOException($"{name} is not a regular file: its length cannot be known before it is read.");
        return new NpyContent(stream, name, stream.Length, mostAtOnce: long.MaxValue).Read();
    }

    internal static void WriteTo(NpyArray array, Action<ReadOnlySpan<byte>> write)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("npy files are written on little-endian processors only.");
        write(NpyHeader.Write(array));
        switch (array.Values)
        {
            case float[] values:
                WriteValues<float>(values, write);
                break;
            case double[] values:
                WriteValues<double>(values, write);
                break;
            case int[] values:
                WriteValues<int>(values, write);
                break;
            case long[] values:
                WriteValues<long>(values, write);
                break;
            case byte[] values:
                write(values);
                break;
            default:
                write(Array.ConvertAll((bool[])array.Values, value => value ? (byte)1 : (byte)0));
                break;
        }
    }

    // In pieces, since a span of bytes has at most 2 GB.
    private static void WriteValues<T>(ReadOnlySpan<T> values, Action<ReadOnlySpan<byte>> write)
        where T : unmanaged
    {
        const int piece = 1 << 24;
        for (int start = 0; start < values.Length; start += piece)
            write(MemoryMarshal.AsBytes(values.Slice(start, Math.Min(piece, values.Length - start))));
    }
}
