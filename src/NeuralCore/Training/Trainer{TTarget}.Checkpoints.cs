using System.Runtime.CompilerServices;
using NeuralCore.Data;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <content>Checkpoints: making them, and going on from them.</content>
public sealed partial class Trainer<TTarget>
{
    /// <inheritdoc/>
    public override Checkpoint CreateCheckpoint()
    {
        if (Volatile.Read(ref _userThread) == Environment.CurrentManagedThreadId)
            return MakeCheckpoint();
        Model.Lock.EnterPrediction();
        try
        {
            EnterUse();
            try
            {
                return MakeCheckpoint();
            }
            finally
            {
                ExitUse();
            }
        }
        finally
        {
            Model.Lock.ExitPrediction();
        }
    }

    /// <inheritdoc/>
    public override void Restore(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        EnterTraining();
        try
        {
            CheckSame(TrainerSettings.Differences(checkpoint.Settings, TrainerSettings.Of(Model, Optimizer, Loss)));
            TakeOver(checkpoint);
            _fit = null;
        }
        finally
        {
            ExitTraining();
        }
    }

    /// <summary>Takes a step and notes whether it left the weights half updated.</summary>
    /// <inheritdoc cref="TrainingStep{TTarget}.Run(Dataset{TTarget}, ReadOnlySpan{int}, long, float)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool RunStep(TrainingStep<TTarget> step, Dataset<TTarget> data, ReadOnlySpan<int> rows)
    {
        _isInStep = true;
        try
        {
            return step.Run(data, rows, StepCount, LearningRate);
        }
        finally
        {
            EndStep(step);
        }
    }

    /// <summary>
    /// Begins a fit: takes the checkpoint over that it goes on from, then calls the callbacks. If one of them throws, what the checkpoint brought is taken back.
    /// </summary>
    /// <param name="fit">The fit's state, which knows its checkpoint to fit.</param>
    /// <param name="checkpoint">Where to go on; null for a fit from the beginning.</param>
    /// <param name="callbacks">Calls the callbacks.</param>
    internal void BeginFit(FitState fit, Checkpoint? checkpoint, Action callbacks)
    {
        (FitState? fitBefore, bool wasHalfUpdated) = (_fit, _isHalfUpdated);
        TrainerSnapshot? before = checkpoint is null ? null : new TrainerSnapshot(this, _state);
        _fit = fit;
        try
        {
            if (checkpoint is not null)
                TakeOver(checkpoint);
            callbacks();
        }
        catch
        {
            _fit = fitBefore;
            if (before is not null)
            {
                before.Restore();
                (StepCount, EpochCount, LearningRate, _isHalfUpdated) = (before.Step, before.Epoch, before.LearningRate, wasHalfUpdated);
            }
            throw;
        }
    }

    /// <summary>Looks at all that a fit needs, and changes nothing.</summary>
    /// <param name="data">The data as it was given.</param>
    /// <param name="trainingRows">How many rows of it are trained on.</param>
    /// <param name="options">The fit's options.</param>
    private FitState PrepareFit(Dataset<TTarget> data, int trainingRows, FitOptions<TTarget> options)
    {
        FitState fit = new(() => TrainerSettings.Of(this, data, options), options.Callbacks, Scores.Metrics.Length);
        // Data that may be gone by the first checkpoint are looked at now.
        if (!data.HoldsItsValues || options.Validation?.Data is { HoldsItsValues: false })
            _ = fit.Settings;
        if (options.ResumeFrom is not { } checkpoint)
            return fit;
        FitRecord record = checkpoint.Fit
            ?? throw new ArgumentException("The checkpoint was made outside a fit, so there is none to go on with. Give it to Restore, then fit.", nameof(options));
        CheckSame(
        [
            .. TrainerSettings.Differences(checkpoint.Settings, TrainerSettings.Of(Model, Optimizer, Loss)),
            .. TrainerSettings.Differences(record.Settings, fit.Settings),
            .. fit.MissingCallbacks(record).Select(name => $"callbacks: the state of {name} in the checkpoint, no such callback now"),
        ]);
        if (record.Sums.Length != 1 + Scores.Metrics.Length)
            throw new ArgumentException("The checkpoint's figures are not those of its metrics.", nameof(options));
        int batches = BatchPlan.CountBatches(trainingRows, options.BatchSize, options.DropLastBatch);
        if (record.Batch > batches || record.Samples != Math.Min((long)record.Batch * options.BatchSize, trainingRows))
        {
            throw new ArgumentException(
                $"The checkpoint stands after {record.Batch} batches of {record.Samples} samples; an epoch of {trainingRows} samples has {batches} batches of {options.BatchSize}.",
                nameof(options));
        }
        TrainerCheckpoint.CheckArrays(checkpoint, this, _state);
        fit.Load(record, Scores.Metrics.Select(metric => metric.Name).ToArray());
        return fit;
    }

    private void TakeOver(Checkpoint checkpoint)
    {
        TrainerCheckpoint.CheckArrays(checkpoint, this, _state);
        TrainerCheckpoint.Restore(checkpoint, Model, _state);
        StepCount = checkpoint.Step;
        EpochCount = checkpoint.Epoch;
        LearningRate = checkpoint.LearningRate;
        _isHalfUpdated = false;
    }

    private Checkpoint MakeCheckpoint()
    {
        if (_isInStep)
            throw new InvalidOperationException("A checkpoint is made between steps, not in the middle of one.");
        if (_isHalfUpdated)
            throw new InvalidOperationException("A step failed in the middle of its update, so the weights belong to no step. Resume from an earlier checkpoint.");
        return TrainerCheckpoint.Make(this, _state, Loss.ToString(), _fit);
    }

    private static void CheckSame(IEnumerable<string> differences)
    {
        string[] lines = differences.ToArray();
        if (lines.Length > 0)
        {
            throw new ArgumentException(
                $"The checkpoint cannot be resumed with other settings or data:{Environment.NewLine}{string.Join(Environment.NewLine, lines.Select(line => "  " + line))}");
        }
    }

    private bool RunStep(TrainingStep<TTarget> step, ReadOnlySpan<float> input, ReadOnlySpan<TTarget> targets)
    {
        _isInStep = true;
        try
        {
            return step.Run(input, targets, StepCount, LearningRate);
        }
        finally
        {
            EndStep(step);
        }
    }

    private void EndStep(TrainingStep<TTarget> step)
    {
        _isInStep = false;
        _isHalfUpdated |= step.IsHalfUpdated;
    }
}
