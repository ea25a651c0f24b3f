using NeuralCore.Training;

namespace NeuralCore.Tabular;

/// <summary>Options of <see cref="TabularClassifier"/> and <see cref="TabularRegressor"/>. The defaults need no tuning.</summary>
public sealed record TabularOptions
{
    /// <summary>The widths of the hidden layers; at least one.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [128, 128];

    /// <summary>The number of passes over the table, at least 1.</summary>
    public int Epochs { get; init; } = 100;

    /// <summary>
    /// The number of rows in a step, at least 1. Null, the default, takes a quarter of the table, but at least 32 and at most 256 rows.
    /// </summary>
    public int? BatchSize { get; init; }

    /// <summary>The highest learning rate; the rate varies during training.</summary>
    public float LearningRate { get; init; } = 0.003f;

    /// <summary>Determines initial weights and the order of the rows.</summary>
    public long Seed { get; init; }

    /// <summary>The number of threads; 0 for one per processor. The result is the same for any number.</summary>
    public int Threads { get; init; }

    /// <summary>Called during training, such as <see cref="CsvLogger"/>.</summary>
    public IReadOnlyList<Callback> Callbacks { get; init; } = [];

    /// <summary>Receives a progress report after each step, on the training thread; null for none.</summary>
    public IProgress<FitProgress>? Progress { get; init; }

    /// <summary>Receives the progress of the training and the findings of the training doctor; null, the default, for none.</summary>
    public TextWriter? Log { get; init; }

    /// <summary>Ends training between two steps with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }

    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Hidden);
        if (Hidden.Count == 0 || Hidden.Any(width => width < 1))
            throw new ArgumentException("There must be at least one hidden layer, each with at least one unit.", nameof(Hidden));
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        if (BatchSize is { } batch)
            ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1, nameof(BatchSize));
        if (!(LearningRate > 0 && float.IsFinite(LearningRate)))
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, "The learning rate must be finite and above 0.");
    }
}
