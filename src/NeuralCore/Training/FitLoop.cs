using System.Diagnostics;
using System.Runtime.CompilerServices;
using NeuralCore.Data;
using NeuralCore.Models;
using NeuralCore.Randomness;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>The training and validation data of a fit.</summary>
internal sealed record FitData<TTarget>(Dataset<TTarget> Training, Dataset<TTarget>? Validation)
    where TTarget : unmanaged;

/// <summary>The loop of one fit: epochs of steps, with callbacks and progress reports between them.</summary>
internal sealed class FitLoop<TTarget>
    where TTarget : unmanaged
{
    private readonly TrainingState _training;
    private readonly FitData<TTarget> _data;
    private readonly FitOptions<TTarget> _options;
    private readonly FitState _state;
    private readonly LossAndMetrics<TTarget> _lossAndMetrics;
    private readonly TrainingStep<TTarget> _step;
    private readonly EvaluationStep<TTarget>? _validation;
    private readonly BatchPlan _batches;
    private readonly FitContext _context;
    private readonly Callback[] _callbacks;
    private readonly FitMonitor<TTarget>? _monitor;
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();

    internal FitLoop(
        TrainingState training, FitData<TTarget> data, FitOptions<TTarget> options, FitState state, FitContext context,
        LossAndMetrics<TTarget> lossAndMetrics, BatchPlan batches, TrainingStep<TTarget> step, EvaluationStep<TTarget>? validation)
    {
        _training = training;
        _data = data;
        _options = options;
        _state = state;
        _context = context;
        _lossAndMetrics = lossAndMetrics;
        _batches = batches;
        _step = step;
        _step.SkipsZeros = options.SkipZeros;
        _validation = validation;
        _monitor = options.Log is null ? null : new FitMonitor<TTarget>(options.Log, training, data, lossAndMetrics, options.Epochs);
        // Checkpoints are created after all other callbacks have been notified of the step or epoch, so that they contain their states.
        _callbacks =
        [
            .. options.Callbacks.Where(callback => !callback.RunsLast),
            .. options.Callbacks.Where(callback => callback.RunsLast),
        ];
    }

    private ModelLock Lock => _training.Model.Lock;

    internal TrainingHistory Run()
    {
        // So that JIT compilation is not part of any epoch's duration.
        _step.WarmUp(_data.Training);
        Begin();
        _monitor?.Begin();
        while (_state.History.Epochs.Count < _options.Epochs && !_context.IsStopping)
        {
            if (!RunEpoch(_state.History.Epochs.Count + 1))
                break;
            _training.EpochCount++;
            _state.NextEpoch();
        }
        TrainingHistory history = _state.History;
        // Not whether a callback asked for it: after a resumed last epoch nobody asks again.
        history.WasStopped = history.Epochs.Count < _options.Epochs;
        // Before callbacks restore the weights of another epoch.
        _monitor?.End(history);
        Call(history, static (callback, context, history) => callback.OnFitEnd(context, history));
        return history;
    }

    /// <summary>Ends the log, however the fit ended.</summary>
    internal void CloseLog() => _monitor?.Close();

    /// <summary>For evaluations after a fit with a log; null without.</summary>
    internal EvaluationCheck? EvaluationCheck => _monitor?.EvaluationCheck;

    // Restores the checkpoint that the fit resumes from, then notifies the callbacks. If one of them throws, nothing has changed.
    private void Begin()
    {
        Checkpoint? checkpoint = _options.ResumeFrom;
        TrainingSnapshot? before = checkpoint is null ? null : new TrainingSnapshot(_training);
        FitState? fitBefore = _training.Fit;
        _training.Fit = _state;
        try
        {
            if (checkpoint is not null)
                TrainerCheckpoint.Restore(checkpoint, _training);
            Call(0, static (callback, context, _) => callback.OnFitBegin(context));
            if (checkpoint?.Fit is { } record)
                _state.LoadCallbacks(record);
        }
        catch
        {
            before?.Restore();
            _training.Fit = fitBefore;
            throw;
        }
    }

    // Returns false if a callback stopped the fit before the epoch's last step.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool RunEpoch(int epoch)
    {
        OrderRows();
        if (!_state.EpochHasBegun)
        {
            Call(0, static (callback, context, _) => callback.OnEpochBegin(context));
            if (_context.IsStopping)
                return false;
            _state.EpochHasBegun = true;
        }
        while (_state.Batch < _batches.BatchCount)
        {
            _options.CancellationToken.ThrowIfCancellationRequested();
            _monitor?.BeforeStep();
            long start = Stopwatch.GetTimestamp();
            ReadOnlySpan<int> rows = _batches[_state.Batch];
            SetLearningRate();
            double sum = _step.Run(_data.Training, rows);
            _context.LastStepLoss = sum / rows.Length;
            _state.Sums.Add(sum, _step.Head);
            _state.Batch++;
            _state.Duration += Stopwatch.GetElapsedTime(start);
            if (_monitor is not null && _monitor.AfterStep())
                _monitor.Show(Progress(epoch), _state.Duration);
            ReportProgress(epoch);
            Call(0, static (callback, context, _) => callback.OnStepEnd(context));
            if (_context.IsStopping && _state.Batch < _batches.BatchCount)
                return false;
        }

        Evaluation? validation = Validate();
        Evaluation training = _state.Sums.Result(_lossAndMetrics);
        EpochResult result = new(
            _training.EpochCount + 1, training, validation, _state.Duration,
            _state.Sums.Rows / Math.Max(_state.Duration.TotalSeconds, 1e-9))
        {
            LearningRate = _training.LearningRate,
        };
        _state.Finished = result;
        _monitor?.EndEpoch(epoch, result);
        Call(result, static (callback, context, result) => callback.OnEpochEnd(context, result));
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SetLearningRate()
    {
        if (_options.Schedule is not { } schedule)
            return;
        long step = (long)_state.History.Epochs.Count * _batches.BatchCount + _state.Batch;
        _training.LearningRate = schedule.RateAt(_training.Optimizer.LearningRate, new SchedulePosition(step, _batches.BatchCount));
    }

    private Evaluation? Validate()
    {
        try
        {
            foreach (Callback callback in _callbacks)
                callback.OnValidationBegin(_context);
            return _data.Validation is null ? null : _validation!.Run(_data.Validation, _options.CancellationToken);
        }
        finally
        {
            foreach (Callback callback in _callbacks)
                callback.OnValidationEnd(_context);
        }
    }

    private void OrderRows()
    {
        Span<int> rows = _batches.BeginEpoch();
        if (_options.Shuffle)
            RandomStream.Derive((ulong)_training.Model.Seed, RandomPurpose.Shuffle).Shuffle(rows, (ulong)_training.EpochCount);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReportProgress(int epoch)
    {
        if (_options.Progress is not { } progress)
            return;
        Lock.IsBetweenSteps = true;
        try
        {
            progress.Report(Progress(epoch));
        }
        finally
        {
            Lock.IsBetweenSteps = false;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private FitProgress Progress(int epoch) => new()
    {
        Epoch = epoch,
        Epochs = _options.Epochs,
        Step = _state.Batch,
        StepsPerEpoch = _batches.BatchCount,
        Samples = _state.Sums.Rows,
        SamplesPerEpoch = _batches.SamplesPerEpoch,
        Loss = _state.Sums.Loss / _state.Sums.Rows,
        FirstMetric = _state.Sums.FirstMetric,
        LearningRate = _training.LearningRate,
        Elapsed = _elapsed.Elapsed,
    };

    // With static lambdas a step allocates nothing, callbacks or not.
    private void Call<TArgument>(TArgument argument, Action<Callback, FitContext, TArgument> call)
    {
        if (_callbacks.Length == 0)
            return;
        Lock.IsBetweenSteps = true;
        try
        {
            foreach (Callback callback in _callbacks)
                call(callback, _context, argument);
        }
        finally
        {
            Lock.IsBetweenSteps = false;
        }
    }
}
