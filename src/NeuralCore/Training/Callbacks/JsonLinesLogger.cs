using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NeuralCore.Training;

/// <summary>
/// Writes a JSON object of figures for each epoch, one a line: <c>{"epoch":1,"loss":0.5,"accuracy":0.9,"val_loss":0.6,...}</c>, with the
/// names of <see cref="CsvLogger"/>. A figure that is not finite is null.
/// </summary>
/// <remarks>
/// Each line is in the file when its epoch has ended. A new trainer's fit begins a new file; a trainer's second fit and one that is resumed
/// from a checkpoint continue the file, without an epoch twice. Epochs count from 1.
/// </remarks>
public sealed class JsonLinesLogger : Callback
{
    private static readonly JsonWriterOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly EpochLog _log;

    /// <summary>Describes the callback.</summary>
    /// <param name="path">The file, by convention <c>*.jsonl</c>; its folder must exist.</param>
    public JsonLinesLogger(string path)
    {
        _log = new EpochLog(path, "a JSON Lines log of epochs", "{\"epoch\":", hasHeader: false, EpochOf);
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file is not such a log, or its folder does not exist.</exception>
    public override void OnFitBegin(FitContext context) => _log.Begin();

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public override void OnEpochEnd(FitContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        using MemoryStream line = new();
        using (Utf8JsonWriter json = new(line, _json))
        {
            json.WriteStartObject();
            json.WriteNumber("epoch", result.Epoch);
            foreach ((string name, double value) in EpochFigures.Of(result))
            {
                if (double.IsFinite(value))
                    json.WriteNumber(name, value);
                else
                    json.WriteNull(name);
            }
            json.WriteEndObject();
        }
        _log.Write(result.Epoch, header: null, Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length));
    }

    private static int? EpochOf(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("epoch", out JsonElement epoch)
                && epoch.ValueKind == JsonValueKind.Number && epoch.TryGetInt32(out int number) && number > 0
                ? number
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
