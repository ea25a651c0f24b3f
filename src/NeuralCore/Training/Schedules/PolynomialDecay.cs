using NeuralCore.Numerics;

namespace NeuralCore.Training;

/// <summary>
/// Falls from 1 to an end factor along a power: <c>end + (1 - end)(1 - t / T)^power</c> in step t, and stays there after T. A power of 1 is
/// a straight line.
/// </summary>
/// <remarks>Keras' PolynomialDecay; with an end of 0 PyTorch's PolynomialLR, with a power of 1 its LinearLR.</remarks>
public sealed class PolynomialDecay : LearningRateSchedule
{
    /// <summary>Describes the schedule.</summary>
    /// <param name="duration">The time T until the end factor is reached.</param>
    /// <param name="power">The power: finite, above 0.</param>
    /// <param name="endFactor">The factor at the end: finite, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The power or the factor is out of range.</exception>
    public PolynomialDecay(ScheduleDuration duration, double power = 1, double endFactor = 0)
    {
        Duration = duration.Check(nameof(duration));
        if (!(power > 0 && double.IsFinite(power)))
            throw new ArgumentOutOfRangeException(nameof(power), power, "The power of a decay must be finite and above 0.");
        Power = power;
        EndFactor = CheckFactor(endFactor, nameof(endFactor));
    }

    /// <summary>The time until the end factor is reached.</summary>
    public ScheduleDuration Duration { get; }

    /// <summary>The power.</summary>
    public double Power { get; }

    /// <summary>The factor at the end.</summary>
    public double EndFactor { get; }

    /// <inheritdoc/>
    public override double FactorAt(SchedulePosition position)
    {
        long duration = Duration.Steps(position.StepsPerEpoch);
        double left = (double)Math.Max(duration - position.Step, 0) / duration;
        return EndFactor + (1 - EndFactor) * Elementary.Pow(left, Power);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"PolynomialDecay(duration: {Duration}, power: {Power}, endFactor: {EndFactor})");
}
