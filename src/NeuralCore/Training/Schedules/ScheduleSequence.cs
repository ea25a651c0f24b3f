namespace NeuralCore.Training;

/// <summary>One schedule after another, each from its own first step; made by <see cref="LearningRateSchedule.Then"/>.</summary>
internal sealed class ScheduleSequence : LearningRateSchedule
{
    private readonly LearningRateSchedule _first;
    private readonly ScheduleDuration _duration;
    private readonly LearningRateSchedule _next;

    internal ScheduleSequence(LearningRateSchedule first, ScheduleDuration duration, LearningRateSchedule next)
    {
        ArgumentNullException.ThrowIfNull(next);
        _first = first;
        _duration = duration.Check(nameof(duration));
        _next = next;
    }

    public override double FactorAt(SchedulePosition position) => position.Step < _duration.Steps(position.StepsPerEpoch)
        ? _first.FactorAt(position)
        : _next.FactorAt(position.After(_duration));

    public override string ToString() => $"({_first} for {_duration}, then {_next})";
}
