using NeuralCore.Models;

namespace NeuralCore.Training;

/// <summary>The fit that a callback is called by.</summary>
public sealed class FitContext
{
    internal FitContext(Trainer trainer, int epochs, bool isResumed)
    {
        Trainer = trainer;
        Epochs = epochs;
        IsResumed = isResumed;
    }

    /// <summary>The trainer, with the step count and the learning rate, which may be changed.</summary>
    public Trainer Trainer { get; }

    /// <summary>The model that is being trained.</summary>
    public Sequential Model => Trainer.Model;

    /// <summary>The current epoch, from 1, counted over all fits of the trainer.</summary>
    public int Epoch => Trainer.EpochCount + 1;

    /// <summary>How many epochs this fit has.</summary>
    public int Epochs { get; }

    /// <summary>Whether the fit was resumed from a checkpoint.</summary>
    public bool IsResumed { get; }

    /// <summary>The mean loss of the last step's batch; NaN before the first.</summary>
    public double LastStepLoss { get; internal set; } = double.NaN;

    /// <summary>The fit's schedule, which sets the rate of each step; null if there is none.</summary>
    internal LearningRateSchedule? Schedule { get; init; }

    /// <summary>The callback that averages weights; null if there is none.</summary>
    internal WeightAveraging? Averaging { get; set; }

    /// <summary>Whether a callback has put the weights of another epoch into the model at the end.</summary>
    internal bool HasRestoredWeights { get; set; }

    /// <summary>The current epoch, from 1, counted within the fit, also if it was resumed.</summary>
    internal int EpochOfFit => (Trainer.State.Fit?.History.Epochs.Count ?? 0) + 1;

    internal bool IsStopping { get; private set; }

    /// <summary>
    /// Ends the fit without another step. If the epoch's last step has been taken, the epoch is completed: validated, reported and counted.
    /// </summary>
    public void Stop() => IsStopping = true;
}
