using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// The position of a fit: everything that its loop changes, so that a checkpoint can be created between any two steps and after the fit.
/// </summary>
internal sealed class FitState
{
    private Func<IReadOnlyList<Setting>>? _makeSettings;
    private IReadOnlyList<Setting>? _settings;

    /// <summary>Starts before the first step.</summary>
    /// <param name="makeSettings">Creates the settings, including a digest of the data, when they are first needed.</param>
    /// <param name="callbacks">The fit's callbacks.</param>
    /// <param name="sums">The sums over no rows.</param>
    internal FitState(Func<IReadOnlyList<Setting>> makeSettings, IReadOnlyList<Callback> callbacks, EpochSums sums)
    {
        _makeSettings = makeSettings;
        Callbacks = callbacks;
        Sums = sums;
    }

    /// <summary>The settings that determine the bits. If creating them fails, the next call tries again.</summary>
    internal IReadOnlyList<Setting> Settings
    {
        get
        {
            if (_settings is null)
            {
                _settings = _makeSettings!();
                // The delegate holds the data.
                _makeSettings = null;
            }
            return _settings;
        }
    }

    internal IReadOnlyList<Callback> Callbacks { get; }

    internal TrainingHistory History { get; private set; } = new();

    /// <summary>How many batches of the current epoch have been trained on.</summary>
    internal int Batch { get; set; }

    /// <summary>Losses and metrics of the rows of those batches.</summary>
    internal EpochSums Sums { get; }

    /// <summary>How long the epoch's steps took.</summary>
    internal TimeSpan Duration { get; set; }

    internal bool EpochHasBegun { get; set; }

    /// <summary>The current epoch's result, after its validation and until all callbacks have been notified of it.</summary>
    internal EpochResult? Finished { get; set; }

    /// <summary>Records the finished epoch and moves to the start of the next.</summary>
    internal void NextEpoch()
    {
        if (Finished is not null)
            History.Add(Finished);
        Finished = null;
        Batch = 0;
        Sums.Clear();
        Duration = TimeSpan.Zero;
        EpochHasBegun = false;
    }

    internal FitRecord Save()
    {
        List<KeyValuePair<string, CallbackState>> states = [];
        foreach ((string name, Callback callback) in NamedCallbacks())
        {
            CallbackState state = new();
            callback.SaveState(state);
            if (!state.IsEmpty)
                states.Add(new(name, state));
        }
        bool isFinished = Finished is not null;
        int[] lengths = Sums.Metrics.Select(metric => isFinished ? (int)metric.LengthAfter(0) : metric.Values.Length).ToArray();
        return new FitRecord
        {
            Settings = Settings,
            Batch = isFinished ? 0 : Batch,
            Samples = isFinished ? 0 : Sums.Rows,
            Sums = isFinished ? new double[1 + lengths.Sum()] : Sums.Save(),
            // Without the list, a checkpoint of means reads as it did before metrics had states.
            StateLengths = Array.TrueForAll(lengths, length => length == 1) ? null : lengths,
            EpochHasBegun = !isFinished && EpochHasBegun,
            Duration = isFinished ? TimeSpan.Zero : Duration,
            History = HistoryTable.Write(isFinished ? History.Epochs.Append(Finished!) : History.Epochs, Sums.Metrics.Length),
            Callbacks = states,
        };
    }

    /// <summary>Restores a fit's position; the caller has checked that its settings are the same.</summary>
    /// <param name="record">The position.</param>
    /// <param name="metrics">The metrics' names.</param>
    internal void Load(FitRecord record, IReadOnlyList<string> metrics)
    {
        Batch = record.Batch;
        Sums.Load(record.Sums, record.Samples);
        EpochHasBegun = record.EpochHasBegun;
        Duration = record.Duration;
        History = HistoryTable.Read(record.History, metrics);
    }

    /// <summary>Restores the callbacks' states, after they have been notified that the fit begins.</summary>
    internal void LoadCallbacks(FitRecord record)
    {
        Dictionary<string, CallbackState> states = record.Callbacks.ToDictionary(StringComparer.Ordinal);
        foreach ((string name, Callback callback) in NamedCallbacks())
        {
            if (states.TryGetValue(name, out CallbackState? state))
                callback.LoadState(state);
        }
    }

    /// <summary>The callbacks that have a state in the record but are missing in this fit.</summary>
    internal IEnumerable<string> MissingCallbacks(FitRecord record)
    {
        HashSet<string> names = NamedCallbacks().Select(callback => callback.Name).ToHashSet(StringComparer.Ordinal);
        return record.Callbacks.Select(callback => callback.Key).Where(name => !names.Contains(name));
    }

    private IEnumerable<(string Name, Callback Callback)> NamedCallbacks() =>
        Checkpoint.CallbackNames(Callbacks.Select(callback => callback.GetType().Name)).Zip(Callbacks);
}
