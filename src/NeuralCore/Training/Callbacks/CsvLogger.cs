using System.Globalization;

namespace NeuralCore.Training;

/// <summary>
/// Writes a line of figures for each epoch into a CSV file: <c>epoch</c>, <c>loss</c>, each metric, the same with <c>val_</c> if there is
/// validation, <c>learning_rate</c>, <c>seconds</c>, <c>samples_per_second</c>. Numbers have all digits, in the invariant culture.
/// </summary>
/// <remarks>
/// Each line is in the file when its epoch has ended. A new trainer's fit begins a new file; a trainer's second fit and one that is resumed
/// from a checkpoint continue the file, without an epoch twice. The name is Keras'. Epochs count from 1.
/// </remarks>
public sealed class CsvLogger : Callback
{
    private const string FirstColumn = "epoch";

    private readonly EpochLog _log;

    /// <summary>Describes the callback.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    public CsvLogger(string path)
    {
        _log = new EpochLog(path, "a CSV log of epochs", FirstColumn, hasHeader: true, EpochOf);
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file is not such a log, or its folder does not exist.</exception>
    public override void OnFitBegin(FitContext context) => _log.Begin();

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="InvalidOperationException">The fit continues a file with other columns.</exception>
    public override void OnEpochEnd(FitContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        (string Name, double Value)[] figures = EpochFigures.Of(result).ToArray();
        string epoch = result.Epoch.ToString(CultureInfo.InvariantCulture);
        _log.Write(
            result.Epoch,
            header: string.Join(',', figures.Select(figure => Quote(figure.Name)).Prepend(FirstColumn)),
            line: string.Join(',', figures.Select(figure => EpochFigures.Format(figure.Value)).Prepend(epoch)));
    }

    private static string Quote(string name) =>
        name.AsSpan().ContainsAny(",\"") ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : name;

    private static int? EpochOf(string line)
    {
        string first = line.Split(',')[0];
        return first == FirstColumn ? 0
            : int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int epoch) && epoch > 0 ? epoch
            : null;
    }
}
