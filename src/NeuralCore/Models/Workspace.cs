using System.Runtime.CompilerServices;
using NeuralCore.Layers;
using NeuralCore.Numerics;

namespace NeuralCore.Models;

/// <summary>
/// The memory of a plan, laid out once, and the layers' calls over it. Blocks of rows, panels, columns and slices may be run by any worker
/// in any order: none reads what another of the same phase writes.
/// </summary>
internal sealed unsafe class Workspace
{
    private const int Alignment = 16;

    // In prediction: enough rows to use the kernels fully, few enough to stay in a core's cache; fewer where a row alone takes megabytes.
    private const int PredictionBlock = 32;
    private const int LargestPredictionBlock = 1 << 22;

    private readonly ExecutionPlan _plan;
    private readonly AlignedBuffer _wholeBatch;
    private readonly AlignedBuffer[] _blocks;
    private readonly AlignedBuffer[] _scratch;
    private readonly AlignedBuffer _packed;
    private readonly AlignedBuffer _cache;
    private readonly AlignedBuffer _reduced;
    private readonly int[] _packedOffsets;
    private readonly int[] _cacheOffsets;
    private readonly int[] _reducedOffsets;
    private readonly AlignedBuffer _gradients;

    /// <summary>Lays out the memory of training steps.</summary>
    /// <param name="plan">What shares what.</param>
    /// <param name="parameterLength">The length of the parameter memory; the gradients are laid out alike.</param>
    /// <param name="batchRows">The largest batch.</param>
    /// <param name="blockRows">The largest block of rows.</param>
    /// <param name="workers">How many workers run blocks side by side.</param>
    internal Workspace(ExecutionPlan plan, int parameterLength, int batchRows, int blockRows, int workers)
    {
        _plan = plan;
        BlockRows = blockRows;
        long whole = 0;
        long block = 0;
        IEnumerable<ExecutionPlan.Slot> slots = plan.Activations.Skip(plan.OwnsInput ? 0 : 1)
            .Concat(plan.Gradients.OfType<ExecutionPlan.Slot>());
        foreach (ExecutionPlan.Slot slot in slots.Where(slot => plan.OwnsInput || slot != plan.Activations[0]).Distinct())
        {
            ref long end = ref slot.IsWholeBatch ? ref whole : ref block;
            slot.Offset = (int)end;
            end = Extended(end, (long)slot.Size * (slot.IsWholeBatch ? batchRows : blockRows), batchRows);
        }
        _wholeBatch = new AlignedBuffer((int)whole);
        _blocks = Buffers(workers, (int)block);
        _scratch = Buffers(workers, plan.Layers.Max(layer => layer.Bound.Scratch));

        (_packed, _packedOffsets) = ForEachLayer(layer => plan.IsPacked[layer] ? plan.Layers[layer].Bound.PackedLength : 0, batchRows);
        (_cache, _cacheOffsets) = ForEachLayer(
            layer => plan.IsTraining ? (long)plan.Layers[layer].Bound.CachePerSample * batchRows : 0, batchRows);
        (_reduced, _reducedOffsets) = ForEachLayer(
            layer => plan.Reductions.Contains(layer) ? (long)plan.Layers[layer].Bound.Reduced * plan.Sizes[layer] : 0, batchRows);
        _gradients = new AlignedBuffer(parameterLength);
        Input = new FirstLayerInput(plan, batchRows);
    }

    /// <summary>The largest block of rows.</summary>
    internal int BlockRows { get; }

    /// <summary>How the first layer gets its input.</summary>
    internal FirstLayerInput Input { get; }

    /// <summary>The gradients, laid out as the parameters are.</summary>
    internal AlignedBuffer ParameterGradients => _gradients;

    /// <summary>The memory of a plan that does not go back, for one thread at a time.</summary>
    internal static Workspace ForPrediction(ExecutionPlan plan, int workers = 1)
    {
        int rows = PredictionRows(plan);
        return new Workspace(plan, parameterLength: 0, rows, rows, workers);
    }

    /// <summary>How many rows a block of a prediction has.</summary>
    internal static int PredictionRows(ExecutionPlan plan) => Math.Clamp(LargestPredictionBlock / plan.Sizes.Max(), 1, PredictionBlock);

    /// <summary>A block of rows of tensor <paramref name="tensor"/>.</summary>
    internal Span<float> Activation(int tensor, int worker, int firstRow, int rows) =>
        Rows(_plan.Activations[tensor], _plan.Sizes[tensor], worker, firstRow, rows);

    /// <summary>A block of rows of a tensor's gradient; empty where nobody needs it.</summary>
    internal Span<float> Gradient(int tensor, int worker, int firstRow, int rows) =>
        _plan.Gradients[tensor] is { } slot ? Rows(slot, _plan.Sizes[tensor], worker, firstRow, rows) : default;

    /// <summary>Packs one panel of a layer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Pack(int layer, int panel) => _plan.Layers[layer].Pack(new PackPass(panel, Packed(layer)));

    /// <summary>Runs a block of rows through a part of the layers.</summary>
    /// <param name="part">The part of the way forward.</param>
    /// <param name="worker">Whose memory of blocks is used.</param>
    /// <param name="firstRow">The block's first row in the batch.</param>
    /// <param name="rows">The block's rows.</param>
    /// <param name="step">The training step.</param>
    /// <param name="input">
    /// The block's input: tensor 0, or memory of the caller's. Not read where <see cref="Input"/> has it elsewhere.
    /// </param>
    /// <returns>The output of the last call; the input where there was none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal ReadOnlySpan<float> Forward(int part, int worker, int firstRow, int rows, long step, ReadOnlySpan<float> input)
    {
        ReadOnlySpan<float> last = input;
        foreach (ForwardCall call in _plan.ForwardParts[part])
        {
            int i = call.Layer;
            bool readsInput = _plan.ReadsInput[i];
            Span<float> output = Activation(call.Output, worker, firstRow, rows);
            _plan.Layers[i].Forward(new ForwardPass
            {
                Rows = rows,
                FirstRow = firstRow,
                Step = step,
                IsTraining = _plan.IsTraining,
                Input = readsInput ? input : Activation(i, worker, firstRow, rows),
                Output = output,
                Cache = Cache(i, firstRow, rows),
                Packed = Packed(i),
                Scratch = Scratch(i, worker),
                Reduced = Reduced(i),
                FusesReLU = call.FusesReLU,
                Sparse = Input.Forward(i, firstRow, input),
            });
            last = output;
        }
        return last;
    }

    /// <summary>Runs a block of rows back through a part of the layers; the gradient that the part starts from is there already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Backward(int part, int worker, int firstRow, int rows, long step)
    {
        foreach (BackwardCall call in _plan.BackwardParts[part])
        {
            int i = call.Layer;
            Span<float> outputGradient = Gradient(i + 1, worker, firstRow, rows);
            Span<float> inputGradient = Gradient(call.InputGradient, worker, firstRow, rows);
            BackwardReads reads = _plan.BackwardReadsOf(i);
            ReadOnlySpan<float> output = (reads & BackwardReads.Output) != 0 ? Activation(i + 1, worker, firstRow, rows) : default;
            if (call.MaskScale is { } scale)
            {
                fixed (float* y = output, dy = outputGradient, dx = inputGradient)
                    ReluKernel.Backward(y, dy, dx, inputGradient.Length, scale);
                continue;
            }
            _plan.Layers[i].Backward(new BackwardPass
            {
                Rows = rows,
                FirstRow = firstRow,
                Step = step,
                Input = (reads & BackwardReads.Input) != 0 ? Activation(i, worker, firstRow, rows) : default,
                Output = output,
                OutputGradient = outputGradient,
                InputGradient = inputGradient,
                Cache = Cache(i, firstRow, rows),
                Packed = Packed(i),
                Scratch = Scratch(i, worker),
                Reduced = Reduced(i),
                ReLUOutput = call.FusesReLU ? Activation(i, worker, firstRow, rows) : default,
            });
        }
    }

    /// <summary>
    /// Reduces columns of a layer's input over the batch, before the layer's Forward or, with the output's gradient, before its Backward.
    /// </summary>
    internal void Reduce(int layer, bool isBackward, int start, int count, int rows, int worker)
    {
        BackwardReads reads = _plan.BackwardReadsOf(layer);
        int values = _plan.Layers[layer].Bound.Reduced;
        ReductionPass pass = new()
        {
            Rows = rows,
            Start = start,
            Count = count,
            Input = !isBackward || (reads & BackwardReads.Input) != 0 ? Activation(layer, 0, 0, rows) : default,
            Output = isBackward && (reads & BackwardReads.Output) != 0 ? Activation(layer + 1, 0, 0, rows) : default,
            OutputGradient = isBackward ? Gradient(layer + 1, 0, 0, rows) : default,
            Cache = Cache(layer, 0, rows),
            Scratch = Scratch(layer, worker),
            Reduced = Reduced(layer).Slice(start * values, count * values),
        };
        if (isBackward)
            _plan.Layers[layer].ReduceBackward(pass);
        else
            _plan.Layers[layer].ReduceForward(pass);
    }

    /// <summary>Lets a layer that reduced over the batch move its statistics on.</summary>
    internal void UpdateStatistics(int layer, int rows) =>
        _plan.Layers[layer].UpdateStatistics(new StatisticsPass { Rows = rows, Reduced = Reduced(layer) });

    /// <summary>Computes the gradient of a slice of a parameter of a layer over rows of the batch.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="start">The slice's first index.</param>
    /// <param name="count">The slice's length.</param>
    /// <param name="rows">The rows, which follow those of the sum so far.</param>
    /// <param name="worker">Whose scratch is used.</param>
    /// <param name="firstRow">The first of the rows; not 0 only where the sum goes on.</param>
    /// <param name="continues">Whether the slice's gradient holds the sum over earlier rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void ComputeParameterGradients(
        int layer, Parameter parameter, int start, int count, int rows, int worker = 0, int firstRow = 0, bool continues = false)
    {
        BackwardReads reads = _plan.BackwardReadsOf(layer);
        _plan.Layers[layer].ComputeParameterGradients(new GradientPass
        {
            Rows = rows,
            Parameter = parameter,
            Start = start,
            Count = count,
            Gradient = _gradients.Span.Slice(parameter.Offset + start * parameter.Stride, count * parameter.Stride),
            ContinuesSum = continues,
            Input = (reads & BackwardReads.Input) != 0 ? Activation(layer, 0, firstRow, rows) : default,
            Output = (reads & BackwardReads.Output) != 0 ? Activation(layer + 1, 0, firstRow, rows) : default,
            OutputGradient = Gradient(layer + 1, 0, firstRow, rows),
            Cache = Cache(layer, firstRow, rows),
            Scratch = Scratch(layer, worker),
            Reduced = Reduced(layer),
            Sparse = continues || firstRow != 0 ? default : Input.Gradient(layer),
        });
    }

    private static AlignedBuffer[] Buffers(int count, int length) =>
        Enumerable.Range(0, count).Select(_ => new AlignedBuffer(length)).ToArray();

    private (AlignedBuffer Memory, int[] Offsets) ForEachLayer(Func<int, long> length, int batchRows)
    {
        int[] offsets = new int[_plan.Layers.Length];
        long end = 0;
        for (int layer = 0; layer < offsets.Length; layer++)
        {
            offsets[layer] = (int)end;
            end = Extended(end, length(layer), batchRows);
        }
        return (new AlignedBuffer((int)end), offsets);
    }

    private static long Extended(long end, long length, int batchRows)
    {
        end += (length + Alignment - 1) / Alignment * Alignment;
        return end <= Array.MaxLength / 2
            ? end
            : throw new ArgumentException($"A batch of {batchRows} rows needs more memory than one block takes. Use a smaller batch.");
    }

    private Span<float> Rows(ExecutionPlan.Slot slot, int size, int worker, int firstRow, int rows) => slot.IsWholeBatch
        ? new Span<float>(_wholeBatch.Pointer + slot.Offset + (nint)firstRow * size, rows * size)
        : new Span<float>(_blocks[worker].Pointer + slot.Offset, rows * size);

    private Span<float> Packed(int layer) => _plan.IsPacked[layer]
        ? new Span<float>(_packed.Pointer + _packedOffsets[layer], _plan.Layers[layer].Bound.PackedLength)
        : default;

    private Span<float> Cache(int layer, int firstRow, int rows)
    {
        int size = _plan.IsTraining ? _plan.Layers[layer].Bound.CachePerSample : 0;
        return size == 0 ? default : new Span<float>(_cache.Pointer + _cacheOffsets[layer] + (nint)firstRow * size, rows * size);
    }

    private Span<float> Scratch(int layer, int worker) => _scratch[worker].Span[.._plan.Layers[layer].Bound.Scratch];

    private Span<float> Reduced(int layer)
    {
        int length = _plan.IsTraining ? _plan.Layers[layer].Bound.Reduced * _plan.Sizes[layer] : 0;
        return length == 0 ? default : new Span<float>(_reduced.Pointer + _reducedOffsets[layer], length);
    }
}
