namespace NeuralCore.Serialization;

/// <summary>
/// Everything that training needs to go on with the same bits: weights, optimizer state, counts, learning rate and, when a fit made it, the position in the epoch, the
/// epochs so far and the state of the callbacks. Random numbers follow from seed, epoch and step, so no generator's state is in it.
/// </summary>
/// <remarks>Made by <c>trainer.CreateCheckpoint()</c>, given back by <c>FitOptions.ResumeFrom</c> or <c>trainer.Restore</c>. A copy: training on does not change it.</remarks>
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

    /// <summary>How many epochs had been finished.</summary>
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

    /// <summary>What model, optimizer and loss were.</summary>
    internal IReadOnlyList<Setting> Settings => SettingsOf(ModelJson.Read(Model), Optimizer, Loss);

    internal IReadOnlyList<SavedArray> Weights { get; init; } = [];

    /// <summary>For each slot of the optimizer its name and its values, those of one weight after those of the other.</summary>
    internal IReadOnlyList<KeyValuePair<string, float[]>> Slots { get; init; } = [];

    internal double[] Scalars { get; init; } = [];

    /// <summary>Where in a fit it was made; null outside.</summary>
    internal FitRecord? Fit { get; init; }

    /// <summary>Writes the checkpoint to a file, which is replaced in one step. <c>Sequential.Load</c> and <c>model.LoadWeights</c> read the file too.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written; the old one is untouched.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder must not be written to.</exception>
    /// <exception cref="ArgumentException">
    /// The callbacks' texts and names take more than 96 KB, or their arrays are more than a file has room for.
    /// </exception>
    public void Save(string path) => Save(path, PhysicalFileSystem.Instance);

    /// <summary>Writes the checkpoint into a folder under the name that <see cref="FindLatest"/> looks for.</summary>
    /// <param name="folder">The folder, made where it does not exist.</param>
    /// <returns>The file.</returns>
    /// <inheritdoc cref="Save(string)"/>
    public string SaveIn(string folder) => SaveIn(folder, PhysicalFileSystem.Instance);

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is damaged or no checkpoint; the message says where, what was expected and what was found.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Checkpoint Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return CheckpointFile.Read(SafeTensorsReader.Open(path));
    }

    /// <summary>The file of the last checkpoint that a fit left in a folder; null when there is none.</summary>
    /// <param name="folder">The folder that <c>CheckpointEveryEpoch</c> was given.</param>
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
        // A run that goes on from elsewhere need not come by this step again: all checkpoints of a folder tidy up after one another.
        CheckpointFile.Write(this, path, files, FilePrefix + FileSuffix);
        return path;
    }

    internal void Save(string path, IFileSystem files)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckpointFile.Write(this, path, files);
    }

    /// <summary>What must be the same for training to go on, outside a fit.</summary>
    internal static IReadOnlyList<Setting> SettingsOf(ModelJson model, string optimizer, string loss) =>
        [.. model.Settings(), new("optimizer", optimizer), new("loss", loss)];

    /// <summary>The callback states of a list of callbacks' kinds, each told apart by its kind and how many of that kind stand before it.</summary>
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

/// <summary>Something that must be the same for training to go on.</summary>
/// <param name="Name">What it is: <c>batch size</c>.</param>
/// <param name="Value">What it was.</param>
internal sealed record Setting(string Name, string Value);

/// <summary>An array with its name and shape.</summary>
internal sealed record SavedArray(string Name, IReadOnlyList<int> Shape, float[] Values);

/// <summary>Where in a fit a checkpoint was made.</summary>
internal sealed class FitRecord
{
    /// <summary>
    /// The figures that head a row of the history: epoch, duration in ticks, samples a second, whether there is a validation.
    /// </summary>
    internal const int HistoryHeading = 4;

    /// <summary>The name of the setting that says how many rows a full batch has.</summary>
    internal const string BatchSize = "batch size";

    internal required IReadOnlyList<Setting> Settings { get; init; }

    /// <summary>How many batches of the epoch at hand were trained on.</summary>
    internal required int Batch { get; init; }

    /// <summary>How many rows those were.</summary>
    internal required int Samples { get; init; }

    /// <summary>The sums over those rows: the loss, then the metrics.</summary>
    internal required double[] Sums { get; init; }

    /// <summary>Whether callbacks have heard that the epoch begins.</summary>
    internal required bool EpochHasBegun { get; init; }

    /// <summary>How long the epoch's steps took.</summary>
    internal required TimeSpan Duration { get; init; }

    /// <summary>The finished epochs, a row of figures each.</summary>
    internal required double[] History { get; init; }

    /// <summary>How many figures a row has: four that head it, then loss and metrics twice.</summary>
    internal int HistoryColumns => HistoryHeading + 2 * Sums.Length;

    internal required IReadOnlyList<KeyValuePair<string, CallbackState>> Callbacks { get; init; }
}
