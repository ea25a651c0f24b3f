using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Optimizers;

namespace NeuralCore.Training;

/// <summary>
/// One training step in phases: packing, rows forward and backward, parameter gradients, their norm if the optimizer needs it, update.
/// docs/architecture.md describes the phases and why no partition of them can change a bit.
/// </summary>
internal sealed unsafe class TrainingStep<TTarget> : ITeamTask
    where TTarget : unmanaged
{
    // With less work than this, a phase ends before a second thread has woken up.
    private const double SmallestSharedWork = 2e6;

    private readonly TrainingState _state;
    private readonly ExecutionPlan _plan;
    private readonly Workspace _workspace;
    private readonly WorkerTeam _team;
    private readonly StepPartition _partition;
    private readonly StepPhase[] _phases;
    private readonly WorkQueue[] _queues;
    private readonly Batch<TTarget> _batch;
    private readonly LossHead<TTarget> _head;
    private readonly RowRunner<TTarget> _runner;
    private readonly double[] _stepStateBefore;
    private readonly double[] _chunkSquares;
    private (int Smallest, int Largest) _blocks;
    private (bool SkipsZeros, Type Features)? _warmedUp;
    private float _learningRate;
    private volatile bool _weightsAreFinite;
    private volatile bool _updateHasBegun;
    private volatile bool _gradientsAreWritten;

    internal TrainingStep(TrainingState state, LossAndMetrics<TTarget> lossAndMetrics, WorkerTeam team, int batchRows)
    {
        _state = state;
        _team = team;
        Sequential model = state.Model;
        _plan = ExecutionPlan.ForTraining(model.ExpandedLayers, model.InputShape.Size, lossAndMetrics.FusesLastLayer);
        _partition = new StepPartition(_plan, team.Workers);
        int blockRows = _partition.BlocksFor(batchRows).Largest * StepPartition.RowTile;
        _workspace = new Workspace(_plan, model.Store.Values.Length, batchRows, blockRows, team.Workers);
        _batch = new Batch<TTarget>(batchRows, model.InputShape.Size, lossAndMetrics.TargetWidth);
        _head = new LossHead<TTarget>(lossAndMetrics, model.OutputShape, _batch, blockRows, team.Workers);
        _runner = new RowRunner<TTarget>(_plan, _workspace, _batch, _head);
        _stepStateBefore = new double[state.OptimizerState.StepState.Length];
        _chunkSquares = state.Optimizer.NeedsGradientNorm ? new double[_partition.Chunks.Length] : [];
        _phases = StepPhase.Of(_plan, state.Optimizer.NeedsGradientNorm, hasPanels: _partition.Panels.Length > 0);
        _queues = _phases.Select(_ => new WorkQueue(team.Workers)).ToArray();
    }

    /// <summary>The largest batch that fits.</summary>
    internal int BatchRows => _batch.Capacity;

    /// <summary>Whether products skip zeros of the data.</summary>
    internal bool SkipsZeros { get; set; } = true;

    /// <summary>Losses and metrics of the last step's rows.</summary>
    internal LossHead<TTarget> Head => _head;

    /// <summary>The gradient of a parameter in the last step.</summary>
    internal ReadOnlySpan<float> GradientOf(Parameter parameter) =>
        _workspace.ParameterGradients.Span.Slice(parameter.Offset, parameter.Shape.Size);

    /// <summary>Takes a step on rows of a data set.</summary>
    /// <returns>The sum of the rows' losses.</returns>
    /// <exception cref="NonFiniteException">
    /// The loss or a weight is not finite. With a non-finite loss the weights are those from before the step.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal double Run(Dataset<TTarget> data, ReadOnlySpan<int> rows)
    {
        _batch.Take(data, rows, _state.EpochCount);
        RunPhases(_phases.Length);
        return Finish();
    }

    /// <summary>Takes a step on rows in the caller's memory; without weights, their span is empty.</summary>
    /// <inheritdoc cref="Run(Dataset{TTarget}, ReadOnlySpan{int})"/>
    internal double Run(ReadOnlySpan<float> input, ReadOnlySpan<TTarget> targets, ReadOnlySpan<float> weights)
    {
        fixed (float* inputPointer = &MemoryMarshal.GetReference(input), weightPointer = weights)
        fixed (TTarget* targetPointer = &MemoryMarshal.GetReference(targets))
        {
            _batch.Take(inputPointer, targetPointer, weightPointer, input.Length / _state.Model.InputShape.Size);
            RunPhases(_phases.Length);
            return Finish();
        }
    }

    /// <summary>
    /// Runs a step without its update on the first rows of a data set, so that all kernels are compiled for this network's shapes; nothing
    /// else changes. Done once for each kind of data, and not in a native program.
    /// </summary>
    internal void WarmUp(Dataset<TTarget> data)
    {
        (bool, Type) kind = (SkipsZeros, data.Features.GetType());
        if (_warmedUp == kind || !RuntimeFeature.IsDynamicCodeCompiled)
            return;
        _warmedUp = kind;
        _batch.TakeFrom(data, 0, Math.Min(BatchRows, data.Count), _state.EpochCount);
        RunPhases(_phases.Length - 1);
        _runner.End();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void ITeamTask.Execute(int phase, int worker)
    {
        WorkQueue queue = _queues[phase];
        StepPhase current = _phases[phase];
        switch (current.Kind)
        {
            case PhaseKind.Pack:
                while (queue.TryTake(worker, out int panel))
                    _workspace.Pack(_partition.Panels[panel].Layer, _partition.Panels[panel].Index);
                break;
            case PhaseKind.Rows:
                while (queue.TryTake(worker, _blocks.Smallest, _blocks.Largest, out int tile, out int tiles))
                {
                    int first = tile * StepPartition.RowTile;
                    _runner.Run(current.Index, worker, first, Math.Min(tiles * StepPartition.RowTile, _batch.Count - first));
                }
                break;
            case PhaseKind.Reduce when _runner.IsFinite:
                while (queue.TryTake(worker, out int columns))
                    Reduce(current, columns, worker);
                break;
            case PhaseKind.Gradients when _runner.IsFinite:
                while (queue.TryTake(worker, out int slice))
                    ComputeGradient(_partition.Slices[slice], worker);
                break;
            case PhaseKind.Norm when _runner.IsFinite:
                while (queue.TryTake(worker, out int chunk))
                    _chunkSquares[chunk] = GradientNorm.Squares(_workspace.ParameterGradients.Span, _partition.Chunks[chunk]);
                break;
            case PhaseKind.Update when _runner.IsFinite:
                _updateHasBegun = true;
                // Each worker sums the chunks itself, in order.
                double norm = Math.Sqrt(Sums.InOrder(_chunkSquares));
                while (queue.TryTake(worker, out int item))
                    Update(item, norm);
                break;
            default:
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Finish()
    {
        try
        {
            double sum = Sums.InOrder(_head.RowLosses);
            if (!_runner.IsFinite || !_weightsAreFinite)
                throw NonFinite(sum / _batch.Count);
            _state.StepCount++;
            return sum;
        }
        finally
        {
            _runner.End();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunPhases(int phases)
    {
        _runner.Begin(_state.StepCount, SkipsZeros);
        _blocks = _partition.BlocksFor(_batch.Count);
        _learningRate = _state.LearningRate;
        _weightsAreFinite = true;
        _updateHasBegun = false;
        for (int i = 0; i < _phases.Length; i++)
            _queues[i].Reset(ItemsOf(_phases[i]));

        // The step state advances only if the step completes; otherwise it is restored.
        double[] stepState = _state.OptimizerState.StepState;
        stepState.CopyTo(_stepStateBefore, 0);
        _state.Optimizer.AdvanceStepState(stepState);
        bool completed = false;
        try
        {
            if (6.0 * _state.Model.Store.Values.Length * _batch.Count < SmallestSharedWork)
                WorkerTeam.RunAlone(this, phases);
            else
                _team.Run(this, phases);
            _gradientsAreWritten |= _runner.IsFinite;
            completed = _runner.IsFinite && phases == _phases.Length;
            _updateHasBegun = false;
        }
        catch
        {
            _runner.End();
            throw;
        }
        finally
        {
            if (!completed)
                _stepStateBefore.CopyTo(stepState, 0);
            _state.IsHalfUpdated |= _updateHasBegun;
        }
    }

    private int ItemsOf(StepPhase phase) => phase.Kind switch
    {
        PhaseKind.Pack => _partition.Panels.Length,
        PhaseKind.Rows => StepPartition.TilesOf(_batch.Count),
        PhaseKind.Reduce => _partition.ColumnBlocksOf(phase.Layer),
        PhaseKind.Gradients => _partition.Slices.Length,
        PhaseKind.Norm => _partition.Chunks.Length,
        _ => _partition.Ranges.Length + _partition.Statistics.Length,
    };

    private void Reduce(StepPhase phase, int columns, int worker)
    {
        int start = columns * StepPartition.ColumnBlock;
        int count = Math.Min(StepPartition.ColumnBlock, _plan.Sizes[phase.Layer] - start);
        _workspace.Reduce(phase.Layer, phase.IsBackward, start, count, _batch.Count, worker);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ComputeGradient(StepPartition.Slice slice, int worker)
    {
        if (_gradientsAreWritten)
            _workspace.ComputeParameterGradients(slice.Layer, slice.Parameter, slice.Start, slice.Count, _batch.Count, worker);
        else
            UnwrittenGradients.Check(_workspace, _plan.Layers[slice.Layer], slice, _batch.Count, worker);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Update(int item, double norm)
    {
        if (item >= _partition.Ranges.Length)
        {
            _workspace.UpdateStatistics(_partition.Statistics[item - _partition.Ranges.Length], _batch.Count);
            return;
        }
        StepPartition.WeightRange range = _partition.Ranges[item];
        int start = range.Parameter.Offset + range.Start;
        UpdatePass pass = new(
            range.Parameter,
            range.Start,
            _state.Model.Store.Values.Span.Slice(start, range.Length),
            _workspace.ParameterGradients.Span.Slice(start, range.Length),
            _state.OptimizerState.SlotPointers,
            _state.OptimizerState.StepState,
            _learningRate,
            norm);
        if (!_state.Optimizer.Apply(pass))
            _weightsAreFinite = false;
    }

    private NonFiniteException NonFinite(double loss)
    {
        float[] input = new float[_batch.Count * _state.Model.InputShape.Size];
        _batch.GatherInput(0, _batch.Count, input);
        return NonFiniteReport.Make(_state.Model, loss, input, _state.StepCount + 1, _state.LearningRate, _state.EpochCount);
    }
}
