using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Serialization;

/// <summary>A layer as a file describes it.</summary>
/// <param name="Name">Its name in the model.</param>
/// <param name="IsTrainable">Whether training changes its weights.</param>
/// <param name="IsActivationTrainable">The same of the activation attached to it; true without one.</param>
/// <param name="Description">Its kind and settings.</param>
internal sealed record SavedLayer(string Name, bool IsTrainable, bool IsActivationTrainable, LayerDescription Description);

/// <summary>A model as a file describes it, weights left out; written and read as JSON without reflection.</summary>
internal sealed record ModelJson(string Name, long Seed, IReadOnlyList<int> InputShape, IReadOnlyList<SavedLayer> Layers)
{
    internal const string Key = "neuralcore.model";

    private const int Format = 1;
    private const int DeepestJson = 32;

    internal float? InputScale { get; init; }

    internal float InputOffset { get; init; }

    internal static ModelJson Of(Sequential model) => new(
        model.Name, model.Seed, model.InputShape,
        model.Layers.Select(layer => new SavedLayer(layer.Name, layer.Trainable, layer.Attached?.Trainable ?? true, layer.Description)).ToArray());

    /// <summary>Rebuilds the model; its weights are zero.</summary>
    /// <inheritdoc cref="Sequential(Shape, IEnumerable{Layer}, long, string, Action{IEnumerable{Parameter}})"/>
    internal Sequential Build(LayerFactory factory, Action<IEnumerable<Parameter>> check) =>
        new(Shape.Create(InputShape.ToArray()), Layers.Select(saved => Create(saved, factory)).ToArray(), Seed, Name, check);

    internal string Write()
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
            json.WriteStartArray("layers");
            foreach (SavedLayer layer in Layers)
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
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads a description.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    internal static ModelJson Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = DeepestJson, AllowDuplicateProperties = false });
            JsonElement root = document.RootElement;
            int format = root.GetProperty("format").GetInt32();
            if (format != Format)
                throw new FormatException($"The model's description has format {format}; this version of NeuralCore knows {Format}.");
            return new ModelJson(
                root.GetProperty("name").GetString() ?? "",
                root.GetProperty("seed").GetInt64(),
                root.GetProperty("inputShape").EnumerateArray().Select(dimension => dimension.GetInt32()).ToArray(),
                root.GetProperty("layers").EnumerateArray().Select(ReadLayer).ToArray())
            {
                InputScale = root.TryGetProperty("inputScale", out JsonElement scale) ? scale.GetSingle() : null,
                InputOffset = root.TryGetProperty("inputOffset", out JsonElement offset) ? offset.GetSingle() : 0,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException)
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
            $"{layer.Name}: {Text(layer.Description)}{(layer.IsTrainable ? "" : ", frozen")}{(layer.IsActivationTrainable ? "" : ", activation frozen")}")),
    ];

    // All settings, also those that the user's spelling leaves out.
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
            throw new FormatException($"{saved.Name}: the factory of {saved.Description.Kind} made a layer of another name. Pass the name it is given to the layer's constructor.");
        if (!saved.IsTrainable)
            layer.Freeze();
        if (!saved.IsActivationTrainable)
            layer.Attached?.Freeze();
        return layer;
    }

    private static SavedLayer ReadLayer(JsonElement layer) => new(
        layer.GetProperty("name").GetString() ?? "",
        layer.GetProperty("trainable").GetBoolean(),
        !layer.TryGetProperty("activationTrainable", out JsonElement trainable) || trainable.GetBoolean(),
        ReadDescription(layer.GetProperty("description")));

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

    private static LayerDescription ReadDescription(JsonElement element)
    {
        LayerDescription description = new(element.GetProperty("kind").GetString() ?? "", element.GetProperty("text").GetString() ?? "");
        foreach (JsonProperty setting in element.GetProperty("settings").EnumerateObject())
        {
            _ = setting.Value.ValueKind switch
            {
                JsonValueKind.Number when setting.Value.TryGetInt64(out long number) && IsWhole(setting.Value) => description.With(setting.Name, number),
                JsonValueKind.Number => description.With(setting.Name, setting.Value.GetDouble()),
                JsonValueKind.True or JsonValueKind.False => description.With(setting.Name, setting.Value.GetBoolean()),
                JsonValueKind.String => description.With(setting.Name, setting.Value.GetString()!),
                _ when setting.Value.TryGetProperty("number", out JsonElement special) =>
                    description.With(setting.Name, double.Parse(special.GetString()!, CultureInfo.InvariantCulture)),
                _ => description.With(setting.Name, ReadDescription(setting.Value)),
            };
        }
        return description;
    }

    // A double keeps its point, so that it comes back as one; what JSON has no number for stands as a text.
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

    private static bool IsWhole(JsonElement number) => number.GetRawText().AsSpan().IndexOfAny('.', 'E', 'e') < 0;
}
