namespace NeuralCore.Training;

/// <summary>
/// Code that runs along with a fit, on its thread, between steps. It may predict with the model, evaluate, change the learning rate and stop the
/// fit. An exception ends the fit and reaches the caller.
/// </summary>
public abstract class Callback
{
    /// <summary>Called before the first epoch.</summary>
    /// <param name="context">The fit.</param>
    public virtual void OnFitBegin(FitContext context)
    {
    }

    /// <summary>Called before each epoch.</summary>
    /// <param name="context">The fit.</param>
    public virtual void OnEpochBegin(FitContext context)
    {
    }

    /// <summary>Called after each step.</summary>
    /// <param name="context">The fit.</param>
    public virtual void OnStepEnd(FitContext context)
    {
    }

    /// <summary>Called after each epoch and its validation.</summary>
    /// <param name="context">The fit.</param>
    /// <param name="result">What the epoch came to.</param>
    public virtual void OnEpochEnd(FitContext context, EpochResult result)
    {
    }

    /// <summary>Called after the last epoch; not after an exception.</summary>
    /// <param name="context">The fit.</param>
    /// <param name="history">What the fit came to.</param>
    public virtual void OnFitEnd(FitContext context, TrainingHistory history)
    {
    }
}
