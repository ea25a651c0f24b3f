using System.Diagnostics;
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
    private readonly TrainingStep<TTarget> _step;
    private readonly BatchPlan _batches;
    private readonly FitContext _context;
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private readonly double[] _metricSums;
    private double _lossSum;
    private int _samples;

    internal FitLoop(Trainer<TTarget> trainer, Dataset<TTarget> training, Dataset<TTarget>? validation, FitOptions<TTarget> options)
    {
        _trainer = trainer;
        _training = training;
        _validation = validation;
        _options = options;
        _batches = new BatchPlan(training.Count, options.BatchSize, options.DropLastBatch);
        _step = trainer.PrepareStep(_batches.LargestBatch, options.Threads);
        _step.SkipsZeros = options.SkipZeros;
        _context = new FitContext(trainer, options.Epochs);
        _metricSums = new double[trainer.Metrics.Count];
    }

    private Sequential Model => _trainer.Model;

    internal TrainingHistory Run()
    {
        TrainingHistory history = new();
        Call(0, static (callback, context, _) => callback.OnFitBegin(context));
        for (int epoch = 1; epoch <= _options.Epochs && !_context.IsStopping; epoch++)
        {
            if (RunEpoch(epoch) is not { } result)
                break;
            _trainer.CountEpoch();
            history.Add(result);
        }
        history.WasStopped = _context.IsStopping;
        Call(history, static (callback, context, history) => callback.OnFitEnd(context, history));
        return history;
    }

    // Null when a callback stopped the fit before the epoch's last step.
    private EpochResult? RunEpoch(int epoch)
    {
        BeginEpoch();
        Call(0, static (callback, context, _) => callback.OnEpochBegin(context));
        if (_context.IsStopping)
            return null;
        long trainingTicks = 0;
        for (int batch = 0; batch < _batches.BatchCount; batch++)
        {
            _options.CancellationToken.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            RunStep(batch);
            trainingTicks += Stopwatch.GetTimestamp() - start;
            _options.Progress?.Report(Progress(epoch, batch + 1));
            Call(0, static (callback, context, _) => callback.OnStepEnd(context));
            if (_context.IsStopping && batch + 1 < _batches.BatchCount)
                return null;
        }

        Evaluation? validation = _validation is null ? null : _trainer.RunEvaluation(_validation, _options.CancellationToken);
        TimeSpan duration = TimeSpan.FromSeconds((double)trainingTicks / Stopwatch.Frequency);
        Evaluation training = new(_lossSum / _samples, _trainer.Metrics.Select((metric, i) => new MetricValue(metric.Name, _metricSums[i] / _samples)));
        EpochResult result = new(_trainer.EpochCount + 1, training, validation, duration, _samples / Math.Max(duration.TotalSeconds, 1e-9));
        Call(result, static (callback, context, result) => callback.OnEpochEnd(context, result));
        return result;
    }

    private void BeginEpoch()
    {
        Span<int> rows = _batches.BeginEpoch();
        if (_options.Shuffle)
            RandomStream.Derive((ulong)Model.Seed, RandomPurpose.Shuffle).Shuffle(rows, (ulong)_trainer.EpochCount);
        _lossSum = 0;
        _samples = 0;
        Array.Clear(_metricSums);
    }

    private void RunStep(int batch)
    {
        ReadOnlySpan<int> rows = _batches[batch];
        bool isFinite = _step.Run(_training, rows, _trainer.StepCount, _trainer.LearningRate);
        double sum = Sums.InOrder(_step.RowLosses);
        if (!isFinite)
        {
            float[] input = new float[rows.Length * Model.InputShape.Size];
            _training.Features.Gather(rows, input);
            throw _trainer.NonFinite(sum / rows.Length, input);
        }
        _trainer.CountStep();
        _context.LastStepLoss = sum / rows.Length;
        _lossSum += sum;
        for (int i = 0; i < _metricSums.Length; i++)
            _metricSums[i] += Sums.InOrder(_step.RowMetrics(i));
        _samples += rows.Length;
    }

    private FitProgress Progress(int epoch, int step) => new()
    {
        Epoch = epoch,
        Epochs = _options.Epochs,
        Step = step,
        StepsPerEpoch = _batches.BatchCount,
        Samples = _samples,
        SamplesPerEpoch = _batches.SamplesPerEpoch,
        Loss = _lossSum / _samples,
        FirstMetric = _metricSums.Length == 0 ? double.NaN : _metricSums[0] / _samples,
        Elapsed = _elapsed.Elapsed,
    };

    // With static lambdas a step allocates nothing, callbacks or not.
    private void Call<TArgument>(TArgument argument, Action<Callback, FitContext, TArgument> call)
    {
        if (_options.Callbacks.Count == 0)
            return;
        Model.Lock.IsBetweenSteps = true;
        try
        {
            for (int i = 0; i < _options.Callbacks.Count; i++)
                call(_options.Callbacks[i], _context, argument);
        }
        finally
        {
            Model.Lock.IsBetweenSteps = false;
        }
    }
}
