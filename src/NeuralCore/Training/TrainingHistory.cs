namespace NeuralCore.Training;

/// <summary>The result of one epoch.</summary>
public sealed class EpochResult
{
    internal EpochResult(int epoch, Evaluation training, Evaluation? validation, TimeSpan duration, double samplesPerSecond)
    {
        Epoch = epoch;
        Training = training;
        Validation = validation;
        Duration = duration;
        SamplesPerSecond = samplesPerSecond;
    }

    /// <summary>The epoch, from 1, counted over all fits of the trainer.</summary>
    public int Epoch { get; }

    /// <summary>
    /// Loss and metrics over the epoch's training rows, each evaluated in its own step (with dropout, before the step's update).
    /// </summary>
    public Evaluation Training { get; }

    /// <summary>Loss and metrics over the validation rows at the end of the epoch; null without validation.</summary>
    public Evaluation? Validation { get; }

    /// <summary>The learning rate of the epoch's last step; NaN for an epoch of a resumed fit whose checkpoint does not have it.</summary>
    public float LearningRate { get; internal init; }

    /// <summary>How long the training steps of the epoch took, without validation and callbacks.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Training rows per second.</summary>
    public double SamplesPerSecond { get; }

    /// <summary>The epoch in one line.</summary>
    public override string ToString() => $"epoch {Epoch}: {Training}{(Validation is null ? "" : $"; validation {Validation}")}";
}

/// <summary>The result of a fit, epoch by epoch.</summary>
public sealed class TrainingHistory
{
    private readonly List<EpochResult> _epochs = [];

    internal TrainingHistory()
    {
    }

    /// <summary>The completed epochs, in order.</summary>
    public IReadOnlyList<EpochResult> Epochs => _epochs;

    /// <summary>Whether a callback ended the fit before its last epoch.</summary>
    public bool WasStopped { get; internal set; }

    /// <summary>The number of epochs and the last one's result, in one line.</summary>
    public override string ToString() => _epochs.Count == 0
        ? "no epoch completed"
        : $"{_epochs.Count} epoch{(_epochs.Count == 1 ? "" : "s")}{(WasStopped ? ", stopped early" : "")}; the last: {_epochs[^1]}";

    internal void Add(EpochResult epoch) => _epochs.Add(epoch);
}
