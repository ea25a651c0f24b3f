using NeuralCore.Data;
using NeuralCore.Models;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>Looks at all that a fit needs, and changes nothing.</summary>
internal static class FitSetup
{
    /// <summary>The state that a fit starts from: the beginning, or where its checkpoint was made.</summary>
    /// <param name="training">The trainer's state.</param>
    /// <param name="scores">Loss and metrics.</param>
    /// <param name="data">The data as it was given.</param>
    /// <param name="batches">How the part of it that is trained on is cut into batches.</param>
    /// <param name="options">The fit's options.</param>
    /// <exception cref="ArgumentException">The checkpoint is of a training with other settings or data: each difference is named.</exception>
    internal static FitState Prepare<TTarget>(
        TrainingState training, LossAndMetrics<TTarget> scores, Dataset<TTarget> data, BatchPlan batches, FitOptions<TTarget> options)
        where TTarget : unmanaged
    {
        FitState fit = new(() => TrainerSettings.Of(scores, data, options), options.Callbacks, scores.Metrics.Length);
        // Data that may be gone by the first checkpoint are looked at now.
        if (!data.HoldsItsValues || options.Validation?.Data is { HoldsItsValues: false })
            _ = fit.Settings;
        if (options.ResumeFrom is not { } checkpoint)
            return fit;
        FitRecord record = checkpoint.Fit
            ?? throw new ArgumentException("The checkpoint was made outside a fit, so there is none to go on with. Give it to Restore, then fit.", nameof(options));
        CheckSame(
        [
            .. TrainerSettings.Differences(checkpoint.Settings, TrainerSettings.Of(training, scores.Loss)),
            .. TrainerSettings.Differences(record.Settings, fit.Settings),
            .. fit.MissingCallbacks(record).Select(name => $"callbacks: the state of {name} in the checkpoint, no such callback now"),
        ]);
        CheckPosition(record, batches, scores.Metrics.Length);
        TrainerCheckpoint.CheckArrays(checkpoint, training);
        fit.Load(record, scores.Metrics.Select(metric => metric.Name).ToArray());
        return fit;
    }

    /// <summary>Throws unless nothing differs.</summary>
    internal static void CheckSame(IEnumerable<string> differences)
    {
        string[] lines = differences.ToArray();
        if (lines.Length > 0)
        {
            throw new ArgumentException(
                $"The checkpoint cannot be resumed with other settings or data:{Environment.NewLine}{string.Join(Environment.NewLine, lines.Select(line => "  " + line))}");
        }
    }

    private static void CheckPosition(FitRecord record, BatchPlan batches, int metrics)
    {
        if (record.Sums.Length != 1 + metrics)
            throw new ArgumentException("The checkpoint's figures are not those of its metrics.");
        if (record.Batch > batches.BatchCount || record.Samples != Math.Min((long)record.Batch * batches.BatchSize, batches.SampleCount))
        {
            throw new ArgumentException(
                $"The checkpoint stands after {record.Batch} batches of {record.Samples} samples; an epoch of {batches.SampleCount} samples has "
                + $"{batches.BatchCount} batches of {batches.BatchSize}.");
        }
    }
}
