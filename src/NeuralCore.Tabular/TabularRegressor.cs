using NeuralCore.Data;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Training;

namespace NeuralCore.Tabular;

/// <summary>
/// Predicts a number from the columns of a table. It trains without tuning: <c>TabularRegressor.Train(table, "price")</c>.
/// </summary>
/// <inheritdoc/>
public sealed class TabularRegressor : TabularModel
{
    internal TabularRegressor(Sequential model, TableSchema schema, TrainedOn? trained)
        : base(model, schema, trained)
    {
    }

    /// <summary>Trains a model for regression. Its loss is the mean squared error in the label's unit.</summary>
    /// <param name="table">
    /// The training data. Columns that are constant, or whose categories are nearly all different, are left out.
    /// </param>
    /// <param name="label">The column of numbers to predict.</param>
    /// <param name="options">Widths, epochs, seed, threads.</param>
    /// <exception cref="ArgumentException">
    /// There is no such column, a label is missing or no number, or no column is left to predict from.
    /// </exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    /// <exception cref="NonFiniteException">The loss became NaN or infinite.</exception>
    public static TabularRegressor Train(Table table, string label, TabularOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        options ??= new TabularOptions();
        options.Check();
        TableDataset<float> data = table.ToNumbers(label);
        Layer[] last = [new Dense(1, kernelInitializer: new Zeros()), TargetScale.Fit(TableLabels.ToValues(table, label))];
        Sequential model = TabularNetwork.Build(data.Schema, data.Values, () => new Mish(), last, options);
        TrainedOn trained = TabularNetwork.Train(model, data, new MeanSquaredError(), new R2Score(), options);
        return new TabularRegressor(model, data.Schema, trained);
    }

    /// <summary>Reads a model for regression from a file.</summary>
    /// <inheritdoc cref="TabularModel.Load"/>
    public static new TabularRegressor Load(string path) => TabularModel.Load(path) as TabularRegressor
        ?? throw new InvalidDataException($"{path}: expected a model for regression, found a classifier. Use TabularClassifier.Load.");

    /// <summary>The predicted number of each row, in the label's unit.</summary>
    /// <inheritdoc cref="TabularModel.Encode"/>
    public float[] Predict(Table table) => PredictOutputs(table);

    /// <summary>The predicted number of each row under the label's name.</summary>
    /// <inheritdoc cref="TabularModel.Encode"/>
    public override Table PredictTable(Table table) =>
        new([new NumericColumn(Label, Array.ConvertAll(Predict(table), Digits.Widen))], "predictions");

    /// <summary>The inputs and numbers of a table that has labels, for the network.</summary>
    /// <exception cref="ArgumentException">
    /// A column is missing or not as in training, or a label is missing or no number; the message names the line.
    /// </exception>
    public Dataset<float> ToDataset(Table table) => new(
        new ArrayFeatures(Encode(table), Model.InputShape), new ArrayTargets(TableLabels.ToValues(table, Label), 1));

    /// <summary>R², the root mean squared error and the mean absolute error on a table that has labels.</summary>
    /// <inheritdoc cref="ToDataset"/>
    public RegressionReport Evaluate(Table table) => RegressionReport.Of(TableLabels.ToValues(table, Label), Predict(table));
}
