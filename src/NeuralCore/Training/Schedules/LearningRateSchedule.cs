namespace NeuralCore.Training;

/// <summary>
/// How the learning rate changes during a fit: the rate of a step is the optimizer's rate times <see cref="FactorAt"/>. Set it as
/// <c>FitOptions.Schedule</c>; schedules are combined by <see cref="WithWarmUp"/> and <see cref="Then"/>.
/// </summary>
/// <remarks>
/// A schedule is a function of the step in the fit and keeps no state, so a resumed fit continues with the same rates. The factor is
/// computed in double and rounded once, as part of the rate. The text of a schedule is compared when a checkpoint is resumed: a schedule of
/// a user's writes every setting into <see cref="object.ToString"/>.
/// </remarks>
public abstract class LearningRateSchedule
{
    /// <summary>The factor of the optimizer's rate in a step: finite, at least 0.</summary>
    /// <param name="position">The step.</param>
    public abstract double FactorAt(SchedulePosition position);

    /// <summary>Rises linearly to this schedule's first factor before it, as in <see cref="WarmUp"/>.</summary>
    /// <param name="duration">How long to warm up.</param>
    /// <param name="startFactor">The factor of the first step, at least 0.</param>
    public LearningRateSchedule WithWarmUp(ScheduleDuration duration, double startFactor = 0) => new WarmUp(duration, this, startFactor);

    /// <summary>Continues with another schedule, which begins at its first step, after a time.</summary>
    /// <param name="after">How long this schedule runs.</param>
    /// <param name="next">The schedule that follows.</param>
    public LearningRateSchedule Then(ScheduleDuration after, LearningRateSchedule next) => new ScheduleSequence(this, after, next);

    /// <summary>A schedule from a function.</summary>
    /// <param name="description">
    /// Describes the function with all its settings: a fit resumes from a checkpoint only with the same text.
    /// </param>
    /// <param name="factor">The factor of the optimizer's rate in a step; a pure function.</param>
    public static LearningRateSchedule From(string description, Func<SchedulePosition, double> factor) =>
        new FunctionSchedule(description, factor);

    /// <summary>The schedule with all its settings.</summary>
    public abstract override string ToString();

    /// <summary>The rate of a step.</summary>
    /// <exception cref="InvalidOperationException">The schedule gave a rate that is negative or not finite.</exception>
    internal float RateAt(float baseRate, SchedulePosition position)
    {
        double factor = FactorAt(position);
        float rate = (float)(baseRate * factor);
        if (rate >= 0 && float.IsFinite(rate))
            return rate;
        throw new InvalidOperationException(FormattableString.Invariant(
            $"{this}: the factor of step {position.Step} is {factor}, which makes a learning rate of {rate}. ")
            + "A factor must be finite and at least 0.");
    }

    /// <summary>Throws unless a factor is finite and at least 0.</summary>
    private protected static double CheckFactor(double factor, string name) => factor >= 0 && double.IsFinite(factor)
        ? factor
        : throw new ArgumentOutOfRangeException(name, factor, "A factor of the learning rate must be finite and at least 0.");
}
