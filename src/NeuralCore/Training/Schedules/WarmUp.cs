namespace NeuralCore.Training;

/// <summary>
/// Rises linearly before another schedule: <c>start + (f - start) t / T</c> in step t below T, f being the first factor of the schedule
/// that follows and begins at T.
/// </summary>
/// <remarks>
/// Source: Goyal et al. 2017. Keras' <c>warmup_steps</c> with a <c>warmup_target</c>; PyTorch's LinearLR in front of another in a
/// SequentialLR. With a start factor of 0 the first step changes nothing; PyTorch starts at 1/3 by default.
/// </remarks>
public sealed class WarmUp : LearningRateSchedule
{
    /// <summary>Describes the schedule.</summary>
    /// <param name="duration">The time T until the schedule that follows begins.</param>
    /// <param name="next">The schedule that follows; null for the optimizer's rate.</param>
    /// <param name="startFactor">The factor of the first step: finite, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is out of range.</exception>
    public WarmUp(ScheduleDuration duration, LearningRateSchedule? next = null, double startFactor = 0)
    {
        Duration = duration.Check(nameof(duration));
        Next = next ?? new ConstantRate();
        StartFactor = CheckFactor(startFactor, nameof(startFactor));
    }

    /// <summary>The time until the schedule that follows begins.</summary>
    public ScheduleDuration Duration { get; }

    /// <summary>The schedule that follows.</summary>
    public LearningRateSchedule Next { get; }

    /// <summary>The factor of the first step.</summary>
    public double StartFactor { get; }

    /// <inheritdoc/>
    public override double FactorAt(SchedulePosition position)
    {
        long duration = Duration.Steps(position.StepsPerEpoch);
        if (position.Step >= duration)
            return Next.FactorAt(position.After(Duration));
        double target = Next.FactorAt(position with { Step = 0 });
        return StartFactor + (target - StartFactor) * position.Step / duration;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"WarmUp(duration: {Duration}, startFactor: {StartFactor}), then {Next}");
}
