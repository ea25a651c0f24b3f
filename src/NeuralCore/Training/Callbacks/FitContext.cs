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

    internal bool IsStopping { get; private set; }

    /// <summary>
    /// Ends the fit without another step. If the epoch's last step has been taken, the epoch is completed: validated, reported and counted.
    /// </summary>
    public void Stop() => IsStopping = true;
}
