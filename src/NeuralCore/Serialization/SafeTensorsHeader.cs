using System.Text;
using System.Text.Json;

namespace NeuralCore.Serialization;

/// <summary>An array's entry in the header, validated.</summary>
/// <param name="name">Its name.</param>
/// <param name="type">The type of its elements.</param>
/// <param name="shape">Its dimensions; empty for a single value.</param>
/// <param name="start">Where its bytes start, relative to the first array's.</param>
/// <param name="end">Where they end.</param>
internal sealed class TensorInfo(string name, TensorType type, long[] shape, long start, long end)
{
    internal string Name => name;

    internal TensorType Type => type;

    internal IReadOnlyList<long> Shape => shape;

    internal long Start => start;

    internal long End => end;

    /// <summary>Whether the array has been read; each of a checkpoint's arrays is read once.</summary>
    internal bool IsTaken { get; set; }

    internal bool HasShape(IReadOnlyList<int> other)
    {
        if (Shape.Count != other.Count)
            return false;
        for (int i = 0; i < other.Count; i++)
        {
            if (Shape[i] != other[i])
                return false;
        }
        return true;
    }

    internal string ShapeText => $"[{string.Join(", ", Shape)}]";
}

/// <summary>
/// Parses and checks the header of a safetensors file. Its memory is bounded even for a header of many tiny arrays or long names: at most
/// twice the file's size plus 1 MB.
/// </summary>
internal sealed class SafeTensorsHeader
{
    /// <summary>The most arrays that a file may have.</summary>
    internal const int MostTensors = 3600;

    /// <summary>The most bytes that all names of arrays and texts together may take.</summary>
    internal const int LongestNames = 192 << 10;

    /// <summary>The most dimensions that an array may have.</summary>
    internal const int MostDimensions = 16;

    private const int DeepestJson = 4;
    private const int MostTexts = 1024;
    private const int LongestQuote = 100;

    // Entries are rarely shorter than this.
    private const int UsualEntry = 100;

    private readonly byte[] _json;
    private readonly long _fileOffset;
    private readonly Func<long, string, string, Exception?, InvalidDataException> _invalid;
    private readonly Dictionary<string, Range> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorInfo> _byName;
    private int _nameBytes;

    internal SafeTensorsHeader(
        byte[] json, long dataLength, long fileOffset, Func<long, string, string, Exception?, InvalidDataException> invalid)
    {
        _json = json;
        _fileOffset = fileOffset;
        _invalid = invalid;
        _byName = new Dictionary<string, TensorInfo>(Math.Min(MostTensors, json.Length / UsualEntry), StringComparer.Ordinal);
        if (json.Length == 0 || json[0] != (byte)'{')
            throw Invalid(0, "a header that starts with {", json.Length == 0 ? "an empty one" : $"the byte {json[0]}");
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = DeepestJson });
        try
        {
            Parse(ref reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            // InvalidOperationException: a text whose escapes are not valid Unicode.
            throw Invalid(reader.TokenStartIndex, "a JSON header", $"none ({e.Message})", e);
        }
        TensorInfo[] tensors = [.. _byName.Values];
        Array.Sort(tensors, static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.End.CompareTo(b.End));
        Tensors = tensors;
        CheckOrder(dataLength);
    }

    internal IReadOnlyList<TensorInfo> Tensors { get; }

    internal IReadOnlyDictionary<string, TensorInfo> ByName => _byName;

    /// <summary>Where the digest's characters start in the header; -1 without a digest.</summary>
    internal int DigestStart { get; private set; } = -1;

    internal bool HasText(string key) => _metadata.ContainsKey(key);

    /// <summary>A text of the metadata, as UTF-8; null if there is none of that name.</summary>
    internal byte[]? Text(string key)
    {
        if (!_metadata.TryGetValue(key, out Range range))
            return null;
        Utf8JsonReader reader = new(_json.AsSpan(range));
        reader.Read();
        byte[] text = new byte[reader.ValueSpan.Length];
        try
        {
            int length = reader.CopyString(text);
            if (length < text.Length)
                Array.Resize(ref text, length);
        }
        catch (InvalidOperationException e)
        {
            throw Invalid(range.Start.Value, $"a text \"{key}\"", $"none ({e.Message})", e);
        }
        return text;
    }

    private void Parse(ref Utf8JsonReader reader)
    {
        bool hasMetadata = false;
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader) != JsonTokenType.EndObject)
        {
            long start = reader.TokenStartIndex;
            string name = Name(ref reader);
            if (name == SafeTensorsWriter.MetadataKey)
            {
                if (hasMetadata)
                    throw Invalid(start, $"{SafeTensorsWriter.MetadataKey} once", "it twice");
                hasMetadata = true;
                ParseMetadata(ref reader);
                continue;
            }
            if (_byName.Count == MostTensors)
                throw Invalid(start, $"at most {MostTensors} arrays", "more");
            if (!_byName.TryAdd(name, ParseTensor(ref reader, name)))
                throw Invalid(start, "each array once", $"\"{name}\" twice");
        }
        if (reader.Read())
            throw Invalid(reader.TokenStartIndex, "the end of the header", "more");
    }

    private void ParseMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader) != JsonTokenType.EndObject)
        {
            long start = reader.TokenStartIndex;
            string key = Name(ref reader);
            Expect(ref reader, JsonTokenType.String);
            if (key == SafeTensorsWriter.DigestKey)
            {
                if (reader.ValueSpan.Length != SafeTensorsWriter.DigestLength)
                    throw Invalid(
                        reader.TokenStartIndex, $"a digest of {SafeTensorsWriter.DigestLength} characters", $"{reader.ValueSpan.Length}");
                DigestStart = (int)reader.TokenStartIndex + 1;
            }
            if (_metadata.Count == MostTexts)
                throw Invalid(start, $"at most {MostTexts} texts in {SafeTensorsWriter.MetadataKey}", "more");
            if (!_metadata.TryAdd(key, (int)reader.TokenStartIndex..(int)reader.BytesConsumed))
                throw Invalid(start, "each text once", $"\"{key}\" twice");
        }
    }

    private TensorInfo ParseTensor(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        TensorType? type = null;
        long[]? shape = null;
        Span<long> dimensions = stackalloc long[MostDimensions];
        Span<long> offsets = stackalloc long[2];
        int offsetCount = -1;
        long start = reader.TokenStartIndex;
        while (Next(ref reader) != JsonTokenType.EndObject)
        {
            long at = reader.TokenStartIndex;
            if (type is null && reader.ValueTextEquals("dtype"u8))
            {
                Expect(ref reader, JsonTokenType.String);
                if (reader.ValueSpan.Length > LongestQuote || !TensorTypes.TryParse(reader.GetString(), out TensorType parsed))
                    throw Invalid(reader.TokenStartIndex, $"a known type of {name}", Quote(ref reader));
                type = parsed;
            }
            else if (shape is null && reader.ValueTextEquals("shape"u8))
            {
                shape = dimensions[..ParseNumbers(ref reader, name, dimensions)].ToArray();
            }
            else if (offsetCount < 0 && reader.ValueTextEquals("data_offsets"u8))
            {
                offsetCount = ParseNumbers(ref reader, name, offsets);
            }
            else
            {
                throw Invalid(at, $"dtype, shape and data_offsets of {name}, each once", Quote(ref reader));
            }
        }
        if (type is null || shape is null || offsetCount != offsets.Length)
            throw Invalid(start, $"dtype, shape and two data_offsets of {name}", "not all of them");

        long bytes = type.Value.Size();
        foreach (long dimension in shape)
        {
            // Checked so that the product does not overflow.
            if (dimension != 0 && bytes > long.MaxValue / dimension)
                throw Invalid(start, $"a shape of {name} that fits into 64 bits", $"[{string.Join(", ", shape)}]");
            bytes *= dimension;
        }
        if (offsets[1] < offsets[0] || offsets[1] - offsets[0] != bytes)
            throw Invalid(start, $"{bytes} bytes for {name} [{string.Join(", ", shape)}]", $"the offsets {offsets[0]} to {offsets[1]}");
        return new TensorInfo(name, type.Value, shape, offsets[0], offsets[1]);
    }

    // Returns their number.
    private int ParseNumbers(ref Utf8JsonReader reader, string name, scoped Span<long> numbers)
    {
        int count = 0;
        Expect(ref reader, JsonTokenType.StartArray);
        while (Next(ref reader) != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0 || count == numbers.Length)
            {
                string expected = $"at most {numbers.Length} whole numbers, none negative, of {name}";
                throw Invalid(reader.TokenStartIndex, expected, Quote(ref reader));
            }
            numbers[count++] = number;
        }
        return count;
    }

    private void CheckOrder(long dataLength)
    {
        long end = 0;
        foreach (TensorInfo tensor in Tensors)
        {
            if (tensor.Start != end)
                throw Invalid(0, $"{tensor.Name} to start at {end}, where the array before it ends", $"{tensor.Start}");
            end = tensor.End;
        }
        if (end != dataLength)
            throw Invalid(0, $"{end} bytes of arrays", $"{dataLength}");
    }

    private string Name(ref Utf8JsonReader reader)
    {
        _nameBytes += reader.ValueSpan.Length;
        return _nameBytes <= LongestNames
            ? reader.GetString()!
            : throw Invalid(reader.TokenStartIndex, $"names of at most {LongestNames} bytes in all", "more");
    }

    // Quotes are short, since a message copies them several times.
    private static string Quote(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > LongestQuote)
            return $"{reader.ValueSpan.Length} characters";
        string text = Encoding.UTF8.GetString(reader.ValueSpan);
        return reader.TokenType == JsonTokenType.Number ? text : $"\"{text}\"";
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (Next(ref reader) != type)
            throw Invalid(reader.TokenStartIndex, $"{type}", $"{reader.TokenType}");
    }

    private JsonTokenType Next(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
            throw Invalid(reader.BytesConsumed, "more of the header", "its end");
        return reader.TokenType;
    }

    private InvalidDataException Invalid(long offset, string expected, string found, Exception? inner = null) =>
        _invalid(_fileOffset + offset, expected, found, inner);
}
