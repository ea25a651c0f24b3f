using NeuralCore.Numerics;

namespace NeuralCore.Training;

/// <summary>Falls by the same factor in the same time, in each step: <c>factor^(t / T)</c> in step t.</summary>
/// <remarks>
/// Keras' ExponentialDecay with <c>decay_steps</c> T and <c>decay_rate</c>; PyTorch's ExponentialLR for T = 1 step. For a rate that stays
/// the same within each T, use <see cref="StepDecay"/>.
/// </remarks>
public sealed class ExponentialDecay : LearningRateSchedule
{
    /// <summary>Describes the schedule.</summary>
    /// <param name="every">The time T in which the rate is multiplied by the factor.</param>
    /// <param name="factor">The factor: finite, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is out of range.</exception>
    public ExponentialDecay(ScheduleDuration every, double factor)
    {
        Every = every.Check(nameof(every));
        if (!(factor > 0 && double.IsFinite(factor)))
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor of a decay must be finite and above 0.");
        Factor = factor;
    }

    /// <summary>The time in which the rate is multiplied by the factor.</summary>
    public ScheduleDuration Every { get; }

    /// <summary>The factor.</summary>
    public double Factor { get; }

    /// <inheritdoc/>
    public override double FactorAt(SchedulePosition position) =>
        Elementary.Pow(Factor, (double)position.Step / Every.Steps(position.StepsPerEpoch));

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"ExponentialDecay(every: {Every}, factor: {Factor})");
}
