using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// Code that a fit calls on its thread between steps. It may predict with the model, evaluate, create checkpoints, change the learning rate
/// and stop the fit; so may a progress report. Code called within a step (a data source, a layer, a loss, a metric, an optimizer) may do
/// none of these and gets an <see cref="InvalidOperationException"/>. An exception ends the fit and propagates to the caller.
/// </summary>
public abstract class Callback
{
    /// <summary>Whether the callback is notified of a step or an epoch after all others, at any position in the list.</summary>
    internal virtual bool RunsLast => false;

    /// <summary>Called after an epoch's last step, before its validation if it has one.</summary>
    internal virtual void OnValidationBegin(FitContext context)
    {
    }

    /// <summary>Called after the validation, also if it was cancelled.</summary>
    internal virtual void OnValidationEnd(FitContext context)
    {
    }

    /// <summary>
    /// The callback's settings as a text, such as <c>patience 3</c>. A checkpoint stores it, and a fit resumes only if it is the same.
    /// Null, the default, for none.
    /// </summary>
    protected internal virtual string? Settings => null;

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
    /// <param name="result">The epoch's result.</param>
    public virtual void OnEpochEnd(FitContext context, EpochResult result)
    {
    }

    /// <summary>Called after the last epoch, but not after an exception.</summary>
    /// <param name="context">The fit.</param>
    /// <param name="history">The fit's result.</param>
    public virtual void OnFitEnd(FitContext context, TrainingHistory history)
    {
    }

    /// <summary>
    /// Stores in a checkpoint what the callback needs to continue in a resumed fit: counts, best values, best weights. Stores nothing by
    /// default.
    /// </summary>
    /// <param name="state">Receives the values.</param>
    public virtual void SaveState(CallbackState state)
    {
    }

    /// <summary>
    /// Restores what <see cref="SaveState"/> stored; called after <see cref="OnFitBegin"/> of the resumed fit. For an epoch that is resumed
    /// in the middle, <see cref="OnEpochBegin"/> is not called again.
    /// </summary>
    /// <param name="state">The stored values.</param>
    public virtual void LoadState(CallbackState state)
    {
    }
}
