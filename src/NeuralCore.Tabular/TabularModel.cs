using System.Diagnostics;
using NeuralCore.Diagnostics;
using NeuralCore.Models;
using NeuralCore.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tabular;

/// <summary>
/// A trained model that reads tables: a <see cref="TabularClassifier"/> or a <see cref="TabularRegressor"/>. It knows its columns by name
/// and holds its own preprocessing, so one file is all it needs.
/// </summary>
/// <remarks>
/// Missing numbers count as the median of the training data. Missing categories, and those that were not there in training, have no
/// input of their own. Other columns of a table, and their order, do not matter.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public abstract class TabularModel
{
    private readonly TableEncoder _encoder;

    private protected TabularModel(Sequential model, TableSchema schema, TrainedOn? trained)
    {
        Model = model;
        Schema = schema;
        LeftOut = trained?.LeftOut ?? [];
        History = trained?.History;
        Findings = trained?.Findings ?? [];
        _encoder = new TableEncoder(schema);
        Features = schema.Columns.Select(column => column.Name).ToArray();
    }

    /// <summary>The network, preprocessing included: numbers as they are, NaN where missing, and categories one-hot.</summary>
    public Sequential Model { get; }

    /// <summary>The name of the column that is predicted.</summary>
    public string Label => Schema.Label;

    /// <summary>The names of the columns that the model reads.</summary>
    public IReadOnlyList<string> Features { get; }

    /// <summary>The columns of the training table that the model does not read, each with the reason; empty for a loaded model.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>The epochs of the training; null for a loaded model.</summary>
    public TrainingHistory? History { get; }

    /// <summary>What the training doctor found in the training data and the network; empty for a loaded model.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    internal TableSchema Schema { get; }

    /// <summary>Reads a model from a file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or not a model for tables.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TabularModel Load(string path)
    {
        Sequential model = ModelFile.Load(path, TabularNetwork.Layers).Model;
        try
        {
            TableSchema schema = TableInput.Read(model.Layers)
                ?? throw new FormatException("it does not name its columns. Save one with TabularModel.Save");
            int outputs = schema.Classes?.Length ?? 1;
            if (schema.Width != model.InputShape.Size || outputs != model.OutputShape.Size)
            {
                throw new FormatException(
                    $"its columns need {schema.Width} inputs and {outputs} outputs, but it has {model.InputShape} and {model.OutputShape}");
            }
            if (model.Layers.Any(layer => layer is TargetScale { IsSound: false } or RobustScaler { IsSound: false }))
                throw new FormatException("a scale is negative or 0");
            return schema.Classes is null
                ? new TabularRegressor(model, schema, null)
                : new TabularClassifier(model, schema, null);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{path}: expected a model for tables, found one of which this is wrong: {e.Message}.", e);
        }
    }

    /// <summary>Writes the model to a file, replacing it atomically.</summary>
    /// <param name="path">The file, by convention <c>*.safetensors</c>.</param>
    /// <exception cref="IOException">The file cannot be written; the old one is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not writable.</exception>
    /// <exception cref="ArgumentException">The names of the columns and categories exceed a file's limit (448 KB as JSON).</exception>
    public void Save(string path) => Model.Save(path);

    /// <summary>
    /// Reads a CSV file for the model: its columns have the types of the training table, so that a cell that is no number where one is
    /// expected is named.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Separator, header, missing values; the types are the model's.</param>
    /// <inheritdoc cref="Table.ReadCsv"/>
    public Table ReadCsv(string path, CsvOptions? options = null)
    {
        IEnumerable<string> numbers = Schema.Columns.Where(column => column.Categories is null).Select(column => column.Name);
        IEnumerable<string> categories = Schema.Columns.Where(column => column.Categories is not null).Select(column => column.Name);
        return Table.ReadCsv(path, (options ?? new CsvOptions()) with
        {
            Numeric = [.. numbers, .. Schema.Classes is null ? [Label] : Array.Empty<string>()],
            Categorical = [.. categories, .. Schema.Classes is null ? [] : new[] { Label }],
            AllowsUnknownNames = true,
        });
    }

    /// <summary>The inputs of the network for all rows of a table, row-major.</summary>
    /// <param name="table">A table with the columns that the model reads; others do not matter.</param>
    /// <exception cref="ArgumentException">
    /// A column is missing, or holds something else than a number where numbers are expected; the message names the line.
    /// </exception>
    public float[] Encode(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return _encoder.Encode(table);
    }

    /// <summary>The predictions for all rows, as a table of one row for each: to be written as a CSV file.</summary>
    /// <inheritdoc cref="Encode"/>
    public abstract Table PredictTable(Table table);

    /// <summary>What is predicted from what.</summary>
    public override string ToString() => $"{GetType().Name}: {Label} from {Features.Count} columns, {Model.ParameterCount} parameters";

    private protected float[] PredictOutputs(Table table) => Model.Predict(Encode(table));
}

/// <summary>What is known of a model that was trained and not loaded.</summary>
/// <param name="LeftOut">The columns that it does not read, each with the reason.</param>
/// <param name="History">The epochs.</param>
/// <param name="Findings">What the training doctor found.</param>
internal sealed record TrainedOn(IReadOnlyList<string> LeftOut, TrainingHistory History, IReadOnlyList<Finding> Findings);
