using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// The state of training a model: optimizer state, step and epoch counts, worker threads. Created by <c>model.Compile(...)</c>; see
/// <see cref="Trainer{TTarget}"/> for training and evaluation.
/// </summary>
public abstract class Trainer : IDisposable
{
    /// <summary>The largest number of threads that a fit, a step or an evaluation can be given: 1,024.</summary>
    public const int MaxThreads = WorkerTeam.MaxWorkers;

    private protected Trainer(Sequential model, Optimizer optimizer) => State = new TrainingState(model, optimizer);

    /// <summary>The model that is trained.</summary>
    public Sequential Model => State.Model;

    /// <summary>The optimizer, which updates weights by gradients.</summary>
    public Optimizer Optimizer => State.Optimizer;

    /// <summary>
    /// The learning rate of the next step; initially the optimizer's. In a fit with a schedule, which sets it before each step, that of the
    /// last step.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative or not finite.</exception>
    public float LearningRate
    {
        get => State.LearningRate;
        set
        {
            if (!(value >= 0 && float.IsFinite(value)))
                throw new ArgumentOutOfRangeException(nameof(value), value, "The learning rate must be finite and at least 0.");
            State.LearningRate = value;
        }
    }

    /// <summary>How many steps have been taken.</summary>
    public long StepCount => State.StepCount;

    /// <summary>How many epochs have been completed.</summary>
    public int EpochCount => State.EpochCount;

    /// <summary>Everything that training changes besides the weights.</summary>
    internal TrainingState State { get; }

    /// <summary>
    /// The gradient of a parameter in the last training step, as passed to the optimizer: row-major, over the whole batch. Valid until the
    /// next step.
    /// </summary>
    /// <param name="parameter">A trained parameter of the model.</param>
    /// <exception cref="ArgumentException">The parameter is not one of the model's, or is not trained.</exception>
    /// <exception cref="InvalidOperationException">No step has been taken.</exception>
    public abstract ReadOnlySpan<float> GradientOf(Parameter parameter);

    /// <summary>
    /// Copies everything that training needs to continue with the same bits. Call it between steps: in a callback, after a fit, or after a
    /// fit that was cancelled or failed before a step changed the weights. In a callback, the callbacks after it in the list have not been
    /// notified of the step yet.
    /// </summary>
    /// <remarks>
    /// The checkpoint contains a digest of the fit's data, so that a fit cannot resume with other data. For data in arrays the digest is
    /// computed at the fit's first checkpoint: it includes changes made to the arrays before that, and until then, or until the next fit,
    /// the trainer keeps the arrays alive.
    /// </remarks>
    /// <exception cref="InvalidOperationException">
    /// The trainer is busy on another thread or in a step; a step failed halfway through its update; a weight is not finite.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The trainer is disposed.</exception>
    public abstract Checkpoint CreateCheckpoint();

    /// <summary>
    /// Restores a checkpoint's weights, optimizer state, counts and learning rate, for loops over <c>TrainStep</c> or for a new fit from
    /// there. To resume an interrupted fit, use <c>FitOptions.ResumeFrom</c> instead.
    /// </summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <exception cref="ArgumentException">
    /// Model, optimizer or loss differ from the checkpoint's: the message names each difference. Nothing has changed.
    /// </exception>
    /// <exception cref="InvalidOperationException">The model is being trained or is predicting.</exception>
    public abstract void Restore(Checkpoint checkpoint);

    /// <exception cref="ArgumentOutOfRangeException">The number is negative or above <see cref="MaxThreads"/>.</exception>
    internal static void CheckThreads(int threads, string name) => WorkerTeam.CheckThreads(threads, name);

    /// <summary>Ends the worker threads. The model remains usable.</summary>
    public abstract void Dispose();
}
