using System.Runtime.CompilerServices;
using NeuralCore.Layers;
using NeuralCore.Numerics;

namespace NeuralCore.Models;

/// <summary>
/// The memory of training steps, laid out once, and the passes over it. Blocks of rows, panels and slices may be run by any worker in any order:
/// none reads what another of the same phase writes.
/// </summary>
internal sealed unsafe class TrainingWorkspace
{
    private const int Alignment = 16;

    private readonly ExecutionPlan _plan;
    private readonly AlignedBuffer _wholeBatch;
    private readonly AlignedBuffer[] _blocks;
    private readonly AlignedBuffer _prepared;
    private readonly AlignedBuffer _cache;
    private readonly int[] _preparedOffsets;
    private readonly int[] _cacheOffsets;
    private readonly AlignedBuffer _gradients;
    private readonly InputColumns? _columns;
    private bool _skipsZeros;

    /// <summary>Lays out the memory.</summary>
    /// <param name="plan">What shares what.</param>
    /// <param name="store">The parameters; their gradients are laid out alike.</param>
    /// <param name="batchRows">The largest batch.</param>
    /// <param name="blockRows">The largest block of rows.</param>
    /// <param name="workers">How many workers run blocks side by side.</param>
    internal TrainingWorkspace(ExecutionPlan plan, ParameterStore store, int batchRows, int blockRows, int workers)
    {
        _plan = plan;
        BatchRows = batchRows;
        BlockRows = blockRows;
        long whole = 0;
        long block = 0;
        foreach (ExecutionPlan.Slot slot in plan.Activations.Concat(plan.Gradients).OfType<ExecutionPlan.Slot>().Distinct())
        {
            ref long end = ref slot.IsWholeBatch ? ref whole : ref block;
            slot.Offset = checked((int)end);
            end += Aligned((long)slot.Size * (slot.IsWholeBatch ? batchRows : blockRows));
            if (end > Array.MaxLength / 2)
                throw new ArgumentException($"A batch of {batchRows} rows needs more memory than one block takes. Use a smaller batch.");
        }
        _wholeBatch = new AlignedBuffer((int)whole);
        _blocks = new AlignedBuffer[workers];
        for (int worker = 0; worker < workers; worker++)
            _blocks[worker] = new AlignedBuffer((int)block);

        _preparedOffsets = new int[plan.Layers.Length];
        _cacheOffsets = new int[plan.Layers.Length];
        long prepared = 0;
        long cache = 0;
        for (int i = 0; i < plan.Layers.Length; i++)
        {
            BoundLayer bound = plan.Layers[i].Bound;
            _preparedOffsets[i] = (int)prepared;
            _cacheOffsets[i] = (int)cache;
            prepared += plan.IsPrepared(i) ? Aligned(bound.PreparedLength) : 0;
            cache += Aligned((long)bound.CachePerSample * batchRows);
            if (Math.Max(prepared, cache) > Array.MaxLength / 2)
                throw new ArgumentException($"{bound.Name}: a batch of {batchRows} rows needs more memory than one block takes. Use a smaller batch.");
        }
        _prepared = new AlignedBuffer((int)prepared);
        _cache = new AlignedBuffer((int)cache);
        _gradients = new AlignedBuffer(store.Values.Length);
        if (Enumerable.Range(0, plan.Called).Any(layer => plan.ReadsSamples(layer) && plan.HasGradients(layer)))
            _columns = new InputColumns(batchRows, plan.Sizes[0]);
    }

    internal int BatchRows { get; }

    internal int BlockRows { get; }

    /// <summary>The gradients, laid out as the parameters are.</summary>
    internal AlignedBuffer ParameterGradients => _gradients;

    /// <summary>A block of rows of tensor <paramref name="tensor"/>.</summary>
    internal Span<float> Activation(int tensor, int worker, int firstRow, int rows) =>
        Rows(_plan.Activations[tensor], _plan.Sizes[tensor], worker, firstRow, rows);

    /// <summary>A block of rows of a tensor's gradient; empty where nobody needs it.</summary>
    internal Span<float> Gradient(int tensor, int worker, int firstRow, int rows) =>
        _plan.Gradients[tensor] is { } slot ? Rows(slot, _plan.Sizes[tensor], worker, firstRow, rows) : default;

    /// <summary>A block of the batch's input as it stands in tensor 0, for layers that skip its zeros; none where no layer does.</summary>
    internal SampleRows Samples(int worker, int firstRow, int rows) =>
        _plan.SkipsZeros ? SampleRows.Of(Activation(0, worker, firstRow, rows), default, _plan.Sizes[0]) : default;

    /// <summary>Begins a step. With samples of the batch's kind zeros are left out of products; with none they are not.</summary>
    internal void Begin(SampleRows samples)
    {
        _skipsZeros = samples.IsGiven;
        if (samples.IsGiven)
            _columns?.Begin(samples);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Prepare(int layer, int panel) => _plan.Layers[layer].Prepare(new PreparePass(panel, Prepared(layer)));

    /// <summary>Runs a block of rows through the layers that are called; the input stands in tensor 0, or where the samples say, if a layer reads those.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Forward(int worker, int firstRow, int rows, long step, SampleRows samples)
    {
        for (int i = 0; i < _plan.Called; i++)
        {
            Layer layer = _plan.Layers[i];
            if (layer.Bound.IsView)
                continue;
            bool throughReLU = _plan.StoresThroughReLU(i);
            layer.Forward(new ForwardPass
            {
                Rows = rows,
                FirstRow = firstRow,
                Step = step,
                IsTraining = true,
                Input = Activation(i, worker, firstRow, rows),
                Output = Activation(i + 1, worker, firstRow, rows),
                Cache = Cache(i, firstRow, rows),
                Prepared = Prepared(i),
                StoresThroughReLU = throughReLU,
                Samples = _plan.ReadsSamples(i) ? samples : default,
                Columns = _plan.ReadsSamples(i) ? _columns : null,
            });
            if (throughReLU)
                i++;
        }
    }

    /// <summary>Runs a block of rows back; the gradient of the last tensor that a called layer writes is there already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Backward(int worker, int firstRow, int rows, long step)
    {
        for (int i = _plan.Called - 1; i >= 0 && _plan.NeedsInputGradient(i); i--)
        {
            Layer layer = _plan.Layers[i];
            if (layer.Bound.IsView)
                continue;
            BackwardReads reads = _plan.BackwardReadsOf(i);
            bool storesThroughReLU = _plan.StoresBackThroughReLU(i);
            bool dropsBehindReLU = _plan.DropsBehindReLU(i);
            BackwardPass pass = new()
            {
                Rows = rows,
                FirstRow = firstRow,
                Step = step,
                Input = (reads & BackwardReads.Input) != 0 ? Activation(i, worker, firstRow, rows) : default,
                Output = (reads & BackwardReads.Output) != 0 ? Activation(i + 1, worker, firstRow, rows) : default,
                OutputGradient = Gradient(i + 1, worker, firstRow, rows),
                InputGradient = Gradient(dropsBehindReLU ? i - 1 : i, worker, firstRow, rows),
                Cache = Cache(i, firstRow, rows),
                Prepared = Prepared(i),
                ReLUOutput = storesThroughReLU ? Activation(i, worker, firstRow, rows) : default,
            };
            if (dropsBehindReLU)
                ((Dropout)layer).BackwardThroughReLU(pass);
            else
                layer.Backward(pass);
            if (storesThroughReLU || dropsBehindReLU)
                i--;
        }
    }

    /// <summary>Computes the gradient of a slice of a parameter of a layer over the batch's rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void AccumulateGradients(int layer, Parameter parameter, int start, int count, int rows)
    {
        BackwardReads reads = _plan.Layers[layer].Bound.BackwardReads;
        _plan.Layers[layer].AccumulateGradients(new GradientPass
        {
            Rows = rows,
            Parameter = parameter,
            Start = start,
            Count = count,
            Gradient = _gradients.Span.Slice(parameter.Offset + start * parameter.Stride, count * parameter.Stride),
            Input = (reads & BackwardReads.Input) != 0 ? Activation(layer, 0, 0, rows) : default,
            Output = (reads & BackwardReads.Output) != 0 ? Activation(layer + 1, 0, 0, rows) : default,
            OutputGradient = Gradient(layer + 1, 0, 0, rows),
            Cache = Cache(layer, 0, rows),
            Columns = _skipsZeros && _plan.ReadsSamples(layer) ? _columns : null,
        });
    }

    private static long Aligned(long length) => (length + Alignment - 1) / Alignment * Alignment;

    private Span<float> Rows(ExecutionPlan.Slot slot, int size, int worker, int firstRow, int rows) => slot.IsWholeBatch
        ? new Span<float>(_wholeBatch.Pointer + slot.Offset + (nint)firstRow * size, rows * size)
        : new Span<float>(_blocks[worker].Pointer + slot.Offset, rows * size);

    private Span<float> Prepared(int layer) => _plan.IsPrepared(layer)
        ? new Span<float>(_prepared.Pointer + _preparedOffsets[layer], _plan.Layers[layer].Bound.PreparedLength)
        : default;

    private Span<float> Cache(int layer, int firstRow, int rows)
    {
        int size = _plan.Layers[layer].Bound.CachePerSample;
        return size == 0 ? default : new Span<float>(_cache.Pointer + _cacheOffsets[layer] + (nint)firstRow * size, rows * size);
    }
}
