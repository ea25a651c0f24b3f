using System.Text;
using System.Text.Json;

namespace NeuralCore.Serialization;

/// <summary>One array of a file: what the header says of it, checked.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions; empty for a single value.</param>
/// <param name="Start">Where its bytes start, counted from the first array's.</param>
/// <param name="End">Where they end.</param>
internal sealed record TensorInfo(string Name, TensorType Type, IReadOnlyList<long> Shape, long Start, long End)
{
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

/// <summary>Parses and checks the header of a safetensors file.</summary>
internal sealed class SafeTensorsHeader
{
    private const int DeepestJson = 4;
    private const int MostDimensions = 16;

    private readonly long _fileOffset;
    private readonly Func<long, string, string, Exception?, InvalidDataException> _invalid;
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorInfo> _byName = new(StringComparer.Ordinal);

    internal SafeTensorsHeader(ReadOnlySpan<byte> json, long dataLength, long fileOffset, Func<long, string, string, Exception?, InvalidDataException> invalid)
    {
        _fileOffset = fileOffset;
        _invalid = invalid;
        if (json.IsEmpty || json[0] != (byte)'{')
            throw Invalid(0, "a header that starts with {", json.IsEmpty ? "an empty one" : $"the byte {json[0]}");
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
        Tensors = _byName.Values.OrderBy(tensor => tensor.Start).ThenBy(tensor => tensor.End).ToArray();
        CheckOrder(dataLength);
    }

    internal IReadOnlyList<TensorInfo> Tensors { get; }

    internal IReadOnlyDictionary<string, TensorInfo> ByName => _byName;

    internal IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Where the digest's characters start in the header; -1 without a digest.</summary>
    internal int DigestStart { get; private set; } = -1;

    private void Parse(ref Utf8JsonReader reader)
    {
        bool hasMetadata = false;
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader) != JsonTokenType.EndObject)
        {
            long start = reader.TokenStartIndex;
            string name = reader.GetString()!;
            if (name == SafeTensorsWriter.MetadataKey)
            {
                if (hasMetadata)
                    throw Invalid(start, $"{SafeTensorsWriter.MetadataKey} once", "it twice");
                hasMetadata = true;
                ParseMetadata(ref reader);
            }
            else if (!_byName.TryAdd(name, ParseTensor(ref reader, name)))
            {
                throw Invalid(start, "each array once", $"\"{name}\" twice");
            }
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
            string key = reader.GetString()!;
            Expect(ref reader, JsonTokenType.String);
            if (key == SafeTensorsWriter.DigestKey)
            {
                if (reader.ValueSpan.Length != SafeTensorsWriter.DigestLength)
                    throw Invalid(reader.TokenStartIndex, $"a digest of {SafeTensorsWriter.DigestLength} characters", $"{reader.ValueSpan.Length}");
                DigestStart = (int)reader.TokenStartIndex + 1;
            }
            if (!_metadata.TryAdd(key, reader.GetString()!))
                throw Invalid(start, "each text once", $"\"{key}\" twice");
        }
    }

    private TensorInfo ParseTensor(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        TensorType? type = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        long start = reader.TokenStartIndex;
        while (Next(ref reader) != JsonTokenType.EndObject)
        {
            long at = reader.TokenStartIndex;
            switch (reader.GetString())
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String);
                    if (!TensorTypes.TryParse(reader.GetString(), out TensorType parsed))
                        throw Invalid(reader.TokenStartIndex, $"a known type of {name}", $"\"{reader.GetString()}\"");
                    type = parsed;
                    break;
                case "shape" when shape is null:
                    shape = ParseNumbers(ref reader, name, MostDimensions);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ParseNumbers(ref reader, name, 2);
                    break;
                case var other:
                    throw Invalid(at, $"dtype, shape and data_offsets of {name}, each once", $"\"{other}\"");
            }
        }
        if (type is null || shape is null || offsets is not { Count: 2 })
            throw Invalid(start, $"dtype, shape and two data_offsets of {name}", "not all of them");

        long bytes = type.Value.Size();
        foreach (long dimension in shape)
        {
            // Bounded by what any file can hold, so that no product wraps around.
            if (dimension != 0 && bytes > long.MaxValue / dimension)
                throw Invalid(start, $"a shape of {name} that fits into 64 bits", $"[{string.Join(", ", shape)}]");
            bytes *= dimension;
        }
        if (offsets[1] < offsets[0] || offsets[1] - offsets[0] != bytes)
            throw Invalid(start, $"{bytes} bytes for {name} [{string.Join(", ", shape)}]", $"the offsets {offsets[0]} to {offsets[1]}");
        return new TensorInfo(name, type.Value, shape, offsets[0], offsets[1]);
    }

    private List<long> ParseNumbers(ref Utf8JsonReader reader, string name, int most)
    {
        List<long> numbers = [];
        Expect(ref reader, JsonTokenType.StartArray);
        while (Next(ref reader) != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0 || numbers.Count == most)
                throw Invalid(reader.TokenStartIndex, $"at most {most} whole numbers, none negative, of {name}", Encoding.UTF8.GetString(reader.ValueSpan));
            numbers.Add(number);
        }
        return numbers;
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
