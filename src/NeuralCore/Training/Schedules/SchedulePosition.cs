namespace NeuralCore.Training;

/// <summary>A step of a fit, for a schedule.</summary>
/// <param name="Step">The step, from 0, within the fit.</param>
/// <param name="StepsPerEpoch">How many steps an epoch has.</param>
public readonly record struct SchedulePosition(long Step, int StepsPerEpoch)
{
    /// <summary>The epoch, from 0, within the fit.</summary>
    public int Epoch => (int)(Step / StepsPerEpoch);

    /// <summary>The position as it is for a schedule that begins later.</summary>
    internal SchedulePosition After(ScheduleDuration duration) => this with { Step = Step - duration.Steps(StepsPerEpoch) };
}
