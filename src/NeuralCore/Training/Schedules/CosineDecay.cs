using NeuralCore.Numerics;

namespace NeuralCore.Training;

/// <summary>
/// Falls from 1 to an end factor along half a cosine: <c>end + (1 - end)(1 + cos(π t / T)) / 2</c> in step t, and stays there after T. With
/// restarts it begins anew after T instead, each time <c>restartGrowth</c> times as long.
/// </summary>
/// <remarks>
/// Source: Loshchilov and Hutter 2017 (SGDR). Keras' CosineDecay and, with restarts, CosineDecayRestarts with <c>t_mul</c> (and
/// <c>m_mul</c> 1); PyTorch's CosineAnnealingLR up to T, and CosineAnnealingWarmRestarts.
/// </remarks>
public sealed class CosineDecay : LearningRateSchedule
{
    /// <summary>Describes the schedule.</summary>
    /// <param name="duration">The time T from the start to the end factor.</param>
    /// <param name="endFactor">The factor at the end ("alpha" in Keras): finite, at least 0.</param>
    /// <param name="restarts">Whether the rate begins anew at the end.</param>
    /// <param name="restartGrowth">With restarts: how many times as long as the one before each decay is; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor or the growth is out of range.</exception>
    public CosineDecay(ScheduleDuration duration, double endFactor = 0, bool restarts = false, int restartGrowth = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(restartGrowth, 1);
        Duration = duration.Check(nameof(duration));
        EndFactor = CheckFactor(endFactor, nameof(endFactor));
        Restarts = restarts;
        RestartGrowth = restartGrowth;
    }

    /// <summary>The time from the start to the end factor.</summary>
    public ScheduleDuration Duration { get; }

    /// <summary>The factor at the end.</summary>
    public double EndFactor { get; }

    /// <summary>Whether the rate begins anew at the end.</summary>
    public bool Restarts { get; }

    /// <summary>How many times as long as the one before each decay is.</summary>
    public int RestartGrowth { get; }

    /// <inheritdoc/>
    public override double FactorAt(SchedulePosition position)
    {
        long duration = Duration.Steps(position.StepsPerEpoch);
        long step = position.Step;
        if (Restarts && RestartGrowth == 1)
            step %= duration;
        while (Restarts && step >= duration)
        {
            step -= duration;
            duration *= RestartGrowth;
        }
        return EndFactor + (1 - EndFactor) * HalfCosine((double)Math.Min(step, duration) / duration);
    }

    /// <summary>From 1 at 0 to 0 at 1.</summary>
    internal static double HalfCosine(double part) => (1 + Elementary.Cos(Math.PI * part)) / 2;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"CosineDecay(duration: {Duration}, endFactor: {EndFactor}, restarts: {Restarts}, restartGrowth: {RestartGrowth})");
}
