using System.Runtime.CompilerServices;
using NeuralCore.Layers;
using NeuralCore.Numerics;

namespace NeuralCore.Models;

/// <summary>
/// The memory to run blocks of rows forward, without a thought of going back: two buffers that layers write in turn. Used by one thread at a time.
/// </summary>
internal sealed unsafe class PredictionWorkspace
{
    // Enough rows to use the kernels fully, few enough to stay in a core's cache; fewer where a row alone takes megabytes.
    private const int LargestBlock = 32;
    private const int LargestBlockLength = 1 << 22;

    private readonly Layer[] _layers;
    private readonly AlignedBuffer[] _buffers;
    private readonly int _inputSize;
    private AlignedBuffer? _input;

    internal PredictionWorkspace(IReadOnlyList<Layer> layers, int inputSize)
    {
        _layers = layers.ToArray();
        int widest = _layers.Length == 0 ? 0 : _layers.Max(layer => layer.OutputShape.Size);
        _inputSize = inputSize;
        BlockRows = Math.Clamp(LargestBlockLength / Math.Max(widest, inputSize), 1, LargestBlock);
        _buffers = [new AlignedBuffer(widest * BlockRows), new AlignedBuffer(widest * BlockRows)];
    }

    /// <summary>How many rows run at once.</summary>
    internal int BlockRows { get; }

    /// <summary>Room for a block of input rows, for callers that have none of their own.</summary>
    internal Span<float> Input => (_input ??= new AlignedBuffer(_inputSize * BlockRows)).Span;

    /// <summary>Runs at most <see cref="BlockRows"/> rows through the first layers.</summary>
    /// <param name="input">[rows, input size]; not changed.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="count">How many layers run.</param>
    /// <param name="samples">The rows where they lie, if the data has them so; a first layer that leaves out their zeros then reads those.</param>
    /// <returns>The output of the last of them: memory of this workspace, or the input itself where no layer computed anything.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal ReadOnlySpan<float> Forward(ReadOnlySpan<float> input, int rows, int count, SampleRows samples = default)
    {
        ReadOnlySpan<float> current = input;
        int next = 0;
        bool owned = false;
        for (int i = 0; i < count; i++)
        {
            BoundLayer bound = _layers[i].Bound;
            if (bound.IsView)
                continue;
            bool inPlace = bound.CanRunInPlace && owned;
            Span<float> output = _buffers[inPlace ? 1 - next : next].Span[..(rows * bound.OutputShape.Size)];
            bool throughReLU = i + 1 < count && ExecutionPlan.CanStoreThroughReLU(_layers, i);
            _layers[i].Forward(new ForwardPass
            {
                Rows = rows,
                Input = current,
                Output = output,
                StoresThroughReLU = throughReLU,
                InputIsData = !owned,
                Samples = owned ? default : samples,
            });
            if (throughReLU)
                i++;
            if (!inPlace)
                next = 1 - next;
            current = output;
            owned = true;
        }
        return current;
    }
}
