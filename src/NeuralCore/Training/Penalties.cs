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
    private readonly StepPartition.WeightRange[] _chunks;
    private readonly double[] _values;
    private readonly AlignedBuffer _weights;

    internal Penalties(Sequential model)
    {
        _weights = model.Store.Values;
        _chunks = StepPartition.RangesOf(model.Parameters.Where(p => p.Regularizer is not null), Regularizer.ChunkLength).ToArray();
        _values = new double[_chunks.Length];
    }

    /// <summary>How many chunks there are; none without a regularizer.</summary>
    internal int Count => _chunks.Length;

    /// <summary>Computes a chunk's penalty and adds its gradient to the parameters' gradients.</summary>
    internal void Add(int chunk, Span<float> gradients)
    {
        _values[chunk] = Of(_chunks[chunk]);
        _chunks[chunk].Parameter.Regularizer!.AddGradient(_chunks[chunk].In(_weights.Span), _chunks[chunk].In(gradients));
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

    private double Of(StepPartition.WeightRange chunk) => chunk.Parameter.Regularizer!.Penalty(chunk.In(_weights.Span));
}
