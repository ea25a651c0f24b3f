using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Regularization;

namespace NeuralCore.Training;

/// <summary>
/// The penalties of a model's regularizers: summed in double over fixed chunks, which do not depend on the workers, and the chunks
/// in order.
/// </summary>
internal sealed class Penalties
{
    private readonly ParameterRange[] _chunks;
    private readonly double[] _values;
    private readonly AlignedBuffer _weights;

    internal Penalties(Sequential model)
    {
        _weights = model.Store.Values;
        _chunks = model.Parameters.Where(parameter => parameter.IsTrainable && parameter.Regularizer is not null)
            .SelectMany(parameter => ParameterRange.Split(parameter, Regularizer.ChunkLength)).ToArray();
        _values = new double[_chunks.Length];
    }

    /// <summary>How many chunks there are; none without a regularizer.</summary>
    internal int Count => _chunks.Length;

    /// <summary>Computes a chunk's penalty and adds its gradient to the parameters' gradients.</summary>
    internal void Add(int chunk, Span<float> gradients)
    {
        _values[chunk] = Of(_chunks[chunk]);
        _chunks[chunk].Parameter.Regularizer!.AddGradient(_chunks[chunk].Of(_weights.Span), _chunks[chunk].Of(gradients));
    }

    /// <summary>The sum over the chunks that <see cref="Add"/> computed.</summary>
    internal double Sum => Sums.InOrder(_values);

    /// <summary>The sum for the weights as they are now.</summary>
    internal double Compute()
    {
        for (int chunk = 0; chunk < _chunks.Length; chunk++)
            _values[chunk] = Of(_chunks[chunk]);
        return Sum;
    }

    private double Of(ParameterRange chunk) => chunk.Parameter.Regularizer!.Penalty(chunk.Of(_weights.Span));

    /// <summary>A range of a parameter's values.</summary>
    private sealed record ParameterRange(Parameter Parameter, int Start, int Length)
    {
        internal static IEnumerable<ParameterRange> Split(Parameter parameter, int longest)
        {
            for (int start = 0; start < parameter.Shape.Size; start += longest)
                yield return new ParameterRange(parameter, start, Math.Min(longest, parameter.Shape.Size - start));
        }

        internal Span<float> Of(Span<float> memory) => memory.Slice(Parameter.Offset + Start, Length);
    }
}
