using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Data;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Optimizers;

namespace NeuralCore.Training;

/// <summary>
/// One training step in phases: pack, rows forward and back, parameter gradients, update. The phases and why no split of theirs can change a bit are told in
/// docs/architecture.md.
/// </summary>
internal sealed unsafe class TrainingStep<TTarget> : ITeamTask
    where TTarget : unmanaged
{
    // Below this a phase is over before a second thread has woken up.
    private const double SmallestSharedWork = 2e6;

    private readonly Sequential _model;
    private readonly RowScores<TTarget> _scores;
    private readonly Optimizer _optimizer;
    private readonly OptimizerState _state;
    private readonly ExecutionPlan _plan;
    private readonly TrainingWorkspace _workspace;
    private readonly WorkerTeam _team;
    private readonly StepWork _work;
    private readonly Phase[] _phases;
    private readonly WorkQueue[] _queues;
    private readonly TTarget[] _targets;
    private readonly int _targetWidth;
    private readonly double[] _rowLosses;
    private readonly double[][] _rowMetrics;
    private readonly int[] _rowIndices;
    private readonly int[] _sampleIndices;
    private readonly double[] _scalarsBefore;

    // The batch at hand.
    private Dataset<TTarget>? _data;
    private FeatureSource? _features;
    private float* _givenInput;
    private TTarget* _givenTargets;
    private int _rows;
    private bool _readsSamples;
    private int _smallestBlock;
    private int _largestBlock;
    private long _step;
    private (bool SkipsZeros, Type Features)? _rehearsed;
    private float _learningRate;
    private volatile bool _lossIsFinite;
    private volatile bool _weightsAreFinite;
    private volatile bool _updateHasBegun;
    private volatile bool _gradientsAreWritten;

    internal TrainingStep(
        Sequential model, RowScores<TTarget> scores, Optimizer optimizer, OptimizerState state, WorkerTeam team, int batchRows)
    {
        _model = model;
        _scores = scores;
        _optimizer = optimizer;
        _state = state;
        _team = team;
        BatchRows = batchRows;
        _plan = new ExecutionPlan(model.Running, model.InputShape.Size, fusesLast: scores.TakesOverLastLayer);
        _work = new StepWork(_plan, team.Workers);
        _workspace = new TrainingWorkspace(_plan, model.Store, batchRows, _work.BlocksFor(batchRows).Largest * StepWork.RowTile, team.Workers);
        _targetWidth = scores.TargetWidth;
        _targets = GC.AllocateArray<TTarget>(checked(batchRows * _targetWidth), pinned: true);
        _rowLosses = new double[batchRows];
        _rowMetrics = scores.Metrics.Select(_ => new double[batchRows]).ToArray();
        _rowIndices = new int[batchRows];
        _sampleIndices = new int[batchRows];
        _scalarsBefore = new double[state.Scalars.Length];

        _phases = _work.Panels.Length > 0 ? [Phase.Prepare, Phase.Rows, Phase.Gradients, Phase.Update] : [Phase.Rows, Phase.Gradients, Phase.Update];
        _queues = _phases.Select(_ => new WorkQueue(team.Workers)).ToArray();
    }

    private enum Phase { Prepare, Rows, Gradients, Update }

    /// <summary>The largest batch that fits.</summary>
    internal int BatchRows { get; }

    /// <summary>Whether zeros of the data are left out of products.</summary>
    internal bool SkipsZeros { get; set; } = true;

    /// <summary>Whether the last step ended by an exception after it had begun to change weights.</summary>
    internal bool IsHalfUpdated => _updateHasBegun;

    /// <summary>The values of the batch's rows after a step, in row order.</summary>
    internal ReadOnlySpan<double> RowLosses => _rowLosses.AsSpan(0, _rows);

    internal ReadOnlySpan<double> RowMetrics(int metric) => _rowMetrics[metric].AsSpan(0, _rows);

    /// <summary>Trains on rows of a dataset.</summary>
    /// <returns>Whether loss and weights stayed finite. With a non-finite loss the weights are those from before the step.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool Run(Dataset<TTarget> data, ReadOnlySpan<int> rows, long step, float learningRate)
    {
        rows.CopyTo(_rowIndices);
        return RunOn(data, rows.Length, step, learningRate);
    }

    /// <summary>Trains on rows that the caller holds.</summary>
    /// <inheritdoc cref="Run(Dataset{TTarget}, ReadOnlySpan{int}, long, float)"/>
    internal bool Run(ReadOnlySpan<float> input, ReadOnlySpan<TTarget> targets, long step, float learningRate)
    {
        fixed (float* inputPointer = &MemoryMarshal.GetReference(input))
        fixed (TTarget* targetPointer = &MemoryMarshal.GetReference(targets))
        {
            _givenInput = inputPointer;
            _givenTargets = targetPointer;
            try
            {
                return Run(input.Length / _model.InputShape.Size, step, learningRate);
            }
            finally
            {
                _givenInput = null;
                _givenTargets = null;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void ITeamTask.Execute(int phase, int worker)
    {
        WorkQueue queue = _queues[phase];
        switch (_phases[phase])
        {
            case Phase.Prepare:
                while (queue.TryTake(worker, out int panel))
                    _workspace.Prepare(_work.Panels[panel].Layer, _work.Panels[panel].Index);
                break;
            case Phase.Rows:
                while (queue.TryTake(worker, _smallestBlock, _largestBlock, out int tile, out int tiles))
                    RunRows(worker, tile * StepWork.RowTile, tiles * StepWork.RowTile);
                break;
            case Phase.Gradients when _lossIsFinite:
                while (queue.TryTake(worker, out int slice))
                {
                    StepWork.Slice work = _work.Slices[slice];
                    if (_gradientsAreWritten)
                        _workspace.AccumulateGradients(work.Layer, work.Parameter, work.Start, work.Count, _rows);
                    else
                        UnwrittenGradients.Check(_workspace, _plan.Layers[work.Layer], work, _rows);
                }
                break;
            case Phase.Update when _lossIsFinite:
                _updateHasBegun = true;
                while (queue.TryTake(worker, out int range))
                    Update(_work.Ranges[range]);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// Goes through a step on the first rows of a dataset, short of the update: nothing changes, but all kernels are compiled for the shapes of this network. Once
    /// for each kind of data is enough; a native program has nothing to compile.
    /// </summary>
    internal void Rehearse(Dataset<TTarget> data)
    {
        (bool, Type) kind = (SkipsZeros, data.Features.GetType());
        if (_rehearsed == kind || !RuntimeFeature.IsDynamicCodeCompiled)
            return;
        _rehearsed = kind;
        int rows = Math.Min(BatchRows, data.Count);
        Dataset.Number(_rowIndices.AsSpan(0, rows), first: 0);
        RunOn(data, rows, step: 0, learningRate: 0, isRehearsal: true);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool RunOn(Dataset<TTarget> data, int rows, long step, float learningRate, bool isRehearsal = false)
    {
        _data = data;
        _features = data.Features.Resolve(_rowIndices.AsSpan(0, rows), _sampleIndices);
        try
        {
            return Run(rows, step, learningRate, isRehearsal);
        }
        finally
        {
            _data = null;
            _features = null;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Run(int rows, long step, float learningRate, bool isRehearsal = false)
    {
        // The update is the last phase.
        int phases = isRehearsal ? _phases.Length - 1 : _phases.Length;
        _rows = rows;
        _readsSamples = SkipsZeros && _plan.SkipsZeros && _features is not null && _features.Samples(_sampleIndices.AsSpan(0, 1)).IsGiven;
        _workspace.Begin(Samples(worker: 0, first: 0, rows: 1));
        (_smallestBlock, _largestBlock) = _work.BlocksFor(rows);
        _step = step;
        _learningRate = learningRate;
        _lossIsFinite = true;
        _weightsAreFinite = true;
        _updateHasBegun = false;
        for (int i = 0; i < _phases.Length; i++)
            _queues[i].Reset(ItemsOf(_phases[i]));

        // The optimizer's numbers move on only with a step that is taken: work on a copy until then.
        _state.Scalars.CopyTo(_scalarsBefore, 0);
        _optimizer.AdvanceScalars(_state.Scalars);
        bool completed = false;
        try
        {
            if (6.0 * _model.Store.Values.Length * rows < SmallestSharedWork)
                WorkerTeam.RunAlone(this, phases);
            else
                _team.Run(this, phases);
            _gradientsAreWritten |= _lossIsFinite;
            completed = _lossIsFinite && !isRehearsal;
            _updateHasBegun = false;
        }
        finally
        {
            if (!completed)
                _scalarsBefore.CopyTo(_state.Scalars, 0);
        }
        return _lossIsFinite && _weightsAreFinite;
    }

    private int ItemsOf(Phase phase) => phase switch
    {
        Phase.Prepare => _work.Panels.Length,
        Phase.Rows => StepWork.TilesOf(_rows),
        Phase.Gradients => _work.Slices.Length,
        _ => _work.Ranges.Length,
    };

    // Rows of the batch for a layer that leaves out their zeros, in the data with all rows behind them, else in tensor 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SampleRows Samples(int worker, int first, int rows) =>
        _readsSamples ? _features!.Samples(_sampleIndices.AsSpan(first, _rows - first)) : SkipsZeros ? _workspace.Samples(worker, first, rows) : default;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunRows(int worker, int first, int blockRows)
    {
        int rows = Math.Min(blockRows, _rows - first);
        Span<TTarget> targets = _targets.AsSpan(first * _targetWidth, rows * _targetWidth);
        if (_data is not null)
        {
            _data.Targets.Gather(_rowIndices.AsSpan(first, rows), targets);
            if (!_readsSamples)
                _features!.Gather(_sampleIndices.AsSpan(first, rows), _workspace.Activation(0, worker, first, rows));
        }
        else
        {
            Span<float> input = _workspace.Activation(0, worker, first, rows);
            new ReadOnlySpan<float>(_givenInput + (nint)first * _model.InputShape.Size, input.Length).CopyTo(input);
            new ReadOnlySpan<TTarget>(_givenTargets + (nint)first * _targetWidth, targets.Length).CopyTo(targets);
        }
        _scores.Loss.CheckTargets(targets, _model.OutputShape, first);

        _workspace.Forward(worker, first, rows, _step, Samples(worker, first, rows));
        Span<double> losses = _rowLosses.AsSpan(first, rows);
        int last = _plan.Layers.Length;
        Span<float> predictions = _workspace.Activation(last, worker, first, rows);
        _scores.Evaluate(
            rows,
            _workspace.Activation(last - 1, worker, first, rows),
            predictions,
            targets,
            losses,
            _workspace.Gradient(_plan.Called, worker, first, rows),
            gradientScale: 1f / _rows);
        if (!Sums.AreFinite(losses))
            _lossIsFinite = false;
        _scores.Measure(rows, predictions, targets, _rowMetrics, first);
        if (_lossIsFinite)
            _workspace.Backward(worker, first, rows, _step);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Update(StepWork.WeightRange range)
    {
        UpdatePass pass = new(
            _model.Store.Values.Span.Slice(range.Start, range.Length),
            _workspace.ParameterGradients.Span.Slice(range.Start, range.Length),
            _state.SlotPointers,
            range.Start,
            _state.Scalars,
            _learningRate,
            range.IsDecayed);
        if (!_optimizer.Update(pass))
            _weightsAreFinite = false;
    }
}
