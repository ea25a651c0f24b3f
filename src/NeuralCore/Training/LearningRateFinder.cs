using NeuralCore.Data;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Randomness;

namespace NeuralCore.Training;

/// <summary>
/// Finds a learning rate by a range test: a copy of the model is trained with a rate that rises exponentially from step to step, until the
/// smoothed loss diverges.
/// </summary>
/// <remarks>
/// <para>
/// In step i of n: <c>rate = from (to / from)^(i / (n - 1))</c>, a batch of its own, and <c>average = β average + (1 - β) loss</c>,
/// smoothed to <c>average / (1 - β^(i + 1))</c>. The test ends when that exceeds the lowest value so far times a factor, or when a loss or
/// a weight is not finite. Smoothing, limits and the suggestion are those of Lightning's <c>lr_find</c>.
/// </para>
/// <para>Source: Smith 2017, and the smoothing of Howard and Gugger's fastai.</para>
/// </remarks>
public static class LearningRateFinder
{
    // The first losses say little, since they are smoothed over few steps.
    internal const int SkippedAtStart = 10;
    internal const int SkippedAtEnd = 1;

    /// <summary>Runs the test on a copy of the trainer's model, with its optimizer, loss and seed; the trainer does not change.</summary>
    /// <typeparam name="TTarget">The target type of the loss.</typeparam>
    /// <param name="trainer">The trainer.</param>
    /// <param name="data">The training data.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentException">The data does not fit the model or the loss, or an option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is being trained, and this is not a callback of that training.</exception>
    public static LearningRateCurve Find<TTarget>(
        Trainer<TTarget> trainer, Dataset<TTarget> data, LearningRateFinderOptions? options = null)
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new LearningRateFinderOptions();
        options.Check();
        DataChecks.CheckAll(trainer.Model, trainer.LossAndMetrics, data);

        Sequential copy = trainer.Model.Clone();
        using Trainer<TTarget> test = copy.Compile(trainer.Optimizer, trainer.Loss);
        BatchPlan batches = new(data.Count, options.BatchSize, dropLast: false);
        float[] input = new float[batches.LargestBatch * data.InputShape.Size];
        TTarget[] targets = new TTarget[batches.LargestBatch * trainer.TargetWidth];
        List<LearningRatePoint> points = [];
        double average = 0;
        double power = 1;
        double lowest = double.PositiveInfinity;
        bool hasDiverged = false;
        for (int step = 0; step < options.Steps && !hasDiverged; step++)
        {
            if (step % batches.BatchCount == 0)
                OrderRows(copy, batches, step / batches.BatchCount);
            ReadOnlySpan<int> rows = batches[step % batches.BatchCount];
            Span<float> batchInput = input.AsSpan(0, rows.Length * data.InputShape.Size);
            Span<TTarget> batchTargets = targets.AsSpan(0, rows.Length * trainer.TargetWidth);
            data.Features.Gather(rows, batchInput);
            data.Targets.Gather(rows, batchTargets);
            test.LearningRate = options.RateOf(step);
            double loss;
            try
            {
                loss = test.TrainStep(batchInput, batchTargets, options.Threads);
            }
            catch (NonFiniteException)
            {
                hasDiverged = true;
                break;
            }
            average = options.Smoothing * average + (1 - options.Smoothing) * loss;
            power *= options.Smoothing;
            double smoothed = average / (1 - power);
            points.Add(new LearningRatePoint(test.LearningRate, loss, smoothed));
            hasDiverged = step > 1 && smoothed > options.DivergenceFactor * lowest;
            lowest = step == 1 ? smoothed : Math.Min(lowest, smoothed);
        }
        return new LearningRateCurve(points, hasDiverged);
    }

    // As a fit's epochs would.
    private static void OrderRows(Sequential model, BatchPlan batches, int epoch) =>
        RandomStream.Derive((ulong)model.Seed, RandomPurpose.Shuffle).Shuffle(batches.BeginEpoch(), (ulong)epoch);
}

/// <summary>Options of <see cref="LearningRateFinder"/>. All have defaults.</summary>
public sealed record LearningRateFinderOptions
{
    /// <summary>The rate of the first step; finite, above 0.</summary>
    public double From { get; init; } = 1e-8;

    /// <summary>The rate of the last step; finite, above <see cref="From"/>.</summary>
    public double To { get; init; } = 1;

    /// <summary>The number of steps, at least 2.</summary>
    public int Steps { get; init; } = 100;

    /// <summary>The number of rows in a step, at least 1; the one that training will use.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>The share β of the running mean of losses that a step keeps: at least 0, below 1.</summary>
    public double Smoothing { get; init; } = 0.98;

    /// <summary>The test ends when the smoothed loss exceeds the lowest so far times this; above 1.</summary>
    public double DivergenceFactor { get; init; } = 4;

    /// <summary>The number of threads, as in a fit.</summary>
    public int Threads { get; init; }

    internal float RateOf(int step) => (float)(From * Elementary.Pow(To / From, (double)step / (Steps - 1)));

    internal void Check()
    {
        SettingChecks.FiniteAndPositive(From, "The first rate");
        if (!(To > From && float.IsFinite((float)To)))
            throw new ArgumentOutOfRangeException(nameof(To), To, "The last rate must be finite and above the first.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Steps, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        if (!(Smoothing >= 0 && Smoothing < 1))
            throw new ArgumentOutOfRangeException(nameof(Smoothing), Smoothing, "The smoothing must be at least 0 and below 1.");
        if (!(DivergenceFactor > 1))
            throw new ArgumentOutOfRangeException(nameof(DivergenceFactor), DivergenceFactor, "The divergence factor must be above 1.");
        Trainer.CheckThreads(Threads, nameof(Threads));
    }
}
