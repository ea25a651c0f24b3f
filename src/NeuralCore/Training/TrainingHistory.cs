namespace NeuralCore.Training;

/// <summary>What one epoch came to.</summary>
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

    /// <summary>Means over the epoch's training rows, each taken when its batch was trained on (dropout on, weights still changing).</summary>
    public Evaluation Training { get; }

    /// <summary>Means over the validation rows at the end of the epoch; null without validation.</summary>
    public Evaluation? Validation { get; }

    /// <summary>How long the training steps of the epoch took, validation and callbacks left out.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Training rows a second.</summary>
    public double SamplesPerSecond { get; }

    /// <summary>The epoch in one line.</summary>
    public override string ToString() => $"epoch {Epoch}: {Training}{(Validation is null ? "" : $"; validation {Validation}")}";
}

/// <summary>What a fit came to, epoch by epoch.</summary>
public sealed class TrainingHistory
{
    private readonly List<EpochResult> _epochs = [];

    internal TrainingHistory()
    {
    }

    /// <summary>The epochs that were finished, in order.</summary>
    public IReadOnlyList<EpochResult> Epochs => _epochs;

    /// <summary>Whether a callback ended the fit before its last epoch.</summary>
    public bool WasStopped { get; internal set; }

    internal void Add(EpochResult epoch) => _epochs.Add(epoch);
}
