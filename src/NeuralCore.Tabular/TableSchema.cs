using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NeuralCore.Tabular;

/// <summary>A column that a model reads: its name, and its categories if it has some.</summary>
/// <param name="Name">The name.</param>
/// <param name="Categories">The categories, each of which becomes an input; null for a column of numbers.</param>
internal sealed record InputColumn(string Name, string[]? Categories)
{
    /// <summary>How many inputs of the network the column takes.</summary>
    [JsonIgnore]
    internal int Width => Categories?.Length ?? 1;
}

/// <summary>What a model for tables knows of its columns.</summary>
/// <param name="Label">The name of the column that it predicts.</param>
/// <param name="Classes">The classes' names; null for regression.</param>
/// <param name="Columns">The columns that it reads, in the order of its inputs.</param>
internal sealed record TableSchema(string Label, string[]? Classes, InputColumn[] Columns)
{
    [JsonIgnore]
    internal int Width => Columns.Sum(column => column.Width);

    internal string ToJson() => JsonSerializer.Serialize(this, SchemaJson.Default.TableSchema);

    /// <exception cref="FormatException">The text is no valid description.</exception>
    internal static TableSchema FromJson(string text)
    {
        try
        {
            RequireNoNullElements(text);
            TableSchema? schema = JsonSerializer.Deserialize(text, SchemaJson.Default.TableSchema);
            bool isValid = schema is { Label.Length: > 0, Columns.Length: > 0, Classes: null or { Length: > 1 } }
                && AreNames(schema.Classes)
                && Array.TrueForAll(schema.Columns, column => column is { Name.Length: > 0 } && AreNames(column.Categories))
                && AreNames([schema.Label, .. schema.Columns.Select(column => column.Name)]);
            return isValid
                ? schema!
                : throw new FormatException("The description of the model's columns is incomplete, or has a name twice.");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new FormatException($"The description of the model's columns is not valid: {e.Message}", e);
        }
    }

    private static bool AreNames(string[]? names) => names is null
        || (names.Length > 0 && !names.Contains(null) && names.Distinct(StringComparer.Ordinal).Count() == names.Length);

    // Before an array of them takes more memory than their text.
    private static void RequireNoNullElements(string text)
    {
        Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(text));
        JsonTokenType last = JsonTokenType.None;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Null && last != JsonTokenType.PropertyName)
                throw new FormatException("A list in the description of the model's columns has nothing where a name or column belongs.");
            last = reader.TokenType;
        }
    }
}

/// <summary>Reads and writes schemas without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowDuplicateProperties = false, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TableSchema))]
internal sealed partial class SchemaJson : JsonSerializerContext;
