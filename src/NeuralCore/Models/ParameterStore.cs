using NeuralCore.Layers;
using NeuralCore.Numerics;

namespace NeuralCore.Models;

/// <summary>
/// All parameters of a model in one block of memory, each starting at a multiple of 16 floats; the gaps stay zero. With one block the
/// optimizer is a single loop and saving a single write.
/// </summary>
internal sealed class ParameterStore
{
    private const int Alignment = 16;

    internal ParameterStore(IEnumerable<Layer> layers)
    {
        Parameters = layers.SelectMany(layer => layer.Parameters).ToArray();
        long length = 0;
        int[] offsets = new int[Parameters.Count];
        for (int i = 0; i < offsets.Length; i++)
        {
            if (length > int.MaxValue / 2)
                throw new ArgumentException(
                    $"The model has more than {int.MaxValue / 2:N0} parameters, which do not fit into one block of memory.");
            offsets[i] = (int)length;
            length += ((long)Parameters[i].Shape.Size + Alignment - 1) / Alignment * Alignment;
        }
        Values = new AlignedBuffer(checked((int)length));
        for (int i = 0; i < offsets.Length; i++)
            Parameters[i].Attach(Values, offsets[i]);
    }

    internal IReadOnlyList<Parameter> Parameters { get; }

    internal AlignedBuffer Values { get; }

    internal void Initialize()
    {
        foreach (Parameter parameter in Parameters)
            parameter.Initialize();
    }
}
