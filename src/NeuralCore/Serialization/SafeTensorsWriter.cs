using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NeuralCore.Serialization;

/// <summary>An array to write to a file.</summary>
internal sealed class TensorToWrite
{
    private readonly ReadOnlyMemory<float> _floats;
    private readonly ReadOnlyMemory<double> _doubles;

    internal TensorToWrite(string name, IReadOnlyList<int> dimensions, ReadOnlyMemory<float> values)
        : this(name, TensorType.F32, dimensions)
    {
        _floats = values;
    }

    internal TensorToWrite(string name, IReadOnlyList<int> dimensions, ReadOnlyMemory<double> values)
        : this(name, TensorType.F64, dimensions)
    {
        _doubles = values;
    }

    private TensorToWrite(string name, TensorType type, IReadOnlyList<int> dimensions)
    {
        Name = name;
        Type = type;
        Dimensions = dimensions;
    }

    internal string Name { get; }

    internal TensorType Type { get; }

    internal IReadOnlyList<int> Dimensions { get; }

    internal long Bytes => Type == TensorType.F32 ? 4L * _floats.Length : 8L * _doubles.Length;

    /// <summary>Passes the values on in pieces, since a span of bytes has at most 2 GB.</summary>
    internal void CopyTo(Action<ReadOnlyMemory<float>, ReadOnlyMemory<double>> piece)
    {
        const int length = 1 << 24;
        for (int start = 0; start < _floats.Length; start += length)
            piece(_floats.Slice(start, Math.Min(length, _floats.Length - start)), default);
        for (int start = 0; start < _doubles.Length; start += length)
            piece(default, _doubles.Slice(start, Math.Min(length, _doubles.Length - start)));
    }
}

/// <summary>
/// Writes safetensors files: 8 bytes of header length, a JSON header, the arrays one after the other, little-endian, row-major. The
/// header's <c>__metadata__</c> contains a SHA-256 digest of the whole file, computed with zeros in place of its own 64 characters.
/// </summary>
/// <remarks>Source of the format: https://github.com/huggingface/safetensors.</remarks>
internal static class SafeTensorsWriter
{
    internal const int LargestHeader = 1 << 20;
    internal const int DigestLength = 64;
    internal const string MetadataKey = "__metadata__";
    internal const string DigestKey = "neuralcore.sha256";

    private const string UpToDigest = $$"""{"{{MetadataKey}}":{"{{DigestKey}}":""" + "\"";

    internal static void Write(
        IFileSystem files, string path, IReadOnlyList<TensorToWrite> tensors, IReadOnlyList<KeyValuePair<string, byte[]>> metadata,
        string? series = null)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("safetensors files are written on little-endian processors only.");

        // The wider type first, so that every array starts at a multiple of its element's size.
        TensorToWrite[] ordered = tensors.OrderByDescending(tensor => tensor.Type.Size()).ToArray();
        byte[] head = Head(path, ordered, metadata);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head);
        Pieces(ordered, hash.AppendData);
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash.GetHashAndReset()), head.AsSpan(8 + UpToDigest.Length));

        AtomicFile.Write(files, path, file =>
        {
            file.Write(head);
            Pieces(ordered, file.Write);
        }, series);
    }

    private static void Pieces(TensorToWrite[] tensors, Action<ReadOnlySpan<byte>> write)
    {
        foreach (TensorToWrite tensor in tensors)
        {
            tensor.CopyTo((floats, doubles) => write(
                doubles.IsEmpty ? MemoryMarshal.AsBytes(floats.Span) : MemoryMarshal.AsBytes(doubles.Span)));
        }
    }

    /// <summary>Throws if the header would exceed a reader's limit, less a reserve for later content.</summary>
    /// <exception cref="ArgumentException">It exceeds a limit; the message says which.</exception>
    internal static void CheckHeader(
        string path, IReadOnlyList<TensorToWrite> tensors, IReadOnlyList<KeyValuePair<string, byte[]>> metadata, HeaderReserve reserve) =>
        Head(path, [.. tensors], metadata, reserve);

    private static byte[] Head(
        string path, TensorToWrite[] tensors, IReadOnlyList<KeyValuePair<string, byte[]>> metadata, HeaderReserve reserve = default)
    {
        CheckBound(path, "arrays of weights and state", tensors.Length, SafeTensorsHeader.MostTensors - reserve.Tensors);
        int nameBytes = metadata.Sum(text => text.Key.Length) + MetadataKey.Length + DigestKey.Length;
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject(MetadataKey);
            json.WriteString(DigestKey, new string('0', DigestLength));
            foreach ((string key, byte[] value) in metadata)
                json.WriteString(key, value);
            json.WriteEndObject();

            HashSet<string> names = new(StringComparer.Ordinal) { MetadataKey };
            long offset = 0;
            foreach (TensorToWrite tensor in tensors)
            {
                if (!names.Add(tensor.Name))
                    throw new ArgumentException(
                        $"{path}: two arrays would be named \"{tensor.Name}\". Give one of the layers another name.");
                CheckBound(path, "dimensions of a weight", tensor.Dimensions.Count, SafeTensorsHeader.MostDimensions);
                JsonEncodedText name = JsonEncodedText.Encode(tensor.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
                nameBytes += name.EncodedUtf8Bytes.Length;
                json.WriteStartObject(name);
                json.WriteString("dtype", tensor.Type.ToString());
                json.WriteStartArray("shape");
                foreach (int dimension in tensor.Dimensions)
                    json.WriteNumberValue(dimension);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }

        int length = (buffer.WrittenCount + 7) / 8 * 8;
        CheckBound(path, "bytes of names and settings", length, LargestHeader - reserve.Bytes);
        CheckBound(path, "bytes of arrays' names", nameBytes, SafeTensorsHeader.LongestNames - reserve.NameBytes);
        byte[] head = new byte[8 + length];
        BinaryPrimitives.WriteInt64LittleEndian(head, length);
        buffer.WrittenSpan.CopyTo(head.AsSpan(8));
        head.AsSpan(8 + buffer.WrittenCount).Fill((byte)' ');
        return head;
    }

    /// <summary>Throws if a count exceeds a file's limit.</summary>
    internal static void CheckBound(string path, string what, int count, int most)
    {
        if (count > most)
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"{path}: there are {count:N0} {what}; the limit of a file is {most:N0}."));
    }
}

/// <summary>A reserve of space in a header.</summary>
/// <param name="Bytes">Bytes in total.</param>
/// <param name="NameBytes">Bytes for names of arrays.</param>
/// <param name="Tensors">The number of arrays.</param>
internal readonly record struct HeaderReserve(int Bytes, int NameBytes, int Tensors);
