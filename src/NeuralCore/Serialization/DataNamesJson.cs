using System.Text.Json;
using NeuralCore.Models;

namespace NeuralCore.Serialization;

/// <summary>The names of a model's data in the JSON of its description.</summary>
internal static class DataNamesJson
{
    internal const string Key = "names";

    private const int MostMembers = 8;

    internal static void Write(Utf8JsonWriter json, DataNames names)
    {
        json.WriteStartObject(Key);
        WriteList(json, "inputs", names.Inputs);
        WriteList(json, "classes", names.Classes);
        json.WriteStartArray("categories");
        foreach ((int column, IReadOnlyList<string> categories) in names.Categories)
        {
            json.WriteStartObject();
            json.WriteNumber("input", column);
            WriteList(json, "values", categories);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <exception cref="FormatException">They are not as written, or more than a model may have.</exception>
    internal static DataNames Read(JsonSlice slice)
    {
        JsonMembers members = slice.Object(MostMembers);
        int left = DataNames.Most;
        Dictionary<int, IReadOnlyList<string>> categories = [];
        string[] inputs = ReadList(members["inputs"], ref left);
        string[] classes = ReadList(members["classes"], ref left);
        foreach (JsonSlice column in members["categories"].Array(left))
        {
            JsonMembers described = column.Object(MostMembers);
            int input = described["input"].Int32();
            if (!categories.TryAdd(input, ReadList(described["values"], ref left)))
                throw new FormatException($"the categories of input {input} occur twice");
        }
        return new DataNames { Inputs = inputs, Classes = classes, Categories = categories };
    }

    private static string[] ReadList(JsonSlice slice, ref int left)
    {
        string[] names = slice.Array(left).Select(name => name.String()).ToArray();
        left -= names.Length;
        return names;
    }

    private static void WriteList(Utf8JsonWriter json, string key, IReadOnlyList<string> names)
    {
        json.WriteStartArray(key);
        foreach (string name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }
}
