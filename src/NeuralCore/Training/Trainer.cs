using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// What training of a model keeps: optimizer state, step and epoch counts, worker threads. Made by <c>model.Compile(...)</c>; see
/// <see cref="Trainer{TTarget}"/> for what it does.
/// </summary>
public abstract class Trainer : IDisposable
{
    /// <summary>The largest number of threads that a fit, a step or an evaluation can be given: 1,024.</summary>
    public const int MaxThreads = 1024;

    private protected Trainer(Sequential model, Optimizer optimizer) => State = new TrainingState(model, optimizer);

    /// <summary>The model that is trained.</summary>
    public Sequential Model => State.Model;

    /// <summary>How gradients change weights.</summary>
    public Optimizer Optimizer => State.Optimizer;

    /// <summary>The learning rate of the next step; at first the optimizer's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative or not finite.</exception>
    public float LearningRate
    {
        get => State.LearningRate;
        set
        {
            if (!(value >= 0 && float.IsFinite(value)))
                throw new ArgumentOutOfRangeException(nameof(value), value, "A learning rate is finite and at least 0.");
            State.LearningRate = value;
        }
    }

    /// <summary>How many steps have been taken.</summary>
    public long StepCount => State.StepCount;

    /// <summary>How many epochs have been finished.</summary>
    public int EpochCount => State.EpochCount;

    /// <summary>All that training changes besides the weights.</summary>
    internal TrainingState State { get; }

    /// <summary>The gradient of a parameter in the last training step, as the optimizer got it: row-major, over the whole batch. Good until the next step.</summary>
    /// <param name="parameter">A trained parameter of the model.</param>
    /// <exception cref="ArgumentException">The parameter is not the model's, or is not trained.</exception>
    /// <exception cref="InvalidOperationException">No step has been taken.</exception>
    public abstract ReadOnlySpan<float> GradientOf(Parameter parameter);

    /// <summary>
    /// Copies everything that training needs to go on with the same bits. Between steps: in a callback, after a fit, or after a fit that was cancelled or failed before
    /// a step touched the weights. In a callback, those after it in the list have not heard of the step yet.
    /// </summary>
    /// <remarks>
    /// It remembers a digest of the fit's data, so that a fit cannot go on with others. For data in arrays the digest is taken when the first checkpoint of the fit is
    /// made: arrays that are changed in place before that are taken as changed, and until then, or until the next fit, the trainer holds on to them.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The trainer is busy on another thread or in a step; a step failed halfway through its update; a weight is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The trainer is disposed.</exception>
    public abstract Checkpoint CreateCheckpoint();

    /// <summary>
    /// Takes over a checkpoint's weights, optimizer state, counts and learning rate. To go on with an interrupted fit, give it to
    /// <c>FitOptions.ResumeFrom</c> instead; this is for loops over <c>TrainStep</c>, or to fit anew from there.
    /// </summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <exception cref="ArgumentException">Model, optimizer or loss differ from those the checkpoint was made with: the message names each difference. Nothing has changed.</exception>
    /// <exception cref="InvalidOperationException">The model is being trained or is predicting.</exception>
    public abstract void Restore(Checkpoint checkpoint);

    /// <exception cref="ArgumentOutOfRangeException">The number is negative or above <see cref="MaxThreads"/>.</exception>
    internal static void CheckThreads(int threads, string name)
    {
        if (threads is < 0 or > MaxThreads)
            throw new ArgumentOutOfRangeException(name, threads, $"The number of threads is from 1 to {MaxThreads}, or 0 for one for each processor.");
    }

    /// <summary>Ends the worker threads. The model stays usable.</summary>
    public abstract void Dispose();
}
