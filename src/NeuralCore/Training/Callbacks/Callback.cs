using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// Code that runs along with a fit, on its thread, between steps. It may predict with the model, evaluate, make checkpoints, change the learning rate and
/// stop the fit; so may a progress report. What is called within a step (a data source, a layer, a loss, a metric, an optimizer) may do none of these and
/// gets an <see cref="InvalidOperationException"/>. An exception ends the fit and reaches the caller.
/// </summary>
public abstract class Callback
{
    /// <summary>Whether the callback hears of a step or an epoch after all others, wherever it stands in the list.</summary>
    internal virtual bool RunsLast => false;

    /// <summary>
    /// The callback's settings in words, such as <c>patience 3</c>: a checkpoint keeps them, and a fit resumes only where they are the same. Null, the default,
    /// for none that matter.
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

    /// <summary>Keeps in a checkpoint what the callback needs to go on in a resumed fit: counts, best values, best weights. By default nothing.</summary>
    /// <param name="state">Takes it.</param>
    public virtual void SaveState(CallbackState state)
    {
    }

    /// <summary>
    /// Takes back what <see cref="SaveState"/> kept; called after <see cref="OnFitBegin"/> of the resumed fit. A fit resumed in the middle of an epoch does not call
    /// <see cref="OnEpochBegin"/> again for it.
    /// </summary>
    /// <param name="state">What was kept.</param>
    public virtual void LoadState(CallbackState state)
    {
    }
}
