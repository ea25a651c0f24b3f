using NeuralCore.Numerics;

namespace NeuralCore.Training;

/// <summary>Multiplies the rate by a factor every so often: <c>factor^floor(t / T)</c> in step t.</summary>
/// <remarks>PyTorch's StepLR with <c>step_size</c> T and <c>gamma</c>; Keras' ExponentialDecay with <c>staircase</c>.</remarks>
public sealed class StepDecay : LearningRateSchedule
{
    /// <summary>Describes the schedule.</summary>
    /// <param name="every">The time T from one drop to the next.</param>
    /// <param name="factor">What the rate is multiplied by: finite, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is out of range.</exception>
    public StepDecay(ScheduleDuration every, double factor = 0.1)
    {
        Every = every.Check(nameof(every));
        Factor = CheckFactor(factor, nameof(factor));
    }

    /// <summary>The time from one drop to the next.</summary>
    public ScheduleDuration Every { get; }

    /// <summary>What the rate is multiplied by.</summary>
    public double Factor { get; }

    /// <inheritdoc/>
    public override double FactorAt(SchedulePosition position) =>
        Elementary.Pow(Factor, position.Step / Every.Steps(position.StepsPerEpoch));

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"StepDecay(every: {Every}, factor: {Factor})");
}
