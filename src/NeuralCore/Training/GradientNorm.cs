using System.Numerics.Tensors;
using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Optimizers;

namespace NeuralCore.Training;

/// <summary>
/// The norms of a step's gradients and their clipping: squares are summed in double over fixed chunks of each parameter, which do not
/// depend on the workers, and the chunks in order.
/// </summary>
internal sealed class GradientNorm
{
    /// <summary>The number of values in a chunk.</summary>
    internal const int ChunkLength = 4096;

    private const int Chains = 8;

    private readonly StepPartition.WeightRange[] _chunks;
    private readonly double[] _squares;
    private readonly GradientClipping? _clipping;
    private readonly Dictionary<Parameter, ParameterNorm> _parameters = [];

    internal GradientNorm(Optimizer optimizer, StepPartition partition)
    {
        _clipping = optimizer.Clipping;
        IsNeeded = optimizer.NeedsGradientNorm || _clipping is { NeedsNorms: true };
        _chunks = partition.Chunks;
        _squares = IsNeeded ? new double[_chunks.Length] : [];
        for (int i = 0; _clipping?.Kind == ClippingKind.Norm && i < _chunks.Length; i++)
        {
            if (_parameters.TryGetValue(_chunks[i].Parameter, out ParameterNorm? norm))
                norm.Chunks++;
            else
                _parameters.Add(_chunks[i].Parameter, new ParameterNorm { FirstChunk = i, Chunks = 1 });
        }
    }

    /// <summary>Whether a step has to compute norms at all.</summary>
    internal bool IsNeeded { get; }

    /// <summary>The norm of all gradients; each worker sums the chunks itself, in order.</summary>
    internal double Global => Math.Sqrt(Sums.InOrder(_squares));

    /// <summary>Forgets the norms of the last step.</summary>
    internal void Begin()
    {
        foreach (ParameterNorm norm in _parameters.Values)
            norm.Value = double.NaN;
    }

    /// <summary>Sums the squares of a chunk.</summary>
    internal void Sum(ReadOnlySpan<float> gradients, int chunk) => _squares[chunk] = Squares(gradients, _chunks[chunk]);

    /// <summary>Clips a range of a parameter's gradient if the optimizer says so.</summary>
    internal void Clip(Parameter parameter, Span<float> gradient, double globalNorm)
    {
        if (_clipping is null)
            return;
        if (_clipping.Kind == ClippingKind.Value)
        {
            float limit = (float)_clipping.Limit;
            // Both keep a NaN.
            TensorPrimitives.Max(gradient, -limit, gradient);
            TensorPrimitives.Min(gradient, limit, gradient);
            return;
        }
        double norm = _clipping.Kind == ClippingKind.GlobalNorm ? globalNorm : Of(parameter);
        if (norm > _clipping.Limit)
            TensorPrimitives.Multiply(gradient, (float)(_clipping.Limit / norm), gradient);
    }

    // Summed by the first worker that comes to a range of the parameter; two that come at once get the same bits.
    private double Of(Parameter parameter)
    {
        ParameterNorm norm = _parameters[parameter];
        double value = Volatile.Read(ref norm.Value);
        if (double.IsNaN(value))
        {
            value = Math.Sqrt(Sums.InOrder(_squares.AsSpan(norm.FirstChunk, norm.Chunks)));
            Volatile.Write(ref norm.Value, value);
        }
        return value;
    }

    // Eight partial sums, combined in order.
    private static double Squares(ReadOnlySpan<float> gradients, StepPartition.WeightRange chunk)
    {
        ReadOnlySpan<float> values = gradients.Slice(chunk.Parameter.Offset + chunk.Start, chunk.Length);
        Span<double> sums = stackalloc double[Chains];
        sums.Clear();
        for (int i = 0; i < values.Length; i++)
            sums[i % Chains] += (double)values[i] * values[i];
        double sum = 0;
        foreach (double chain in sums)
            sum += chain;
        return sum;
    }

    private sealed class ParameterNorm
    {
        internal int FirstChunk;
        internal int Chunks;

        // NaN until it is known.
        internal double Value = double.NaN;
    }
}
