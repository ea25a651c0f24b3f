using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Training;

/// <summary>Packs values in the layout of a model's parameters, without the gaps between them, into one array for files.</summary>
internal static class PackedParameters
{
    /// <summary>Packs values, parameter by parameter.</summary>
    /// <param name="model">The model.</param>
    /// <param name="values">Values in the layout of its parameter memory.</param>
    /// <param name="packed">Receives as many values as the model has parameters.</param>
    internal static void Pack(Sequential model, ReadOnlySpan<float> values, Span<float> packed)
    {
        int start = 0;
        foreach (Parameter parameter in model.Parameters)
        {
            values.Slice(parameter.Offset, parameter.Shape.Size).CopyTo(packed[start..]);
            start += parameter.Shape.Size;
        }
    }

    /// <summary>Unpacks what <see cref="Pack"/> packed.</summary>
    internal static void Unpack(Sequential model, ReadOnlySpan<float> packed, Span<float> values)
    {
        int start = 0;
        foreach (Parameter parameter in model.Parameters)
        {
            packed.Slice(start, parameter.Shape.Size).CopyTo(values[parameter.Offset..]);
            start += parameter.Shape.Size;
        }
    }
}
