using System.IO.Compression;
using NeuralCore.Data;
using NeuralCore.Layers;

namespace NeuralCore.Serialization;

/// <summary>
/// Reads and writes npz files, NumPy's format for several named arrays: a zip archive of npy files, stored or deflated
/// (<c>numpy.load</c>, <c>numpy.savez</c>, <c>numpy.savez_compressed</c>).
/// </summary>
/// <remarks>
/// Files are not trusted: sizes are checked against what the archive can hold before memory is allocated, checksums are verified, and the
/// names of entries are names of arrays, never of files: nothing is extracted.
/// </remarks>
public static class NpzFile
{
    private const string Suffix = ".npy";

    // Deflate needs at least 2 bits for 258 bytes, which limits the expansion (1032 in zlib's technical notes).
    private const long MaxRatio = 1032;

    // So much is allocated at once for compressed values; beyond it, memory grows with the bytes inflated.
    private const long UsualRatio = 16;

    private const long LargestEntry = uint.MaxValue - (1L << 16);

    /// <summary>Reads all arrays of a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The arrays by their names, which lack the suffix <c>.npy</c> of their entries.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder, a device or a FIFO, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, not a zip archive, or holds something else than npy files of supported types.
    /// </exception>
    public static IReadOnlyDictionary<string, NpyArray> Read(string path)
    {
        using FileStream stream = RegularFile.OpenRead(path, "an npz file", new FileStreamOptions { Share = FileShare.Read });
        return Read(stream, path);
    }

    /// <summary>Writes arrays, replacing the file atomically.</summary>
    /// <param name="path">The file, by convention <c>*.npz</c>.</param>
    /// <param name="arrays">The arrays by their names.</param>
    /// <param name="compress">Whether to deflate them, as <c>numpy.savez_compressed</c> does.</param>
    /// <exception cref="ArgumentException">
    /// A name occurs twice, is blank, longer than 200 characters, or has a backslash, a control character or an empty part or dots between
    /// slashes; or an array takes 4 GB or more.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; the old one is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not writable.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, NpyArray>> arrays, bool compress = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(arrays);
        HashSet<string> names = new(StringComparer.Ordinal);
        KeyValuePair<string, NpyArray>[] list = arrays.ToArray();
        foreach ((string name, NpyArray array) in list)
        {
            ArgumentNullException.ThrowIfNull(array);
            if (NameProblem(name) is { } problem)
                throw new ArgumentException($"The name of an array {problem}.", nameof(arrays));
            if (!names.Add(name))
                throw new ArgumentException($"Two arrays are named \"{name}\".", nameof(arrays));
            if ((long)array.Count * NpyHeader.SizeOf(array.Type) > LargestEntry)
                throw new ArgumentException($"The array \"{name}\" takes 4 GB or more. Write it with NpyFile.", nameof(arrays));
        }
        CompressionLevel level = compress ? CompressionLevel.Optimal : CompressionLevel.NoCompression;
        AtomicFile.Write(PhysicalFileSystem.Instance, path, file =>
        {
            using ZipArchive archive = new(new TemporaryStream(file), ZipArchiveMode.Create);
            foreach ((string name, NpyArray array) in list)
            {
                ZipArchiveEntry entry = archive.CreateEntry(name + Suffix, level);
                // The same arrays make the same bytes.
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using Stream content = entry.Open();
                NpyFile.WriteTo(array, content.Write);
            }
        });
    }

    internal static IReadOnlyDictionary<string, NpyArray> Read(Stream stream, string name)
    {
        try
        {
            NpzDirectory.Check(stream, name);
            using ZipArchive archive = new(stream, ZipArchiveMode.Read, leaveOpen: true);
            Dictionary<string, NpyArray> arrays = new(StringComparer.Ordinal);
            long left = stream.Length;
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                (string array, string what) = CheckEntry(entry, name, ref left);
                if (arrays.ContainsKey(array))
                    throw new InvalidDataException($"{name}: the array \"{array}\" is there twice.");
                arrays.Add(array, ReadEntry(entry, what));
            }
            return arrays;
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(name, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{name}: expected a zip archive of npy files, found a damaged or other file: {e.Message}", e);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or EndOfStreamException or OverflowException)
        {
            throw new InvalidDataException($"{name}: expected a zip archive of npy files, found a damaged one: {e.Message}", e);
        }
    }

    // Entries of an archive may overlap, so that a small file stands for many large ones: each byte of the file may be counted once.
    private static (string Array, string What) CheckEntry(ZipArchiveEntry entry, string name, ref long left)
    {
        if (!entry.FullName.EndsWith(Suffix, StringComparison.Ordinal))
            throw new InvalidDataException($"{name}: expected entries named *{Suffix}, found \"{Readable(entry.FullName)}\".");
        string array = entry.FullName[..^Suffix.Length];
        if (NameProblem(array) is { } problem)
            throw new InvalidDataException($"{name}: the name of an array {problem}: \"{Readable(array)}\".");
        string what = $"{name}({entry.FullName})";
        if (entry.IsEncrypted)
            throw new InvalidDataException($"{what}: the entry is encrypted.");
        left -= entry.CompressedLength;
        if (left < 0 || entry.Length > MaxRatio * Math.Max(entry.CompressedLength, 1))
        {
            throw new InvalidDataException(
                $"{what}: the archive states {entry.Length} bytes from {entry.CompressedLength}, which it cannot hold.");
        }
        return (array, what);
    }

    private static NpyArray ReadEntry(ZipArchiveEntry entry, string what)
    {
        using Stream stream = entry.Open();
        NpyContent content = new(stream, what, entry.Length, mostAtOnce: UsualRatio * entry.CompressedLength);
        NpyArray array = content.Read();
        return content.Crc == entry.Crc32
            ? array
            : throw new InvalidDataException($"{what}: expected the CRC-32 {entry.Crc32:X8}, found {content.Crc:X8}: the file is damaged.");
    }

    // Null for a name that no program could take for a path elsewhere.
    private static string? NameProblem(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return "is blank";
        if (name.Length > Names.Longest)
            return $"is longer than {Names.Longest} characters";
        if (name.Any(character => character == '\\' || char.IsControl(character)))
            return "has a backslash or a control character";
        return name.Split('/').Any(part => part.Trim() is "" or "." or "..") ? "has an empty part or dots between slashes" : null;
    }

    private static string Readable(string name) =>
        string.Concat((name.Length > 100 ? name[..100] + "..." : name).Select(c => char.IsControl(c) ? '?' : c));

    /// <summary>What a zip archive is written to.</summary>
    private sealed class TemporaryStream(ITemporaryFile file) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer) => file.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => file.Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
