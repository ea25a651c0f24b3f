namespace NeuralCore.Serialization;

/// <summary>
/// Everything that training needs to continue with the same bits: weights, optimizer state, counts, learning rate and, if created in a fit,
/// the position in the epoch, the history and the callbacks' states. Random numbers depend on seed, epoch and step only, so no generator
/// state is needed.
/// </summary>
/// <remarks>
/// Created by <c>trainer.CreateCheckpoint()</c>, restored by <c>FitOptions.ResumeFrom</c> or <c>trainer.Restore</c>. It is a copy, which
/// further training does not change.
/// </remarks>
public sealed class Checkpoint
{
    /// <summary>How many slots an optimizer may have.</summary>
    internal const int MostSlots = 64;

    private const string FilePrefix = "checkpoint-";
    private const string FileSuffix = ".safetensors";

    internal Checkpoint()
    {
    }

    /// <summary>How many steps had been taken.</summary>
    public long Step { get; internal init; }

    /// <summary>How many epochs had been completed.</summary>
    public int Epoch { get; internal init; }

    /// <summary>How many batches of the next epoch had been trained on; 0 between epochs.</summary>
    public int Batch => Fit?.Batch ?? 0;

    /// <summary>The learning rate of the next step.</summary>
    public float LearningRate { get; internal init; }

    /// <summary>The model as JSON.</summary>
    internal byte[] Model { get; init; } = [];

    /// <summary>The optimizer with its settings.</summary>
    internal string Optimizer { get; init; } = "";

    /// <summary>The loss with its settings.</summary>
    internal string Loss { get; init; } = "";

    /// <summary>The settings of model, optimizer and loss.</summary>
    internal IReadOnlyList<Setting> Settings => SettingsOf(ModelJson.Read(Model), Optimizer, Loss);

    internal IReadOnlyList<SavedArray> Weights { get; init; } = [];

    /// <summary>The name and the values of each optimizer slot, parameter by parameter.</summary>
    internal IReadOnlyList<KeyValuePair<string, float[]>> Slots { get; init; } = [];

    internal double[] StepState { get; init; } = [];

    /// <summary>The position in a fit; null if created outside one.</summary>
    internal FitRecord? Fit { get; init; }

    /// <summary>
    /// Writes the checkpoint to a file, replacing it atomically. <c>Sequential.Load</c> and <c>model.LoadWeights</c> can read the file too.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written; the old one is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not writable.</exception>
    /// <exception cref="ArgumentException">
    /// The callbacks' texts and names take more than 96 KB, or they have too many arrays for a file.
    /// </exception>
    public void Save(string path) => Save(path, PhysicalFileSystem.Instance);

    /// <summary>Writes the checkpoint into a folder under the name that <see cref="FindLatest"/> looks for.</summary>
    /// <param name="folder">The folder, created if it does not exist.</param>
    /// <returns>The file.</returns>
    /// <inheritdoc cref="Save(string)"/>
    public string SaveIn(string folder) => SaveIn(folder, PhysicalFileSystem.Instance);

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or not a checkpoint; the message states the offset, what was expected and what was found.
    /// </exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Checkpoint Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return CheckpointFile.Read(SafeTensorsReader.Open(path));
    }

    /// <summary>The file of the last checkpoint that a fit wrote into a folder; null if there is none.</summary>
    /// <param name="folder">The folder of the <c>ModelCheckpoint</c> callback.</param>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static string? FindLatest(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return Directory.Exists(folder) ? FilesIn(folder, PhysicalFileSystem.Instance).Select(file => file.Path).LastOrDefault() : null;
    }

    /// <summary>The epoch and step in one line.</summary>
    public override string ToString() => Batch == 0 ? $"epoch {Epoch}, step {Step}" : $"epoch {Epoch} and {Batch} batches, step {Step}";

    /// <summary>The checkpoints of a folder, the earliest first.</summary>
    internal static IReadOnlyList<(string Path, long Step)> FilesIn(string folder, IFileSystem files)
    {
        List<(string, long)> found = [];
        foreach (string path in files.List(folder, FilePrefix + "*" + FileSuffix))
        {
            if (long.TryParse(Path.GetFileName(path)[FilePrefix.Length..^FileSuffix.Length], out long step))
                found.Add((path, step));
        }
        found.Sort((a, b) => a.Item2.CompareTo(b.Item2));
        return found;
    }

    internal static Checkpoint Load(Stream stream, string name) => CheckpointFile.Read(SafeTensorsReader.Open(stream, name));

    internal string SaveIn(string folder, IFileSystem files)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{FilePrefix}{Step:D12}{FileSuffix}");
        // A later save may be of another step, so all checkpoints of a folder share one series of temporaries.
        CheckpointFile.Write(this, path, files, FilePrefix + FileSuffix);
        return path;
    }

    internal void Save(string path, IFileSystem files)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckpointFile.Write(this, path, files);
    }

    /// <summary>The settings, except for a fit's, that must be the same to continue training.</summary>
    internal static IReadOnlyList<Setting> SettingsOf(ModelJson model, string optimizer, string loss) =>
        [.. model.Settings(), new("optimizer", optimizer), new("loss", loss)];

    /// <summary>Unique names of callbacks: their kind, numbered from the second of a kind on.</summary>
    internal static IEnumerable<string> CallbackNames(IEnumerable<string> kinds)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (string kind in kinds)
        {
            int count = counts[kind] = counts.GetValueOrDefault(kind) + 1;
            yield return count == 1 ? kind : $"{kind}_{count}";
        }
    }
}

/// <summary>A setting that must be the same to continue training.</summary>
/// <param name="Name">What it is: <c>batch size</c>.</param>
/// <param name="Value">Its value.</param>
internal sealed record Setting(string Name, string Value);

/// <summary>An array with its name and shape.</summary>
internal sealed record SavedArray(string Name, IReadOnlyList<int> Shape, float[] Values);

/// <summary>The position in a fit at which a checkpoint was created.</summary>
internal sealed class FitRecord
{
    /// <summary>
    /// The number of values at the start of a history row: epoch, duration in ticks, samples per second, whether there is a validation.
    /// </summary>
    internal const int HistoryHeading = 4;

    /// <summary>The name of the setting for the number of rows in a full batch.</summary>
    internal const string BatchSize = "batch size";

    internal required IReadOnlyList<Setting> Settings { get; init; }

    /// <summary>How many batches of the current epoch were trained on.</summary>
    internal required int Batch { get; init; }

    /// <summary>The number of rows in those batches.</summary>
    internal required int Samples { get; init; }

    /// <summary>What those rows come to: the sum of losses, then the state of each metric.</summary>
    internal required double[] Sums { get; init; }

    /// <summary>The length of each metric's state; null where each is one number, as that of a mean.</summary>
    internal int[]? StateLengths { get; init; }

    /// <summary>Whether callbacks have been notified that the epoch begins.</summary>
    internal required bool EpochHasBegun { get; init; }

    /// <summary>How long the epoch's steps took.</summary>
    internal required TimeSpan Duration { get; init; }

    /// <summary>The completed epochs, one row of values each.</summary>
    internal required double[] History { get; init; }

    /// <summary>The number of values in a row: four at the start, then loss and metrics twice.</summary>
    internal int HistoryColumns => HistoryHeading + 2 * (StateLengths is null ? Sums.Length : 1 + StateLengths.Length);

    internal required IReadOnlyList<KeyValuePair<string, CallbackState>> Callbacks { get; init; }
}
