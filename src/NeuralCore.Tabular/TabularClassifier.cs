using NeuralCore.Data;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Training;

namespace NeuralCore.Tabular;

/// <summary>
/// Predicts a class from the columns of a table. It trains without tuning: <c>TabularClassifier.Train(table, "species")</c>.
/// </summary>
/// <inheritdoc/>
public sealed class TabularClassifier : TabularModel
{
    private const float LabelSmoothing = 0.1f;

    internal TabularClassifier(Sequential model, TableSchema schema, TrainedOn? trained)
        : base(model, schema, trained)
    {
    }

    /// <summary>The classes, in the order of the probabilities.</summary>
    public IReadOnlyList<string> Classes => Schema.Classes!;

    /// <summary>Trains a classifier.</summary>
    /// <param name="table">
    /// The training data. Columns that are constant, or whose categories are nearly all different, are left out.
    /// </param>
    /// <param name="label">The column of classes; numbers are taken for names of classes.</param>
    /// <param name="options">Widths, epochs, seed, threads.</param>
    /// <exception cref="ArgumentException">
    /// There is no such column, a label is missing, there are fewer than two classes, or no column is left to predict from.
    /// </exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    /// <exception cref="NonFiniteException">The loss became NaN or infinite.</exception>
    public static TabularClassifier Train(Table table, string label, TabularOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        options ??= new TabularOptions();
        options.Check();
        TableDataset<int> data = table.ToClasses(label);
        Layer[] last = [new Dense(data.Classes.Count, new Softmax(), kernelInitializer: new Zeros())];
        Sequential model = TabularNetwork.Build(data.Schema, data.Values, () => new SELU(), last, options);
        SparseCategoricalCrossEntropy loss = new(labelSmoothing: LabelSmoothing);
        TrainedOn trained = TabularNetwork.Train(model, data, loss, new Accuracy(), options);
        return new TabularClassifier(model, data.Schema, trained);
    }

    /// <summary>Reads a classifier from a file.</summary>
    /// <inheritdoc cref="TabularModel.Load"/>
    public static new TabularClassifier Load(string path) => TabularModel.Load(path) as TabularClassifier
        ?? throw new InvalidDataException($"{path}: expected a classifier, found a model for regression. Use TabularRegressor.Load.");

    /// <summary>The most probable class of each row.</summary>
    /// <inheritdoc cref="TabularModel.Encode"/>
    public string[] Predict(Table table)
    {
        float[] probabilities = PredictProbabilities(table);
        string[] predicted = new string[table.RowCount];
        for (int row = 0; row < predicted.Length; row++)
            predicted[row] = Classes[OneHot.ArgMax(probabilities.AsSpan(row * Classes.Count, Classes.Count))];
        return predicted;
    }

    /// <summary>The probability of each class for each row, row-major: [rows, classes].</summary>
    /// <inheritdoc cref="TabularModel.Encode"/>
    public float[] PredictProbabilities(Table table) => PredictOutputs(table);

    /// <summary>
    /// The predicted class of each row under the label's name, and the probabilities, each under <c>probability_</c> and its class.
    /// </summary>
    /// <inheritdoc cref="TabularModel.Encode"/>
    public override Table PredictTable(Table table)
    {
        float[] probabilities = PredictProbabilities(table);
        List<Column> columns = [new CategoricalColumn(Label, Predict(table))];
        for (int k = 0; k < Classes.Count; k++)
        {
            double[] values = new double[table.RowCount];
            for (int row = 0; row < values.Length; row++)
                values[row] = Digits.Widen(probabilities[row * Classes.Count + k]);
            columns.Add(new NumericColumn($"probability_{Classes[k]}", values));
        }
        return new Table(columns, "predictions");
    }

    /// <summary>The inputs and classes of a table that has labels, for the network.</summary>
    /// <exception cref="ArgumentException">
    /// A column is missing or not as in training, or a label is missing or not one of the classes; the message names the line.
    /// </exception>
    public Dataset<int> ToDataset(Table table) => new(
        new ArrayFeatures(Encode(table), Model.InputShape), TableLabels.ToClasses(table, Label, Classes));

    /// <summary>Precision, recall and F1 of each class on a table that has labels.</summary>
    /// <inheritdoc cref="ToDataset"/>
    public ClassificationReport Evaluate(Table table) => Model.ClassificationReport(ToDataset(table), Classes);
}
