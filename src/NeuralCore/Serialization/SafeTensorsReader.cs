using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using NeuralCore.Data;
using NeuralCore.Layers;

namespace NeuralCore.Serialization;

/// <summary>
/// Reads safetensors files without trusting them: the header is bounded, the arrays must fill the file in order without gap or overlap, and
/// allocations are bounded by the file's size. The digest, if there is one, is checked before the content is used.
/// </summary>
internal sealed class SafeTensorsReader : IDisposable
{
    private const int OpenAttempts = 50;
    private const int LengthBytes = 8;
    private const int ChunkBytes = 1 << 16;

    private readonly Stream _stream;
    private readonly string _name;
    private readonly long _dataStart;
    private readonly SafeTensorsHeader _header;

    private SafeTensorsReader(Stream stream, string name)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("safetensors files are read on little-endian processors only.");
        _stream = stream;
        _name = name;
        long length = stream.Length;
        if (length < LengthBytes)
            throw Invalid(0, $"{LengthBytes} bytes of header length", $"a file of {length} bytes");

        // Includes the header's first byte, which must be a brace and rarely is in other kinds of files.
        Span<byte> start = stackalloc byte[(int)Math.Min(length, LengthBytes + 1)];
        stream.Position = 0;
        Fill(start, 0);
        if (start.Length > LengthBytes && start[LengthBytes] != (byte)'{' && OtherFormat.Guess(start) is var format
            && (format is not null || BinaryPrimitives.ReadUInt64LittleEndian(start) > SafeTensorsWriter.LargestHeader))
        {
            throw Invalid(0, "a safetensors file", format ?? $"another kind of file, which starts with {Convert.ToHexString(start)}");
        }
        ReadOnlySpan<byte> lengthBytes = start[..LengthBytes];
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (headerLength > SafeTensorsWriter.LargestHeader)
            throw Invalid(0, $"a header of at most {SafeTensorsWriter.LargestHeader} bytes", $"a length of {headerLength}");
        if ((long)headerLength > length - LengthBytes)
            throw Invalid(0, $"a header that fits into the file of {length} bytes", $"a length of {headerLength}");

        byte[] header = new byte[(int)headerLength];
        stream.Position = LengthBytes;
        Fill(header, LengthBytes);
        _dataStart = LengthBytes + (long)headerLength;
        _header = new SafeTensorsHeader(header, length - _dataStart, LengthBytes, Invalid);
        if (_header.DigestStart >= 0)
            CheckDigest(lengthBytes, header);
    }

    /// <summary>Whether the metadata has a text of this name.</summary>
    internal bool HasText(string key) => _header.HasText(key);

    /// <summary>A text of the metadata, as UTF-8; null if there is none of that name.</summary>
    internal byte[]? Text(string key) => _header.Text(key);

    /// <summary>The arrays, in the order of their bytes.</summary>
    internal IReadOnlyList<TensorInfo> Tensors => _header.Tensors;

    internal static SafeTensorsReader Open(string path) => Open(OpenFile(path), path);

    /// <summary>Reads an open file; closes it on disposal or if it cannot be read.</summary>
    internal static SafeTensorsReader Open(Stream stream, string name)
    {
        try
        {
            if (!stream.CanSeek)
                throw new IOException($"{name} is not a regular file: its length cannot be known before it is read.");
            return new SafeTensorsReader(stream, name);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Throws unless the file has this library's digest.</summary>
    internal void RequireDigest()
    {
        if (_header.DigestStart < 0)
        {
            throw Invalid(
                LengthBytes, $"a digest (\"{SafeTensorsWriter.DigestKey}\") in {SafeTensorsWriter.MetadataKey}",
                "none: the file is damaged, or another program wrote it. LoadWeights reads the weights of other programs");
        }
    }

    internal bool TryFind(string name, [NotNullWhen(true)] out TensorInfo? tensor) => _header.ByName.TryGetValue(name, out tensor);

    /// <summary>Reads an array of floats into memory of the same length.</summary>
    internal void Read(TensorInfo tensor, Span<float> destination) => ReadBytes(tensor, MemoryMarshal.AsBytes(destination));

    /// <inheritdoc cref="Read(TensorInfo, Span{float})"/>
    internal void Read(TensorInfo tensor, Span<double> destination) => ReadBytes(tensor, MemoryMarshal.AsBytes(destination));

    /// <summary>
    /// Reads an array of weights into memory of the same length: F32, or F16, BF16 and F64, which become the nearest float. Throws if a
    /// value is not finite as a float.
    /// </summary>
    internal void ReadWeights(TensorInfo tensor, Span<float> destination)
    {
        if (tensor.Type == TensorType.F32)
            Read(tensor, destination);
        else
            ReadAsFloats(tensor, destination);
        int index = destination.IndexOfAnyNonFinite();
        if (index >= 0)
        {
            throw Invalid(
                _dataStart + tensor.Start + (long)index * tensor.Type.Size(), $"finite weights in {tensor.Name}",
                string.Create(CultureInfo.InvariantCulture, $"{destination[index]} at index {index}"));
        }
    }

    /// <summary>Reads the values of a parameter, which must be finite and satisfy its rule.</summary>
    internal void ReadWeights(TensorInfo tensor, Parameter parameter, Span<float> destination)
    {
        ReadWeights(tensor, destination);
        if (parameter.Rule is { } rule && rule.IndexOfInvalid(destination) is >= 0 and int index)
        {
            throw Invalid(
                _dataStart + tensor.Start + (long)index * tensor.Type.Size(), $"{rule.Expected} in {tensor.Name}",
                string.Create(CultureInfo.InvariantCulture, $"{destination[index]} at index {index}"));
        }
    }

    /// <summary>The exception for an error in this file.</summary>
    internal InvalidDataException Invalid(long offset, string expected, string found) => Invalid(offset, expected, found, null);

    /// <summary>The exception for an error in the header's texts.</summary>
    internal InvalidDataException InvalidHeader(string expected, string found, Exception? inner = null) =>
        Invalid(LengthBytes, expected, found, inner);

    public void Dispose() => _stream.Dispose();

    private void ReadBytes(TensorInfo tensor, Span<byte> destination)
    {
        if (destination.Length != tensor.End - tensor.Start)
            throw Invalid(_dataStart + tensor.Start, $"{destination.Length} bytes of {tensor.Name}", $"{tensor.End - tensor.Start}");
        _stream.Position = _dataStart + tensor.Start;
        Fill(destination, _dataStart + tensor.Start);
    }

    private void ReadAsFloats(TensorInfo tensor, Span<float> destination)
    {
        int size = tensor.Type.Size();
        if ((long)destination.Length * size != tensor.End - tensor.Start)
            throw Invalid(_dataStart + tensor.Start, $"{destination.Length} values of {tensor.Name}", tensor.ShapeText);
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int most = ChunkBytes / size;
            _stream.Position = _dataStart + tensor.Start;
            for (int first = 0; first < destination.Length; first += most)
            {
                Span<float> part = destination.Slice(first, Math.Min(most, destination.Length - first));
                Span<byte> bytes = chunk.AsSpan(0, part.Length * size);
                Fill(bytes, _dataStart + tensor.Start + (long)first * size);
                TensorTypes.ToFloats(tensor.Type, bytes, part);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private void CheckDigest(ReadOnlySpan<byte> lengthBytes, ReadOnlySpan<byte> header)
    {
        ReadOnlySpan<byte> stored = header.Slice(_header.DigestStart, SafeTensorsWriter.DigestLength);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(lengthBytes);
        hash.AppendData(header[.._header.DigestStart]);
        hash.AppendData("0000000000000000000000000000000000000000000000000000000000000000"u8);
        hash.AppendData(header[(_header.DigestStart + SafeTensorsWriter.DigestLength)..]);
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            long length = _stream.Length;
            for (long offset = _dataStart; offset < length; offset += ChunkBytes)
            {
                Span<byte> part = chunk.AsSpan(0, (int)Math.Min(ChunkBytes, length - offset));
                Fill(part, offset);
                hash.AppendData(part);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
        string computed = Convert.ToHexStringLower(hash.GetHashAndReset());
        string found = Encoding.ASCII.GetString(stored);
        if (!string.Equals(computed, found, StringComparison.Ordinal))
            throw Invalid(LengthBytes + _header.DigestStart, $"the digest {computed}", $"{found}: the file is damaged");
    }

    private void Fill(Span<byte> destination, long offset)
    {
        int read = _stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        if (read < destination.Length)
            throw Invalid(offset, $"{destination.Length} bytes", $"the end of the file after {read}");
    }

    private InvalidDataException Invalid(long offset, string expected, string found, Exception? inner) =>
        new(
            string.Create(CultureInfo.InvariantCulture, $"{_name}, offset {offset}: expected {expected}, found {found.TrimEnd('.')}."),
            inner);

    private static FileStream OpenFile(string path)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
        };
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return RegularFile.OpenRead(path, "a safetensors file", options);
            }
            catch (IOException e) when (e.GetType() == typeof(IOException) && attempt < OpenAttempts)
            {
                // Briefly locked: a save was checking whether a temporary is abandoned while another save renamed it to this name.
                Thread.Sleep(1);
            }
        }
    }
}
