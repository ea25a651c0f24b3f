namespace NeuralCore.Training;

/// <summary>The optimizer's rate times one factor; what a warm-up can lead to.</summary>
public sealed class ConstantRate : LearningRateSchedule
{
    /// <summary>Describes the schedule.</summary>
    /// <param name="factor">The factor: finite, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is out of range.</exception>
    public ConstantRate(double factor = 1) => Factor = CheckFactor(factor, nameof(factor));

    /// <summary>The factor.</summary>
    public double Factor { get; }

    /// <inheritdoc/>
    public override double FactorAt(SchedulePosition position) => Factor;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"ConstantRate(factor: {Factor})");
}
