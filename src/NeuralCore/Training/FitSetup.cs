using NeuralCore.Data;
using NeuralCore.Models;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>Checks and prepares what a fit needs, without changing the trainer.</summary>
internal static class FitSetup
{
    /// <summary>The state that a fit starts from: that of a new fit, or the position at which its checkpoint was created.</summary>
    /// <param name="training">The trainer's state.</param>
    /// <param name="lossAndMetrics">Loss and metrics.</param>
    /// <param name="data">The data passed to the fit.</param>
    /// <param name="batches">The batches of its training part.</param>
    /// <param name="options">The fit's options.</param>
    /// <exception cref="ArgumentException">The checkpoint has other settings or data: each difference is named.</exception>
    internal static FitState Prepare<TTarget>(
        TrainingState training, LossAndMetrics<TTarget> lossAndMetrics, Dataset<TTarget> data, BatchPlan batches,
        FitOptions<TTarget> options)
        where TTarget : unmanaged
    {
        EpochSums sums = new(lossAndMetrics.CreateStates());
        sums.Reserve(batches.SamplesPerEpoch);
        FitState fit = new(() => TrainerSettings.Of(lossAndMetrics, data, options), options.Callbacks, sums);
        // Data that may be gone by the first checkpoint is digested now.
        if (!data.IsInMemory || options.Validation?.Data is { IsInMemory: false })
            _ = fit.Settings;
        if (options.ResumeFrom is not { } checkpoint)
            return fit;
        FitRecord record = checkpoint.Fit
            ?? throw new ArgumentException(
                "The checkpoint was created outside a fit, so there is no fit to resume. "
                + "Pass it to Restore, then call Fit.", nameof(options));
        CheckSame(
        [
            .. TrainerSettings.Differences(checkpoint.Settings, TrainerSettings.Of(training, lossAndMetrics.Loss)),
            .. TrainerSettings.Differences(record.Settings, fit.Settings),
            .. fit.MissingCallbacks(record).Select(name =>
                $"callbacks: the checkpoint has the state of {name}, the fit has no such callback"),
        ]);
        CheckPosition(record, batches, sums);
        TrainerCheckpoint.CheckArrays(checkpoint, training);
        fit.Load(record, lossAndMetrics.Metrics.Select(metric => metric.Name).ToArray());
        return fit;
    }

    /// <summary>Throws unless nothing differs.</summary>
    internal static void CheckSame(IEnumerable<string> differences)
    {
        string[] lines = differences.ToArray();
        if (lines.Length > 0)
        {
            throw new ArgumentException(
                $"The checkpoint cannot be resumed with other settings or data:{Environment.NewLine}"
                + $"{string.Join(Environment.NewLine, lines.Select(line => "  " + line))}");
        }
    }

    private static void CheckPosition(FitRecord record, BatchPlan batches, EpochSums sums)
    {
        IEnumerable<int> lengths = record.StateLengths ?? Enumerable.Repeat(1, record.Sums.Length - 1);
        if (!lengths.Select(length => (long)length).SequenceEqual(sums.Metrics.Select(metric => metric.LengthAfter(record.Samples))))
        {
            throw new ArgumentException("The checkpoint has sums for other metrics than the trainer's.");
        }
        if (record.Batch > batches.BatchCount || record.Samples != Math.Min((long)record.Batch * batches.BatchSize, batches.SampleCount))
        {
            throw new ArgumentException(
                $"The checkpoint was created after {record.Batch} batches with {record.Samples} samples; "
                + $"an epoch of {batches.SampleCount} samples has {batches.BatchCount} batches of {batches.BatchSize}.");
        }
    }
}
