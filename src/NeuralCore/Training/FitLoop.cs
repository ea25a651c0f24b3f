using System.Diagnostics;
using System.Runtime.CompilerServices;
using NeuralCore.Data;
using NeuralCore.Models;
using NeuralCore.Randomness;

namespace NeuralCore.Training;

/// <summary>The loop of one fit: epochs of steps, with what listens along the way.</summary>
internal sealed class FitLoop<TTarget>
    where TTarget : unmanaged
{
    private readonly Trainer<TTarget> _trainer;
    private readonly Dataset<TTarget> _training;
    private readonly Dataset<TTarget>? _validation;
    private readonly FitOptions<TTarget> _options;
    private readonly FitState _state;
    private readonly TrainingStep<TTarget> _step;
    private readonly BatchPlan _batches;
    private readonly FitContext _context;
    private readonly Callback[] _callbacks;
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();

    internal FitLoop(Trainer<TTarget> trainer, Dataset<TTarget> training, Dataset<TTarget>? validation, FitOptions<TTarget> options, FitState state)
    {
        _trainer = trainer;
        _training = training;
        _validation = validation;
        _options = options;
        _state = state;
        _batches = new BatchPlan(training.Count, options.BatchSize, options.DropLastBatch);
        _step = trainer.PrepareStep(_batches.LargestBatch, options.Threads);
        _step.SkipsZeros = options.SkipZeros;
        _context = new FitContext(trainer, options.Epochs, options.ResumeFrom is not null);
        // A checkpoint is made when all others have heard of the step or epoch, so that their states are in it.
        _callbacks = [.. options.Callbacks.Where(callback => !callback.RunsLast), .. options.Callbacks.Where(callback => callback.RunsLast)];
    }

    private Sequential Model => _trainer.Model;

    internal TrainingHistory Run()
    {
        // Compiling belongs to no epoch's time.
        _step.Rehearse(_training);
        _trainer.BeginFit(_state, _options.ResumeFrom, () =>
        {
            Call(0, static (callback, context, _) => callback.OnFitBegin(context));
            if (_options.ResumeFrom?.Fit is { } record)
                _state.LoadCallbacks(record);
        });
        while (_state.History.Epochs.Count < _options.Epochs && !_context.IsStopping)
        {
            if (!RunEpoch(_state.History.Epochs.Count + 1))
                break;
            _trainer.CountEpoch();
            _state.NextEpoch();
        }
        TrainingHistory history = _state.History;
        history.WasStopped = _context.IsStopping;
        Call(history, static (callback, context, history) => callback.OnFitEnd(context, history));
        return history;
    }

    // False when a callback stopped the fit before the epoch's last step.
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
            RunStep();
            _options.Progress?.Report(Progress(epoch));
            Call(0, static (callback, context, _) => callback.OnStepEnd(context));
            if (_context.IsStopping && _state.Batch < _batches.BatchCount)
                return false;
        }

        Evaluation? validation = _validation is null ? null : _trainer.RunEvaluation(_validation, _options.CancellationToken);
        Evaluation training = _trainer.Scores.Average(_state.LossSum, _state.MetricSums, _state.Samples);
        EpochResult result = new(
            _trainer.EpochCount + 1, training, validation, _state.Duration, _state.Samples / Math.Max(_state.Duration.TotalSeconds, 1e-9));
        _state.Finished = result;
        Call(result, static (callback, context, result) => callback.OnEpochEnd(context, result));
        return true;
    }

    private void OrderRows()
    {
        Span<int> rows = _batches.BeginEpoch();
        if (_options.Shuffle)
            RandomStream.Derive((ulong)Model.Seed, RandomPurpose.Shuffle).Shuffle(rows, (ulong)_trainer.EpochCount);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunStep()
    {
        long start = Stopwatch.GetTimestamp();
        ReadOnlySpan<int> rows = _batches[_state.Batch];
        bool isFinite = _trainer.RunStep(_step, _training, rows);
        double sum = Sums.InOrder(_step.RowLosses);
        if (!isFinite)
        {
            float[] input = new float[rows.Length * Model.InputShape.Size];
            _training.Features.Gather(rows, input);
            throw _trainer.NonFinite(sum / rows.Length, input);
        }
        _trainer.CountStep();
        _context.LastStepLoss = sum / rows.Length;
        _state.LossSum += sum;
        for (int i = 0; i < _state.MetricSums.Length; i++)
            _state.MetricSums[i] += Sums.InOrder(_step.RowMetrics(i));
        _state.Samples += rows.Length;
        _state.Batch++;
        _state.Duration += Stopwatch.GetElapsedTime(start);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private FitProgress Progress(int epoch) => new()
    {
        Epoch = epoch,
        Epochs = _options.Epochs,
        Step = _state.Batch,
        StepsPerEpoch = _batches.BatchCount,
        Samples = _state.Samples,
        SamplesPerEpoch = _batches.SamplesPerEpoch,
        Loss = _state.LossSum / _state.Samples,
        FirstMetric = _state.MetricSums.Length == 0 ? double.NaN : _state.MetricSums[0] / _state.Samples,
        Elapsed = _elapsed.Elapsed,
    };

    // With static lambdas a step allocates nothing, callbacks or not.
    private void Call<TArgument>(TArgument argument, Action<Callback, FitContext, TArgument> call)
    {
        if (_callbacks.Length == 0)
            return;
        Model.Lock.IsBetweenSteps = true;
        try
        {
            foreach (Callback callback in _callbacks)
                call(callback, _context, argument);
        }
        finally
        {
            Model.Lock.IsBetweenSteps = false;
        }
    }
}
