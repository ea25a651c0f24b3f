namespace NeuralCore.Training;

/// <summary>A schedule from a function; made by <see cref="LearningRateSchedule.From"/>.</summary>
internal sealed class FunctionSchedule : LearningRateSchedule
{
    private readonly string _description;
    private readonly Func<SchedulePosition, double> _factor;

    internal FunctionSchedule(string description, Func<SchedulePosition, double> factor)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(description);
        ArgumentNullException.ThrowIfNull(factor);
        _description = description;
        _factor = factor;
    }

    public override double FactorAt(SchedulePosition position) => _factor(position);

    public override string ToString() => _description;
}
