using NeuralCore.Data;
using NeuralCore.Diagnostics;
using NeuralCore.Losses;
using NeuralCore.Optimizers;
using NeuralCore.Tabular;
using NeuralCore.Training;

namespace NeuralCore.Samples.Tabular.Output;

/// <summary>What the training doctor says of the test rows: they are on another scale, or training rows are among them.</summary>
internal static class TestFindings
{
    private static readonly string[] _codes = ["NC001", "NC007"];

    internal static IEnumerable<Finding> Of(TabularModel model, Table training, Table test) => (model switch
    {
        TabularClassifier classifier => Diagnose(
            model, new SparseCategoricalCrossEntropy(), classifier.ToDataset(training), classifier.ToDataset(test)),
        TabularRegressor regressor => Diagnose(
            model, new MeanSquaredError(), regressor.ToDataset(training), regressor.ToDataset(test)),
        _ => [],
    }).Where(finding => _codes.Contains(finding.Code));

    private static IReadOnlyList<Finding> Diagnose<TTarget>(
        TabularModel model, Loss<TTarget> loss, Dataset<TTarget> training, Dataset<TTarget> test)
        where TTarget : unmanaged
    {
        using Trainer<TTarget> trainer = model.Model.Clone().Compile(new Adam(), loss);
        return trainer.Diagnose(training, test);
    }
}
