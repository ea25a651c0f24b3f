using NeuralCore.Layers;

namespace NeuralCore.Tabular;

/// <summary>
/// The first layer of a model for tables: changes nothing, and carries the names and categories of the columns into the model's file. Long
/// descriptions are divided over several such layers.
/// </summary>
internal sealed class TableInput(string schemaPart, string? name = null) : Layer(name)
{
    internal const string FileKind = "TableInput";
    private const string Setting = "schema";

    // A file's limit for a layer is 16 KB, and a character takes up to 3 bytes.
    private const int LongestPart = 4_000;

    internal static IEnumerable<Layer> For(TableSchema schema)
    {
        string text = schema.ToJson();
        for (int start = 0; start < text.Length;)
        {
            int end = Math.Min(start + LongestPart, text.Length);
            // No part ends between the halves of a surrogate pair.
            if (char.IsHighSurrogate(text[end - 1]))
                end--;
            yield return new TableInput(text[start..end]);
            start = end;
        }
    }

    internal static TableInput Create(LayerDescription description, string? name) => new(description.GetString(Setting), name);

    /// <summary>The description that the first layers of a model carry; null if there is none.</summary>
    /// <exception cref="FormatException">It is not valid.</exception>
    internal static TableSchema? Read(IEnumerable<Layer> layers)
    {
        string text = string.Concat(layers.TakeWhile(layer => layer is TableInput).Select(layer => ((TableInput)layer).SchemaPart));
        return text.Length == 0 ? null : TableSchema.FromJson(text);
    }

    private string SchemaPart { get; } = schemaPart;

    protected override Shape Build(Shape input, LayerBuilder builder)
    {
        builder.IsView = true;
        builder.BackwardReads = BackwardReads.None;
        return input;
    }

    protected override void Forward(in ForwardPass pass) => pass.Input.CopyTo(pass.Output);

    protected override void Backward(in BackwardPass pass) => pass.OutputGradient.CopyTo(pass.InputGradient);

    protected override LayerDescription Describe() => new LayerDescription(FileKind).With(Setting, SchemaPart);
}
