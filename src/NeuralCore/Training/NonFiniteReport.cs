using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Training;

/// <summary>Finds where a non-finite value came from, after the step that detected it.</summary>
internal static class NonFiniteReport
{
    internal static NonFiniteException Make(Sequential model, double loss, float[] input, long step, float learningRate, int lastGoodEpoch)
    {
        (string? layer, string what) = Find(model, input);
        string epoch = lastGoodEpoch == 0 ? "no epoch was completed before" : $"the last good epoch was {lastGoodEpoch}";
        string cause = layer is null && what.StartsWith("the input", StringComparison.Ordinal)
            ? "Check the data."
            : $"Is the learning rate too high, or the input not scaled?";
        return new NonFiniteException(
            FormattableString.Invariant(
                $"Training stopped at step {step}: the loss is {loss}, and {what}. Learning rate {learningRate}; {epoch}. {cause}"),
            step, learningRate, layer, lastGoodEpoch);
    }

    private static (string? Layer, string What) Find(Sequential model, float[] input)
    {
        int position = IndexOfNonFinite(input);
        if (position >= 0)
        {
            int row = position / model.InputShape.Size;
            return (null, FormattableString.Invariant($"the input contains {input[position]} in row {row} of the batch"));
        }
        foreach (Layer layer in model.ExpandedLayers)
        {
            foreach (Parameter parameter in layer.Parameters)
            {
                position = IndexOfNonFinite(parameter.Values);
                if (position >= 0)
                    return (layer.Name, FormattableString.Invariant($"{parameter.FullName} contains {parameter.Values[position]}"));
            }
        }
        int size = model.InputShape.Size;
        for (int count = 1; count <= model.ExpandedLayers.Count; count++)
        {
            Workspace workspace = Workspace.ForPrediction(ExecutionPlan.ForPrediction(model.ExpandedLayers.Take(count), size));
            for (int first = 0; first < input.Length; first += size * workspace.BlockRows)
            {
                ReadOnlySpan<float> block = input.AsSpan(first, Math.Min(size * workspace.BlockRows, input.Length - first));
                ReadOnlySpan<float> output = workspace.Forward(
                    part: 0, worker: 0, firstRow: 0, block.Length / size, step: 0, block, default);
                position = IndexOfNonFinite(output);
                if (position >= 0)
                {
                    string name = model.ExpandedLayers[count - 1].Name;
                    return (name, FormattableString.Invariant($"the first layer with a non-finite output is {name} ({output[position]})"));
                }
            }
        }
        return (null, "every layer's output is finite");
    }

    private static int IndexOfNonFinite(ReadOnlySpan<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                return i;
        }
        return -1;
    }
}
