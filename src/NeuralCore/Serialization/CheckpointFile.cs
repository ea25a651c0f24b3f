using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NeuralCore.Serialization;

/// <summary>
/// A checkpoint as a safetensors file: weights under their plain names, everything else under <c>state/</c>, counts and settings as JSON in
/// the metadata.
/// </summary>
internal static class CheckpointFile
{
    internal const string Key = "neuralcore.checkpoint";

    /// <summary>The limit in bytes of the counts, settings and callbacks' texts as JSON.</summary>
    internal const int LongestText = 96 << 10;

    private const int Format = 2;
    private const int MostMembers = 64;
    private const int MostCallbacks = 256;
    private const int MostValues = 1024;
    private const string State = "state/";
    private const string StepState = State + "scalars";
    private const string Sums = State + "sums";
    private const string History = State + "history";
    private const string StateLengths = "metricStates";

    /// <summary>Whether an array of a checkpoint is state rather than a weight.</summary>
    internal static bool IsState(string name) => name.StartsWith(State, StringComparison.Ordinal);

    internal static void Write(Checkpoint checkpoint, string path, IFileSystem files, string? series = null)
    {
        List<TensorToWrite> tensors = [.. checkpoint.Weights.Select(weight => new TensorToWrite(weight.Name, weight.Shape, weight.Values))];
        tensors.AddRange(checkpoint.Slots.Select(slot => new TensorToWrite(SlotName(slot.Key), [slot.Value.Length], slot.Value)));
        tensors.Add(new TensorToWrite(StepState, [checkpoint.StepState.Length], checkpoint.StepState));
        if (checkpoint.Fit is { } fit)
        {
            tensors.Add(new TensorToWrite(Sums, [fit.Sums.Length], fit.Sums));
            tensors.Add(new TensorToWrite(History, [fit.History.Length / fit.HistoryColumns, fit.HistoryColumns], fit.History));
            foreach ((string callback, CallbackState state) in fit.Callbacks)
            {
                tensors.AddRange(state.Arrays.Select(array =>
                    new TensorToWrite(ArrayName(callback, array.Key), [array.Value.Length], array.Value)));
            }
        }
        byte[] text = Json(checkpoint);
        int values = checkpoint.Fit?.Callbacks.Sum(callback => callback.Value.Values.Count) ?? 0;
        if (text.Length > LongestText || values > MostValues || checkpoint.Fit?.Callbacks.Count > MostCallbacks)
        {
            throw new ArgumentException(
                $"{path}: the settings and the {values} numbers and texts of callbacks take {text.Length} bytes; "
                + $"a checkpoint stores at most {MostValues} of them in {LongestText} bytes. Store long ones as arrays.");
        }
        SafeTensorsWriter.Write(files, path, tensors, [new(ModelJson.Key, checkpoint.Model), new(Key, text)], series);
    }

    internal static Checkpoint Read(SafeTensorsReader reader)
    {
        using (reader)
        {
            reader.RequireDigest();
            if (reader.Text(Key) is not { } text || reader.Text(ModelJson.Key) is not { } model)
                throw reader.InvalidHeader($"a checkpoint (\"{Key}\") in {SafeTensorsWriter.MetadataKey}", "none");
            try
            {
                if (text.Length > LongestText)
                    throw new FormatException($"its settings take {text.Length} bytes; the limit is {LongestText}");
                Checkpoint checkpoint = Read(reader, model, new JsonSlice(text).Object(MostMembers));
                if (reader.Tensors.FirstOrDefault(tensor => !tensor.IsTaken) is { } unknown)
                    throw new FormatException($"the array {unknown.Name} is unknown");
                CheckpointCheck.Run(checkpoint);
                return checkpoint;
            }
            catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
            {
                throw reader.InvalidHeader("a checkpoint", $"none: {e.Message}", e);
            }
        }
    }

    private static Checkpoint Read(SafeTensorsReader reader, byte[] model, JsonMembers root)
    {
        int format = root["format"].Int32();
        if (format != Format)
            throw new FormatException($"its format is {format}; this version of NeuralCore reads format {Format}");
        // Read only to validate it; the settings are parsed again when they are compared.
        _ = ModelJson.Read(model);
        return new Checkpoint
        {
            Step = root["step"].Int64(),
            Epoch = root["epoch"].Int32(),
            LearningRate = root["learningRate"].Single(),
            Model = model,
            Optimizer = root["optimizer"].String(),
            Loss = root["loss"].String(),
            Weights = [.. reader.Tensors.Where(tensor => !IsState(tensor.Name)).Select(tensor => ReadWeight(reader, tensor))],
            Slots = [.. root["slots"].Array(Checkpoint.MostSlots).Select(slot => ReadSlot(reader, slot.String()))],
            StepState = ReadNumbers(reader, StepState),
            Fit = root.Find("fit") is { } fit ? ReadFit(reader, fit.Object(MostMembers)) : null,
        };
    }

    private static FitRecord ReadFit(SafeTensorsReader reader, JsonMembers fit)
    {
        List<KeyValuePair<string, CallbackState>> callbacks = [];
        int values = 0;
        foreach (JsonSlice callback in fit["callbacks"].Array(MostCallbacks))
        {
            callbacks.Add(ReadCallback(reader, callback.Object(MostMembers), MostValues - values));
            values += callbacks[^1].Value.Values.Count;
        }
        return new FitRecord
        {
            Settings = [.. fit["settings"].Object(MostValues).All.Select(setting => new Setting(setting.Key, setting.Value.String()))],
            Batch = fit["batch"].Int32(),
            Samples = fit["samples"].Int32(),
            Sums = ReadNumbers(reader, Sums),
            StateLengths = fit.Find(StateLengths)?.Array(MostValues).Select(length => length.Int32()).ToArray(),
            EpochHasBegun = fit["epochHasBegun"].Boolean(),
            Duration = new TimeSpan(fit["durationTicks"].Int64()),
            History = ReadNumbers(reader, History),
            Callbacks = callbacks,
        };
    }

    private static KeyValuePair<string, CallbackState> ReadCallback(SafeTensorsReader reader, JsonMembers callback, int mostValues)
    {
        string name = callback["name"].String();
        CallbackState state = new();
        foreach ((string key, JsonSlice value) in callback["values"].Object(mostValues).All)
            state.Set(key, value.String());
        foreach (string array in callback["arrays"].Array(SafeTensorsHeader.MostTensors).Select(array => array.String()))
            state.Take(array, ReadFloats(reader, ArrayName(name, array)));
        return new(name, state);
    }

    private static SavedArray ReadWeight(SafeTensorsReader reader, TensorInfo tensor)
    {
        float[] values = Allocate<float>(Take(tensor, TensorType.F32));
        reader.ReadWeights(tensor, values);
        return new SavedArray(tensor.Name, tensor.Shape.Select(dimension => checked((int)dimension)).ToArray(), values);
    }

    private static KeyValuePair<string, float[]> ReadSlot(SafeTensorsReader reader, string name) =>
        new(name, ReadFloats(reader, SlotName(name)));

    private static float[] ReadFloats(SafeTensorsReader reader, string name)
    {
        TensorInfo tensor = Take(Find(reader, name), TensorType.F32);
        float[] values = Allocate<float>(tensor);
        reader.Read(tensor, values);
        return values;
    }

    private static double[] ReadNumbers(SafeTensorsReader reader, string name)
    {
        TensorInfo tensor = Take(Find(reader, name), TensorType.F64);
        double[] values = Allocate<double>(tensor);
        reader.Read(tensor, values);
        return values;
    }

    private static TensorInfo Find(SafeTensorsReader reader, string name) =>
        reader.TryFind(name, out TensorInfo? tensor) ? tensor : throw new FormatException($"the array {name} is missing");

    // Each array may be taken once, so that memory is bounded by the file's size.
    private static TensorInfo Take(TensorInfo tensor, TensorType type)
    {
        if (tensor.Type != type)
            throw new FormatException($"{tensor.Name} is {tensor.Type}, not {type}");
        if (tensor.IsTaken)
            throw new FormatException($"{tensor.Name} is named twice");
        tensor.IsTaken = true;
        return tensor;
    }

    // The reader has checked that the file contains these bytes.
    private static T[] Allocate<T>(TensorInfo tensor)
        where T : unmanaged =>
        GC.AllocateUninitializedArray<T>(checked((int)((tensor.End - tensor.Start) / tensor.Type.Size())));

    private static byte[] Json(Checkpoint checkpoint)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("format", Format);
            json.WriteNumber("step", checkpoint.Step);
            json.WriteNumber("epoch", checkpoint.Epoch);
            json.WriteNumber("learningRate", checkpoint.LearningRate);
            json.WriteString("optimizer", checkpoint.Optimizer);
            json.WriteString("loss", checkpoint.Loss);
            json.WriteStartArray("slots");
            foreach ((string slot, _) in checkpoint.Slots)
                json.WriteStringValue(slot);
            json.WriteEndArray();
            if (checkpoint.Fit is { } fit)
                WriteFit(json, fit);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteFit(Utf8JsonWriter json, FitRecord fit)
    {
        json.WriteStartObject("fit");
        json.WriteStartObject("settings");
        foreach (Setting setting in fit.Settings)
            json.WriteString(setting.Name, setting.Value);
        json.WriteEndObject();
        json.WriteNumber("batch", fit.Batch);
        json.WriteNumber("samples", fit.Samples);
        json.WriteBoolean("epochHasBegun", fit.EpochHasBegun);
        json.WriteNumber("durationTicks", fit.Duration.Ticks);
        if (fit.StateLengths is { } lengths)
        {
            json.WriteStartArray(StateLengths);
            foreach (int length in lengths)
                json.WriteNumberValue(length);
            json.WriteEndArray();
        }
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

    private static string SlotName(string slot) => $"{State}slot/{slot}";

    private static string ArrayName(string callback, string array) => $"{State}callback/{callback}/{array}";
}
