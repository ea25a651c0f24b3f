using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Diagnostics;

/// <summary>Runs rows of data through a model layer by layer, as in prediction, and shows each layer's output.</summary>
internal static class LayerOutputs
{
    /// <summary>Enough rows that a unit which is active now and then is seen active.</summary>
    internal const int MostRows = 256;

    private const int MostValues = 1 << 20;
    private const int FewestRows = 16;

    /// <summary>Calls <paramref name="visit"/> with each layer and its output of all rows, in the order the layers run.</summary>
    internal static void Visit(Sequential model, FeatureSource features, Visitor visit)
    {
        int widest = model.ExpandedLayers.Max(layer => Math.Max(layer.InputShape.Size, layer.OutputShape.Size));
        int[] rows = SampledRows.Of(features.Count, Math.Clamp(MostValues / widest, FewestRows, MostRows));
        float[] values = new float[rows.Length * model.InputShape.Size];
        features.Gather(rows, values);
        foreach (Layer layer in model.ExpandedLayers)
        {
            if (!layer.Bound.IsView)
                values = Run(layer, values, rows.Length);
            visit(layer, values, rows.Length);
        }
    }

    // A plan of one layer: nothing is fused.
    private static float[] Run(Layer layer, float[] input, int rows)
    {
        int inputSize = layer.InputShape.Size;
        int outputSize = layer.OutputShape.Size;
        float[] output = new float[rows * outputSize];
        Workspace workspace = Workspace.ForPrediction(ExecutionPlan.ForPrediction([layer], inputSize));
        for (int first = 0; first < rows; first += workspace.BlockRows)
        {
            int count = Math.Min(workspace.BlockRows, rows - first);
            ReadOnlySpan<float> block = input.AsSpan(first * inputSize, count * inputSize);
            workspace.Forward(part: 0, worker: 0, firstRow: 0, count, step: 0, block).CopyTo(output.AsSpan(first * outputSize));
        }
        return output;
    }

    internal delegate void Visitor(Layer layer, ReadOnlySpan<float> output, int rows);
}
