using NeuralCore.Models;

namespace NeuralCore.Training;

/// <summary>What a callback sees of the fit it runs along with.</summary>
public sealed class FitContext
{
    internal FitContext(Trainer trainer, int epochs, bool isResumed)
    {
        Trainer = trainer;
        Epochs = epochs;
        IsResumed = isResumed;
    }

    /// <summary>The trainer: its step count, and the learning rate, which may be changed.</summary>
    public Trainer Trainer { get; }

    /// <summary>The model that is being trained.</summary>
    public Sequential Model => Trainer.Model;

    /// <summary>The epoch at hand, from 1, counted over all fits of the trainer.</summary>
    public int Epoch => Trainer.EpochCount + 1;

    /// <summary>How many epochs this fit goes through.</summary>
    public int Epochs { get; }

    /// <summary>Whether the fit goes on from a checkpoint.</summary>
    public bool IsResumed { get; }

    /// <summary>The mean loss of the last step's batch; NaN before the first.</summary>
    public double LastStepLoss { get; internal set; } = double.NaN;

    internal bool IsStopping { get; private set; }

    /// <summary>Ends the fit without another step. An epoch whose last step was taken is finished: it is validated, reported and counted.</summary>
    public void Stop() => IsStopping = true;
}
