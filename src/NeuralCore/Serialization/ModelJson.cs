using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Serialization;

/// <summary>The description of a layer in a file.</summary>
/// <param name="Name">Its name in the model.</param>
/// <param name="IsTrainable">Whether training changes its weights.</param>
/// <param name="IsActivationTrainable">The same for its trailing activation; true without one.</param>
/// <param name="Description">Its kind and settings.</param>
internal sealed record SavedLayer(string Name, bool IsTrainable, bool IsActivationTrainable, LayerDescription Description);

/// <summary>The description of a model in a file, without weights; written and read as JSON without reflection.</summary>
internal sealed record ModelJson(string Name, long Seed, IReadOnlyList<int> InputShape, IReadOnlyList<SavedLayer> Layers)
{
    internal const string Key = "neuralcore.model";

    /// <summary>The limit in bytes of a model's description.</summary>
    internal const int LongestText = 448 << 10;

    /// <summary>The limit in bytes of a layer's description.</summary>
    internal const int LongestLayer = 16 << 10;

    /// <summary>How many layers a model in a file may have.</summary>
    internal const int MostLayers = 2048;

    private const int Format = 1;
    private const int MostMembers = 16;

    internal float? InputScale { get; init; }

    internal float InputOffset { get; init; }

    internal DataNames Names { get; init; } = DataNames.None;

    internal static ModelJson Of(Sequential model) => new(
        model.Name, model.Seed, model.InputShape,
        model.Layers.Select(layer =>
            new SavedLayer(layer.Name, layer.Trainable, layer.TrailingActivation?.Trainable ?? true, layer.Description)).ToArray())
    {
        Names = model.DataNames,
    };

    /// <summary>Rebuilds the model; its weights are zero.</summary>
    /// <inheritdoc cref="Sequential(Shape, IEnumerable{Layer}, long, string, Action{IEnumerable{Parameter}})"/>
    internal Sequential Build(LayerFactory factory, Action<IEnumerable<Parameter>> check) =>
        new(Shape.Create(InputShape.ToArray()), Layers.Select(saved => Create(saved, factory)).ToArray(), Seed, Name, check)
        {
            DataNames = Names,
        };

    internal byte[] Write()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("format", Format);
            json.WriteString("name", Name);
            json.WriteNumber("seed", Seed);
            json.WriteStartArray("inputShape");
            foreach (int dimension in InputShape)
                json.WriteNumberValue(dimension);
            json.WriteEndArray();
            if (InputScale is { } scale)
            {
                json.WriteNumber("inputScale", scale);
                json.WriteNumber("inputOffset", InputOffset);
            }
            if (!Names.IsEmpty)
                DataNamesJson.Write(json, Names);
            json.WriteStartArray("layers");
            foreach (SavedLayer layer in Layers)
                WriteLayer(json, layer);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a description.</summary>
    /// <exception cref="FormatException">It is not a valid description, or larger than this library writes.</exception>
    internal static ModelJson Read(ReadOnlyMemory<byte> text)
    {
        if (text.Length > LongestText)
            throw new FormatException($"The model's description takes {text.Length} bytes; the limit is {LongestText}.");
        try
        {
            JsonMembers root = new JsonSlice(text).Object(MostMembers);
            int format = root["format"].Int32();
            if (format != Format)
                throw new FormatException($"its format is {format}; this version of NeuralCore reads format {Format}.");
            return new ModelJson(
                root["name"].String(),
                root["seed"].Int64(),
                root["inputShape"].Array(SafeTensorsHeader.MostDimensions).Select(dimension => dimension.Int32()).ToArray(),
                root["layers"].Array(MostLayers).Select(ReadLayer).ToArray())
            {
                InputScale = root.Find("inputScale")?.Single(),
                InputOffset = root.Find("inputOffset")?.Single() ?? 0,
                Names = root.Find(DataNamesJson.Key) is { } names ? DataNamesJson.Read(names) : DataNames.None,
            };
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new FormatException($"The model's description cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Everything that training depends on, one line each, for comparison.</summary>
    internal IEnumerable<Setting> Settings() =>
    [
        new("seed", Seed.ToString(CultureInfo.InvariantCulture)),
        new("input shape", $"[{string.Join(", ", InputShape)}]"),
        .. Layers.Select((layer, i) => new Setting(
            $"layer {i + 1}",
            $"{layer.Name}: {Text(layer.Description)}{(layer.IsTrainable ? "" : ", frozen")}"
            + (layer.IsActivationTrainable ? "" : ", activation frozen"))),
    ];

    // All settings, including those that the layer's text omits.
    private static string Text(LayerDescription description) =>
        $"{description.Kind}({string.Join(", ", description.Settings.Select(setting => $"{setting.Key}={Text(setting.Value)}"))})";

    private static string Text(object value) => value switch
    {
        LayerDescription inner => Text(inner),
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static Layer Create(SavedLayer saved, LayerFactory factory)
    {
        Layer layer = factory.Create(saved.Description, saved.Name);
        if (layer.GivenName != saved.Name)
            throw new FormatException(
                $"{saved.Name}: the factory of {saved.Description.Kind} created a layer with another name. "
                + "Pass the given name to the layer's constructor.");
        if (!saved.IsTrainable)
            layer.Trainable = false;
        if (!saved.IsActivationTrainable && layer.TrailingActivation is { } activation)
            activation.Trainable = false;
        return layer;
    }

    private static SavedLayer ReadLayer(JsonSlice layer)
    {
        if (layer.Length > LongestLayer)
            throw new FormatException($"A layer takes {layer.Length} bytes; the limit is {LongestLayer}.");
        JsonMembers members = layer.Object(MostMembers);
        return new(
            members["name"].String(),
            members["trainable"].Boolean(),
            members.Find("activationTrainable")?.Boolean() ?? true,
            ReadDescription(members["description"].Object(MostMembers)));
    }

    /// <summary>Writes a layer as an element of the list.</summary>
    internal static void WriteLayer(Utf8JsonWriter json, SavedLayer layer)
    {
        json.WriteStartObject();
        json.WriteString("name", layer.Name);
        json.WriteBoolean("trainable", layer.IsTrainable);
        if (!layer.IsActivationTrainable)
            json.WriteBoolean("activationTrainable", false);
        json.WritePropertyName("description");
        WriteDescription(json, layer.Description);
        json.WriteEndObject();
    }

    private static void WriteDescription(Utf8JsonWriter json, LayerDescription description)
    {
        json.WriteStartObject();
        json.WriteString("kind", description.Kind);
        json.WriteString("text", description.Text);
        json.WriteStartObject("settings");
        foreach ((string name, object value) in description.Settings)
        {
            json.WritePropertyName(name);
            switch (value)
            {
                case long number:
                    json.WriteNumberValue(number);
                    break;
                case double number:
                    WriteDouble(json, number);
                    break;
                case bool flag:
                    json.WriteBooleanValue(flag);
                    break;
                case string text:
                    json.WriteStringValue(text);
                    break;
                default:
                    WriteDescription(json, (LayerDescription)value);
                    break;
            }
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static LayerDescription ReadDescription(JsonMembers members)
    {
        LayerDescription description = new(members["kind"].String(), members["text"].String());
        foreach ((string name, JsonSlice value) in members["settings"].Object(LayerDescription.MostSettings).All)
        {
            _ = value.Kind switch
            {
                JsonTokenType.Number when value.IsWhole => description.With(name, value.Int64()),
                JsonTokenType.Number => description.With(name, value.Double()),
                JsonTokenType.True or JsonTokenType.False => description.With(name, value.Boolean()),
                JsonTokenType.String => description.With(name, value.String()),
                _ => ReadObject(description, name, value.Object(MostMembers)),
            };
        }
        return description;
    }

    private static LayerDescription ReadObject(LayerDescription description, string name, JsonMembers value) =>
        value.Find("number") is { } special
            ? description.With(name, double.Parse(special.String(), CultureInfo.InvariantCulture))
            : description.With(name, ReadDescription(value));

    // A double is written with a point, so that it is read back as a double; NaN and infinities, which JSON lacks, are written as texts.
    private static void WriteDouble(Utf8JsonWriter json, double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        if (!double.IsFinite(value))
        {
            json.WriteStartObject();
            json.WriteString("number", text);
            json.WriteEndObject();
            return;
        }
        json.WriteRawValue(text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text);
    }
}
