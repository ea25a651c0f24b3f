using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>How a fit goes about it. All have defaults.</summary>
/// <typeparam name="TTarget">The target type of the loss.</typeparam>
public sealed record FitOptions<TTarget>
    where TTarget : unmanaged
{
    /// <summary>How many times to go through the training data, at least 1. A second fit goes on counting where the first ended.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>How many rows make a step, at least 1. The last batch of an epoch may be smaller; its gradient is divided by its own size.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Whether each epoch goes through the rows in an order of its own, drawn from the model's seed and the epoch.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Whether to leave out a last batch that is smaller than the others.</summary>
    public bool DropLastBatch { get; init; }

    /// <summary>
    /// What to evaluate on after each epoch: a <see cref="Dataset{TTarget}"/>, or a <see cref="Split"/> of the training data. Null for nothing.
    /// </summary>
    public Validation<TTarget>? Validation { get; init; }

    /// <summary>What is called along the way, in this order.</summary>
    public IReadOnlyList<Callback> Callbacks { get; init; } = [];

    /// <summary>
    /// Is told after each step how far the fit is, on the fit's thread and between steps: like a callback it may predict, evaluate and make checkpoints.
    /// Null for nobody.
    /// </summary>
    public IProgress<FitProgress>? Progress { get; init; }

    /// <summary>Ends the fit between two steps with an <see cref="OperationCanceledException"/>; the model is as the last whole step left it.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>
    /// How many threads work, the calling one included, at most <see cref="Trainer.MaxThreads"/>; 0 for one for each processor. The result is the same for
    /// any number.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>
    /// Whether products leave out steps at which the data, or a gradient behind a ReLU, holds nothing but zeros, where there are enough of them: faster, and
    /// numerically equal for finite weights. Weights that are not finite are found either way.
    /// </summary>
    public bool SkipZeros { get; init; } = true;

    /// <summary>
    /// Goes on where this checkpoint was made, also in the middle of an epoch, with the bits of a fit that was never interrupted. <see cref="Epochs"/> counts from the
    /// interrupted fit's beginning. Model, optimizer, loss, metrics, data and all options except <see cref="Epochs"/>, <see cref="Threads"/> and
    /// <see cref="Progress"/> must be those of that fit. Null: a fit from the beginning.
    /// </summary>
    public Checkpoint? ResumeFrom { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        Trainer.CheckThreads(Threads, nameof(Threads));
        ArgumentNullException.ThrowIfNull(Callbacks);
        if (Callbacks.Contains(null))
            throw new ArgumentException("A callback is null.", nameof(Callbacks));
        foreach (Callback callback in Callbacks)
            Names.CheckText(callback.Settings ?? "", "The text of a callback's settings", callback.GetType().Name, nameof(Callbacks));
    }
}

/// <summary>What a fit evaluates on after each epoch: data of its own, or a part of the training data set aside by an explicit policy.</summary>
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

    /// <summary>Evaluates on data of its own.</summary>
    /// <param name="data">The validation data.</param>
    public static implicit operator Validation<TTarget>(Dataset<TTarget> data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new(data, null);
    }

    /// <summary>Sets a part of the training data aside.</summary>
    /// <param name="split">The policy.</param>
    public static implicit operator Validation<TTarget>(Split split)
    {
        ArgumentNullException.ThrowIfNull(split);
        return new(null, split);
    }
}
