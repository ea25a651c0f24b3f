using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Serialization;

/// <summary>
/// Checks that a model's description fits into a file. Called before the first training step, so that no checkpoint fails for it hours
/// later.
/// </summary>
internal static class DescriptionLimit
{
    // Far below every limit, so that ordinary models pass without writing JSON.
    private const int ComfortableBytes = 128 << 10;
    private const int ComfortableLayers = 512;

    // The most bytes that a UTF-16 character takes when escaped twice: \\u001F.
    private const int CharacterBytes = 7;
    private const int DescriptionBytes = 150;
    private const int SettingBytes = 60;
    private const int ParameterBytes = 150;
    private const int DimensionBytes = 12;

    // What a checkpoint holds besides the weights.
    private static readonly HeaderReserve _checkpoint =
        new(Bytes: 2 * CheckpointFile.LongestText + (32 << 10), NameBytes: 16 << 10, Tensors: 104);

    /// <summary>Throws if a model, or a checkpoint of its training, could not be saved.</summary>
    /// <exception cref="ArgumentException">It could not be saved; the message says why.</exception>
    internal static void Check(Sequential model)
    {
        if (IsComfortable(model))
            return;
        const string where = "The model is too large for a file, so checkpoints could not be saved";
        ModelJson json = ModelJson.Of(model);
        byte[] text = json.Write();
        Check(json, text, where);
        KeyValuePair<string, byte[]>[] texts = [new(ModelJson.Key, text), new(CheckpointFile.Key, [])];
        SafeTensorsWriter.CheckHeader(where, ModelFile.Weights(model), texts, _checkpoint);
    }

    /// <summary>Throws if a description exceeds the limits of a reader.</summary>
    /// <param name="model">The description.</param>
    /// <param name="text">The same as JSON.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="ArgumentException">It exceeds a limit; the message says which.</exception>
    internal static void Check(ModelJson model, byte[] text, string path)
    {
        SafeTensorsWriter.CheckBound(path, "layers", model.Layers.Count, ModelJson.MostLayers);
        SafeTensorsWriter.CheckBound(path, "dimensions of the input", model.InputShape.Count, SafeTensorsHeader.MostDimensions);
        SafeTensorsWriter.CheckBound(path, "bytes of layers' names and settings", text.Length, ModelJson.LongestText);
        // A layer takes no more than all layers together.
        if (text.Length > ModelJson.LongestLayer)
            CheckLayers(model, path);
    }

    private static void CheckLayers(ModelJson model, string path)
    {
        ArrayBufferWriter<byte> buffer = new();
        foreach (SavedLayer layer in model.Layers)
        {
            buffer.ResetWrittenCount();
            using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
                ModelJson.WriteLayer(json, layer);
            SafeTensorsWriter.CheckBound(
                path, $"bytes of the name and settings of {layer.Name}", buffer.WrittenCount, ModelJson.LongestLayer);
        }
    }

    // An upper bound of the size as JSON.
    private static bool IsComfortable(Sequential model)
    {
        if (model.Layers.Count > ComfortableLayers || model.InputShape.Rank > SafeTensorsHeader.MostDimensions)
            return false;
        int bytes = CharacterBytes * model.Name.Length + model.DataNames.All.Sum(name => SettingBytes + CharacterBytes * name.Length);
        foreach (Layer layer in model.Layers)
        {
            int size = CharacterBytes * layer.Name.Length + DescriptionBytes + Size(layer.Description);
            bytes += size;
            if (size > ModelJson.LongestLayer || bytes > ComfortableBytes)
                return false;
        }
        foreach (Parameter parameter in model.Parameters)
        {
            bytes += CharacterBytes * parameter.FullName.Length + ParameterBytes + DimensionBytes * parameter.Shape.Rank;
            if (parameter.Shape.Rank > SafeTensorsHeader.MostDimensions || bytes > ComfortableBytes)
                return false;
        }
        return true;
    }

    private static int Size(LayerDescription description)
    {
        int bytes = DescriptionBytes + CharacterBytes * (description.Kind.Length + description.Text.Length);
        foreach ((string name, object value) in description.Settings)
        {
            bytes += SettingBytes + CharacterBytes * name.Length;
            bytes += value switch
            {
                LayerDescription inner => Size(inner),
                string text => CharacterBytes * text.Length,
                _ => 0,
            };
        }
        return bytes;
    }
}
