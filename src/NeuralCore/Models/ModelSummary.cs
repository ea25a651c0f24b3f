using System.Globalization;
using System.Text;
using NeuralCore.Layers;

namespace NeuralCore.Models;

/// <summary>The table that <see cref="Sequential.Summary"/> prints.</summary>
internal static class ModelSummary
{
    private const int LayerWidth = 29;
    private const int ShapeWidth = 26;
    private const int CountWidth = 10;

    internal static string Write(Sequential model)
    {
        List<string[]> rows = [["Layer (type)", "Output Shape", "Param #"]];
        foreach (Layer layer in model.Layers)
        {
            long parameters = layer.Parameters.Sum(p => (long)p.Shape.Size);
            rows.Add([$"{layer.Name} ({layer.Kind})", $"(None, {string.Join(", ", layer.OutputShape)})", Number(parameters)]);
        }

        // Columns widen for long entries; nothing is truncated.
        int layerWidth = Math.Max(LayerWidth, rows.Max(row => row[0].Length + 2));
        int shapeWidth = Math.Max(ShapeWidth, rows.Max(row => row[1].Length + 2));
        int countWidth = Math.Max(CountWidth, rows.Max(row => row[2].Length));
        int width = layerWidth + shapeWidth + countWidth;

        StringBuilder text = new();
        text.AppendLine($"Model: \"{model.Name}\"");
        text.AppendLine(new string('_', width));
        for (int i = 0; i < rows.Count; i++)
        {
            text.AppendLine($" {rows[i][0].PadRight(layerWidth - 1)}{rows[i][1].PadRight(shapeWidth)}{rows[i][2]}".TrimEnd());
            if (i == 0)
                text.AppendLine(new string('=', width));
        }
        long trainable = model.Parameters.Where(p => p.IsTrainable).Sum(p => (long)p.Shape.Size);
        text.AppendLine(new string('=', width));
        text.AppendLine($"Total params: {Count(model.ParameterCount)}");
        text.AppendLine($"Trainable params: {Count(trainable)}");
        text.AppendLine($"Non-trainable params: {Count(model.ParameterCount - trainable)}");
        text.Append(new string('_', width));
        return text.ToString();
    }

    /// <summary>A size in the unit that keeps it below 1024: <c>0.00 Byte</c>, <c>462.04 KB</c>.</summary>
    internal static string Size(long bytes)
    {
        ReadOnlySpan<string> units = ["Byte", "KB", "MB", "GB", "TB"];
        double size = bytes;
        int unit = 0;
        while (size >= 1024 && unit < units.Length - 1)
        {
            size /= 1024;
            unit++;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{size:F2} {units[unit]}");
    }

    private static string Count(long values) => $"{Number(values)} ({Size(values * sizeof(float))})";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
