using System.Globalization;
using System.Text.Json;

namespace NeuralCore.Serialization;

/// <summary>
/// A value in a JSON text, parsed only as far as needed: an index of all tokens would take several times the size of a text with many tiny
/// values. Callers limit how many members every object and array may have.
/// </summary>
internal readonly struct JsonSlice(ReadOnlyMemory<byte> text)
{
    private const int Deepest = 32;

    private static readonly string[] _usual =
    [
        "name", "trainable", "description", "kind", "text", "settings",
        "units", "useBias", "kernelInitializer", "biasInitializer", "activation", "rate",
    ];

    /// <summary>How many bytes the value takes.</summary>
    internal int Length => text.Length;

    internal JsonTokenType Kind => Start().TokenType;

    /// <summary>Whether a number is written without point and exponent.</summary>
    internal bool IsWhole => text.Span.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0;

    /// <summary>The members of an object, each once, in their order.</summary>
    /// <param name="most">The most members it may have.</param>
    /// <exception cref="FormatException">It is not an object, has more members, or has one twice.</exception>
    internal JsonMembers Object(int most)
    {
        Utf8JsonReader reader = Expect(JsonTokenType.StartObject);
        List<KeyValuePair<string, JsonSlice>> members = [];
        try
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (members.Count == most)
                    throw new FormatException($"At most {most} values were expected; there are more.");
                string name = Name(ref reader);
                if (Contains(members, name))
                    throw new FormatException($"\"{name}\" occurs twice.");
                reader.Read();
                members.Add(new(name, Next(ref reader)));
            }
            CheckEnd(ref reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException(e.Message, e);
        }
        return new JsonMembers(members);
    }

    /// <summary>The elements of an array.</summary>
    /// <inheritdoc cref="Object"/>
    internal List<JsonSlice> Array(int most)
    {
        Utf8JsonReader reader = Expect(JsonTokenType.StartArray);
        List<JsonSlice> elements = [];
        try
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (elements.Count == most)
                    throw new FormatException($"At most {most} values were expected; there are more.");
                elements.Add(Next(ref reader));
            }
            CheckEnd(ref reader);
        }
        catch (JsonException e)
        {
            throw new FormatException(e.Message, e);
        }
        return elements;
    }

    internal string String()
    {
        Utf8JsonReader reader = Expect(JsonTokenType.String);
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    internal long Int64() => Expect(JsonTokenType.Number).TryGetInt64(out long value) ? value : throw Wrong("a whole number");

    internal int Int32() => Expect(JsonTokenType.Number).TryGetInt32(out int value) ? value : throw Wrong("a whole number");

    internal float Single() => Expect(JsonTokenType.Number).TryGetSingle(out float value) ? value : throw Wrong("a number");

    internal double Double() => Expect(JsonTokenType.Number).TryGetDouble(out double value) ? value : throw Wrong("a number");

    internal bool Boolean() => Kind switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Wrong("true or false"),
    };

    private JsonSlice Next(ref Utf8JsonReader reader)
    {
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new JsonSlice(text[start..(int)reader.BytesConsumed]);
    }

    // Names that every layer has are not allocated again.
    private static string Name(ref Utf8JsonReader reader)
    {
        foreach (string name in _usual)
        {
            if (reader.ValueTextEquals(name))
                return name;
        }
        return reader.GetString()!;
    }

    private static bool Contains(List<KeyValuePair<string, JsonSlice>> members, string name)
    {
        foreach ((string key, _) in members)
        {
            if (key == name)
                return true;
        }
        return false;
    }

    private static void CheckEnd(ref Utf8JsonReader reader)
    {
        if (reader.CurrentDepth != 0 || reader.Read())
            throw new FormatException("There is more text after the end.");
    }

    private Utf8JsonReader Start()
    {
        Utf8JsonReader reader = new(text.Span, new JsonReaderOptions { MaxDepth = Deepest });
        try
        {
            reader.Read();
        }
        catch (JsonException e)
        {
            throw new FormatException(e.Message, e);
        }
        return reader;
    }

    private Utf8JsonReader Expect(JsonTokenType kind)
    {
        Utf8JsonReader reader = Start();
        return reader.TokenType == kind ? reader : throw Wrong(kind.ToString());
    }

    private FormatException Wrong(string expected) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{expected} was expected, {Kind} was found."));
}

/// <summary>The members of a JSON object, in their order. They are few, so lookup is a linear search.</summary>
internal sealed class JsonMembers(List<KeyValuePair<string, JsonSlice>> members)
{
    internal IReadOnlyList<KeyValuePair<string, JsonSlice>> All => members;

    /// <summary>A required member.</summary>
    /// <exception cref="FormatException">It is missing.</exception>
    internal JsonSlice this[string name] => Find(name) ?? throw new FormatException($"\"{name}\" is missing.");

    /// <summary>An optional member; null if it is missing.</summary>
    internal JsonSlice? Find(string name)
    {
        foreach ((string key, JsonSlice value) in members)
        {
            if (key == name)
                return value;
        }
        return null;
    }
}
