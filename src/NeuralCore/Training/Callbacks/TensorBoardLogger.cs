using System.Globalization;

namespace NeuralCore.Training;

/// <summary>
/// Writes the figures of each epoch as TensorBoard event files: <c>tensorboard --logdir FOLDER</c> shows them. The training figures are in
/// the folder <c>train</c>, those of validation in <c>validation</c>, under equal names (<c>epoch_loss</c>, <c>epoch_accuracy</c>, as in
/// Keras), so that both curves are in one diagram; <c>epoch_learning_rate</c> is in <c>train</c>.
/// </summary>
/// <remarks>
/// Each fit adds a file to each folder, and each epoch is in it when it has ended. A fit that continues earlier epochs tells TensorBoard to
/// drop what older files say of later ones, so that no epoch is shown twice. Give each new trainer a folder of its own. Figures are rounded
/// to single precision. Steps are epochs, from 1.
/// </remarks>
public sealed class TensorBoardLogger : Callback
{
    private const string Prefix = "epoch_";

    private readonly TimeProvider _time;
    private string _fileName = "";

    /// <summary>Describes the callback.</summary>
    /// <param name="folder">The folder, created if it does not exist.</param>
    public TensorBoardLogger(string folder)
        : this(folder, TimeProvider.System)
    {
    }

    internal TensorBoardLogger(string folder, TimeProvider time)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Folder = folder;
        _time = time;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    public override void OnFitBegin(FitContext context)
    {
        DateTimeOffset now = _time.GetUtcNow();
        // Readers take the files of a folder in the order of their names: seconds first, then what keeps two fits of a second apart.
        _fileName = string.Create(
            CultureInfo.InvariantCulture,
            $"events.out.tfevents.{now.ToUnixTimeSeconds():D10}.{now.Ticks % TimeSpan.TicksPerSecond:D7}.neuralcore");
        Directory.CreateDirectory(Folder);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public override void OnEpochEnd(FitContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        Write("train", result.Epoch, EpochFigures.Of(result.Training).Append(("learning_rate", result.LearningRate)));
        if (result.Validation is not null)
            Write("validation", result.Epoch, EpochFigures.Of(result.Validation));
    }

    private void Write(string run, int epoch, IEnumerable<(string Name, double Value)> figures)
    {
        string folder = Path.Combine(Folder, run);
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, _fileName);
        DateTimeOffset now = _time.GetUtcNow();
        bool isNew = !File.Exists(path);
        using FileStream stream = new(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        if (isNew)
            stream.Write([.. TensorBoardEvents.Header(now), .. epoch > 1 ? TensorBoardEvents.Restart(now, epoch) : []]);
        stream.Write(TensorBoardEvents.Scalars(now, epoch, figures.Select(figure => (Prefix + figure.Name, figure.Value))));
    }
}
