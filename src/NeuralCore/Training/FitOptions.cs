using System.Diagnostics.CodeAnalysis;
using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>Options of a fit. All have defaults.</summary>
/// <typeparam name="TTarget">The target type of the loss.</typeparam>
public sealed record FitOptions<TTarget>
    where TTarget : unmanaged
{
    /// <summary>The number of passes over the training data, at least 1. A second fit continues the count of the first.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>
    /// The number of rows in a step, at least 1. The last batch of an epoch may be smaller; its gradient is divided by its own size.
    /// </summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Whether each epoch visits the rows in a new random order, determined by the model's seed and the epoch.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Whether to drop a last batch that is smaller than the others.</summary>
    public bool DropLastBatch { get; init; }

    /// <summary>
    /// The data to evaluate on after each epoch: a <see cref="Dataset{TTarget}"/>, or a <see cref="Split"/> of the training data. Null for
    /// none.
    /// </summary>
    public Validation<TTarget>? Validation { get; init; }

    /// <summary>
    /// The weight of each class, by which the losses of its training samples are multiplied; null for none. Finite and at least 0, one for
    /// each class of the network, or two for a network with one output.
    /// </summary>
    /// <remarks>
    /// They multiply weights that the data has of its own (<see cref="Dataset{TTarget}.WithWeights"/>, which says how a loss is divided).
    /// As in Keras they apply to the training data only, not to the validation data. A sample's class is the target source's
    /// <see cref="TargetSource{TTarget}.ClassOf"/>. <see cref="Data.ClassWeights.Balanced(ReadOnlySpan{int})"/> computes weights for
    /// classes of different sizes.
    /// </remarks>
    public IReadOnlyList<float>? ClassWeights { get; init; }

    /// <summary>
    /// How the learning rate changes: before each step, <see cref="Trainer.LearningRate"/> is set to the optimizer's rate times the
    /// schedule's factor, and after the fit it stays at the last step's. Null, the default, leaves the rate alone.
    /// </summary>
    public LearningRateSchedule? Schedule { get; init; }

    /// <summary>The callbacks, called in this order.</summary>
    public IReadOnlyList<Callback> Callbacks { get; init; } = [];

    /// <summary>
    /// Receives a progress report after each step, on the fit's thread: like a callback it may predict, evaluate and create checkpoints.
    /// Null for none.
    /// </summary>
    public IProgress<FitProgress>? Progress { get; init; }

    /// <summary>
    /// Receives the fit's progress as text: a line for each epoch and, where it is <see cref="Console.Out"/> or
    /// <see cref="Console.Error"/> on a terminal, a bar that is rewritten in place within the epoch; before the first epoch and after the
    /// last, what the training doctor finds (<see cref="Trainer{TTarget}.Diagnose"/>). Null for silence, which costs nothing.
    /// </summary>
    /// <remarks>
    /// All text is written on the fit's own thread, between steps, in the invariant culture; the bar at most ten times a second. There is
    /// no bar where the output is redirected, where <c>NO_COLOR</c> is set or where <c>TERM</c> is <c>dumb</c>. An exception of the writer
    /// ends the fit, as one of a callback does.
    /// </remarks>
    public TextWriter? Log { get; init; }

    /// <summary>
    /// Ends the fit between two steps with an <see cref="OperationCanceledException"/>; the model is as the last completed step left it.
    /// </summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>
    /// The number of threads, including the calling one, at most <see cref="Trainer.MaxThreads"/>; 0 for one per processor. The result is
    /// the same for any number.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>
    /// Whether products skip steps at which the data, or a gradient that has passed a ReLU, is all zeros, if there are enough of them.
    /// Faster, and numerically equal for finite weights; weights that are not finite are detected either way.
    /// </summary>
    public bool SkipZeros { get; init; } = true;

    /// <summary>
    /// Resumes where this checkpoint was created, also in the middle of an epoch, with the same bits as an uninterrupted fit.
    /// <see cref="Epochs"/> counts from the start of the interrupted fit. Model, optimizer, loss, metrics, data and all options except
    /// <see cref="Epochs"/>, <see cref="Threads"/>, <see cref="Progress"/> and <see cref="Log"/> must be those of that fit. Null
    /// for a new fit.
    /// </summary>
    public Checkpoint? ResumeFrom { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        Trainer.CheckThreads(Threads, nameof(Threads));
        if (Schedule is not null)
            Names.CheckText(Schedule.ToString(), "The text of a schedule", argument: nameof(Schedule));
        ArgumentNullException.ThrowIfNull(Callbacks);
        if (Callbacks.Contains(null))
            throw new ArgumentException("A callback is null.", nameof(Callbacks));
        foreach (Callback callback in Callbacks)
            Names.CheckText(callback.Settings ?? "", "The text of a callback's settings", callback.GetType().Name, nameof(Callbacks));
    }
}

/// <summary>The validation data of a fit: separate data, or a part of the training data set aside by a <see cref="Data.Split"/>.</summary>
/// <typeparam name="TTarget">The target type of the loss.</typeparam>
public sealed class Validation<TTarget>
    where TTarget : unmanaged
{
    private Validation(Dataset<TTarget>? data, Split? split)
    {
        Data = data;
        Split = split;
    }

    internal Dataset<TTarget>? Data { get; }

    internal Split? Split { get; }

    /// <summary>Evaluates on separate data.</summary>
    /// <param name="data">The validation data; null for none.</param>
    [return: NotNullIfNotNull(nameof(data))]
    public static implicit operator Validation<TTarget>?(Dataset<TTarget>? data) => data is null ? null : new(data, null);

    /// <summary>Sets a part of the training data aside.</summary>
    /// <param name="split">How to choose the part; null for none.</param>
    [return: NotNullIfNotNull(nameof(split))]
    public static implicit operator Validation<TTarget>?(Split? split) => split is null ? null : new(null, split);
}
