namespace NeuralCore.Training;

/// <summary>
/// One cycle: half a cosine up from <c>start</c> to the optimizer's rate, then half a cosine down to <c>end</c>, over T steps. The first
/// part ends after <c>warmUpShare T - 1</c> steps and the second in the last step, T - 1; the end factor holds after that.
/// </summary>
/// <remarks>
/// Source: Smith and Topin 2018. PyTorch's OneCycleLR with cosines and two phases, where the optimizer's rate is <c>max_lr</c>,
/// <c>pct_start</c> is the share, the start is 1 / <c>div_factor</c> and the end 1 / (<c>div_factor</c> <c>final_div_factor</c>). The
/// momentum is not cycled.
/// </remarks>
public sealed class OneCycle : LearningRateSchedule
{
    /// <summary>Describes the schedule; the defaults are PyTorch's.</summary>
    /// <param name="duration">The time T of the whole cycle; usually the fit's.</param>
    /// <param name="warmUpShare">The share of the time in which the rate rises: above 0, below 1.</param>
    /// <param name="startFactor">The factor of the first step: finite, at least 0.</param>
    /// <param name="endFactor">The factor of the last step: finite, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share or a factor is out of range.</exception>
    public OneCycle(ScheduleDuration duration, double warmUpShare = 0.3, double startFactor = 1 / 25.0, double endFactor = 1 / 25e4)
    {
        Duration = duration.Check(nameof(duration));
        if (!(warmUpShare > 0 && warmUpShare < 1))
            throw new ArgumentOutOfRangeException(nameof(warmUpShare), warmUpShare, "The share must be above 0 and below 1.");
        WarmUpShare = warmUpShare;
        StartFactor = CheckFactor(startFactor, nameof(startFactor));
        EndFactor = CheckFactor(endFactor, nameof(endFactor));
    }

    /// <summary>The time of the whole cycle.</summary>
    public ScheduleDuration Duration { get; }

    /// <summary>The share of the time in which the rate rises.</summary>
    public double WarmUpShare { get; }

    /// <summary>The factor of the first step.</summary>
    public double StartFactor { get; }

    /// <summary>The factor of the last step.</summary>
    public double EndFactor { get; }

    /// <inheritdoc/>
    public override double FactorAt(SchedulePosition position)
    {
        long duration = Duration.Steps(position.StepsPerEpoch);
        double last = duration - 1;
        double top = WarmUpShare * duration - 1;
        // Also where the cycle is too short for a rise.
        if (position.Step <= top)
            return 1 + (StartFactor - 1) * CosineDecay.HalfCosine(top == 0 ? 1 : position.Step / top);
        return EndFactor + (1 - EndFactor) * CosineDecay.HalfCosine(Math.Min((position.Step - top) / (last - top), 1));
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"OneCycle(duration: {Duration}, warmUpShare: {WarmUpShare}, startFactor: {StartFactor}, endFactor: {EndFactor})");
}
