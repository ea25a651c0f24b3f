using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NeuralCore.Serialization;

/// <summary>
/// A checkpoint as a safetensors file: weights under their plain names, everything else under <c>state/</c>, counts and settings as JSON in the metadata.
/// </summary>
internal static class CheckpointFile
{
    internal const string Key = "neuralcore.checkpoint";

    private const int Format = 1;
    private const int DeepestJson = 16;
    private const string State = "state/";
    private const string Scalars = State + "scalars";
    private const string Sums = State + "sums";
    private const string History = State + "history";

    /// <summary>Whether an array of a checkpoint is no weight.</summary>
    internal static bool IsState(string name) => name.StartsWith(State, StringComparison.Ordinal);

    internal static void Write(Checkpoint checkpoint, string path, IFileSystem files)
    {
        List<TensorToWrite> tensors = [.. checkpoint.Weights.Select(weight => new TensorToWrite(weight.Name, weight.Shape, weight.Values))];
        foreach ((string slot, IReadOnlyList<SavedArray> arrays) in checkpoint.Slots)
            tensors.AddRange(arrays.Select(array => new TensorToWrite(SlotName(slot, array.Name), array.Shape, array.Values)));
        tensors.Add(new TensorToWrite(Scalars, [checkpoint.Scalars.Length], checkpoint.Scalars));
        if (checkpoint.Fit is { } fit)
        {
            tensors.Add(new TensorToWrite(Sums, [fit.Sums.Length], fit.Sums));
            tensors.Add(new TensorToWrite(History, [fit.History.Length / fit.HistoryColumns, fit.HistoryColumns], fit.History));
            foreach ((string callback, CallbackState state) in fit.Callbacks)
                tensors.AddRange(state.Arrays.Select(array => new TensorToWrite(ArrayName(callback, array.Key), [array.Value.Length], array.Value)));
        }
        SafeTensorsWriter.Write(files, path, tensors, [new(ModelJson.Key, checkpoint.Model), new(Key, Json(checkpoint))]);
    }

    internal static Checkpoint Read(SafeTensorsReader reader)
    {
        using (reader)
        {
            reader.RequireDigest();
            if (!reader.Metadata.TryGetValue(Key, out string? text) || !reader.Metadata.TryGetValue(ModelJson.Key, out string? model))
                throw reader.InvalidHeader($"a checkpoint (\"{Key}\") in {SafeTensorsWriter.MetadataKey}", "none");
            try
            {
                using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = DeepestJson, AllowDuplicateProperties = false });
                Checkpoint checkpoint = Read(reader, model, document.RootElement);
                Check(checkpoint);
                return checkpoint;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException or OverflowException)
            {
                throw reader.InvalidHeader("a checkpoint", $"none: {e.Message}", e);
            }
        }
    }

    private static Checkpoint Read(SafeTensorsReader reader, string model, JsonElement root)
    {
        int format = root.GetProperty("format").GetInt32();
        if (format != Format)
            throw new FormatException($"its format is {format}, and this version of NeuralCore knows {Format}");
        SavedArray[] weights = reader.Tensors.Where(tensor => !IsState(tensor.Name)).Select(tensor => ReadArray(reader, tensor.Name, tensor.Name)).ToArray();
        return new Checkpoint
        {
            Step = root.GetProperty("step").GetInt64(),
            Epoch = root.GetProperty("epoch").GetInt32(),
            LearningRate = root.GetProperty("learningRate").GetSingle(),
            Model = model,
            Settings = ReadSettings(root.GetProperty("settings")),
            Weights = weights,
            Slots = root.GetProperty("slots").EnumerateArray().Select(slot => slot.GetString() ?? "").Select(slot =>
                KeyValuePair.Create<string, IReadOnlyList<SavedArray>>(
                    slot, weights.Select(weight => ReadArray(reader, SlotName(slot, weight.Name), weight.Name)).ToArray())).ToArray(),
            Scalars = ReadNumbers(reader, Scalars),
            Fit = root.TryGetProperty("fit", out JsonElement fit) ? ReadFit(reader, fit) : null,
        };
    }

    // What would otherwise come up in the middle of a resumed fit.
    private static void Check(Checkpoint checkpoint)
    {
        bool isSound = checkpoint.Step >= 0 && checkpoint.Epoch >= 0 && checkpoint.LearningRate >= 0 && float.IsFinite(checkpoint.LearningRate);
        if (checkpoint.Fit is { } fit)
            isSound &= fit.Batch >= 0 && fit.Samples >= 0 && fit.Sums.Length > 0 && fit.HistoryColumns > 0 && fit.History.Length % fit.HistoryColumns == 0;
        if (!isSound)
            throw new FormatException("a count, a rate or a sum is out of range");
    }

    private static FitRecord ReadFit(SafeTensorsReader reader, JsonElement fit) => new()
    {
        Settings = ReadSettings(fit.GetProperty("settings")),
        Batch = fit.GetProperty("batch").GetInt32(),
        Samples = fit.GetProperty("samples").GetInt32(),
        Sums = ReadNumbers(reader, Sums),
        EpochHasBegun = fit.GetProperty("epochHasBegun").GetBoolean(),
        Duration = new TimeSpan(fit.GetProperty("durationTicks").GetInt64()),
        History = ReadNumbers(reader, History),
        HistoryColumns = fit.GetProperty("historyColumns").GetInt32(),
        Callbacks = fit.GetProperty("callbacks").EnumerateArray().Select(callback => ReadCallback(reader, callback)).ToArray(),
    };

    private static KeyValuePair<string, CallbackState> ReadCallback(SafeTensorsReader reader, JsonElement callback)
    {
        string name = callback.GetProperty("name").GetString() ?? "";
        CallbackState state = new();
        foreach (JsonProperty value in callback.GetProperty("values").EnumerateObject())
            state.Set(value.Name, value.Value.GetString() ?? "");
        foreach (string array in callback.GetProperty("arrays").EnumerateArray().Select(array => array.GetString() ?? ""))
            state.Take(array, ReadArray(reader, ArrayName(name, array), array).Values);
        return new(name, state);
    }

    private static Setting[] ReadSettings(JsonElement settings) =>
        settings.EnumerateObject().Select(setting => new Setting(setting.Name, setting.Value.GetString() ?? "")).ToArray();

    private static SavedArray ReadArray(SafeTensorsReader reader, string nameInFile, string name)
    {
        if (!reader.TryFind(nameInFile, out TensorInfo? tensor) || tensor.Type != TensorType.F32)
            throw new FormatException($"the floats {nameInFile} are missing");
        // The reader has seen that the file holds these bytes.
        float[] values = new float[checked((int)((tensor.End - tensor.Start) / sizeof(float)))];
        reader.Read(tensor, values);
        return new SavedArray(name, tensor.Shape.Select(dimension => checked((int)dimension)).ToArray(), values);
    }

    private static double[] ReadNumbers(SafeTensorsReader reader, string name)
    {
        if (!reader.TryFind(name, out TensorInfo? tensor) || tensor.Type != TensorType.F64)
            throw new FormatException($"the numbers {name} are missing");
        double[] values = new double[checked((int)((tensor.End - tensor.Start) / sizeof(double)))];
        reader.Read(tensor, values);
        return values;
    }

    private static string Json(Checkpoint checkpoint)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("format", Format);
            json.WriteNumber("step", checkpoint.Step);
            json.WriteNumber("epoch", checkpoint.Epoch);
            json.WriteNumber("learningRate", checkpoint.LearningRate);
            WriteSettings(json, checkpoint.Settings);
            json.WriteStartArray("slots");
            foreach ((string slot, _) in checkpoint.Slots)
                json.WriteStringValue(slot);
            json.WriteEndArray();
            if (checkpoint.Fit is { } fit)
                WriteFit(json, fit);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteFit(Utf8JsonWriter json, FitRecord fit)
    {
        json.WriteStartObject("fit");
        WriteSettings(json, fit.Settings);
        json.WriteNumber("batch", fit.Batch);
        json.WriteNumber("samples", fit.Samples);
        json.WriteBoolean("epochHasBegun", fit.EpochHasBegun);
        json.WriteNumber("durationTicks", fit.Duration.Ticks);
        json.WriteNumber("historyColumns", fit.HistoryColumns);
        json.WriteStartArray("callbacks");
        foreach ((string name, CallbackState state) in fit.Callbacks)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteStartObject("values");
            foreach ((string key, string value) in state.Values)
                json.WriteString(key, value);
            json.WriteEndObject();
            json.WriteStartArray("arrays");
            foreach (string array in state.Arrays.Keys)
                json.WriteStringValue(array);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSettings(Utf8JsonWriter json, IReadOnlyList<Setting> settings)
    {
        json.WriteStartObject("settings");
        foreach (Setting setting in settings)
            json.WriteString(setting.Name, setting.Value);
        json.WriteEndObject();
    }

    private static string SlotName(string slot, string weight) => $"{State}slot/{slot}/{weight}";

    private static string ArrayName(string callback, string array) => $"{State}callback/{callback}/{array}";
}
