using NeuralCore.Data;
using NeuralCore.Diagnostics;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>
/// The training doctor on the report's 24 experiments, with their real settings and data but two epochs: silent, except where the report
/// tested on pixels 0..255.
/// </summary>
public class DoctorTests
{
    private static readonly Lazy<MnistImages> Images = new(() => new MnistImages(
        LabelledImages.Read(MnistData.PathOf(MnistData.TrainingImages), MnistData.PathOf(MnistData.TrainingLabels)),
        LabelledImages.Read(MnistData.PathOf(MnistData.TestImages), MnistData.PathOf(MnistData.TestLabels)),
        new DataOrigin(DataOrigin.Mnist, "the real ones")));

    public static TheoryData<string> Ids => [.. ExperimentTable.All.Select(experiment => experiment.Id)];

    [SkippableTheory]
    [MemberData(nameof(Ids))]
    public void An_experiment_of_the_report_has_no_finding_but_the_raw_test_pixels(string id)
    {
        MnistData.SkipWhenAbsent();
        Experiment experiment = ExperimentTable.Find(id)!;
        Sequential model = experiment.BuildModel(seed: 1);
        Dataset<int> training = Images.Value.Training.As(model.InputShape);
        Dataset<int> test = Images.Value.Test.As(model.InputShape);
        Dataset<int>? raw = experiment.WasTestedOnRawPixels ? Images.Value.Test.As(model.InputShape, scale: 1) : null;
        if (experiment.Loss == LossKind.Sparse)
            Check(experiment, model, new SparseCategoricalCrossEntropy(), new Accuracy(), training, test, raw);
        else
            Check(experiment, model, new CategoricalCrossEntropy(), new Accuracy(), OneHot(training), OneHot(test), null);
    }

    private static Dataset<float> OneHot(Dataset<int> data) => data.ToOneHot(Experiment.Classes);

    private static void Check<TTarget>(
        Experiment experiment, Sequential model, Loss<TTarget> loss, IMetric<TTarget> metric,
        Dataset<TTarget> training, Dataset<TTarget> test, Dataset<TTarget>? raw)
        where TTarget : unmanaged
    {
        using Trainer<TTarget> trainer = model.Compile(experiment.CreateOptimizer(), loss, metric);
        StringWriter log = new();
        model.Diagnose(training).Should().BeEmpty();
        trainer.Diagnose(training, test).Should().BeEmpty();
        trainer.Fit(training, new()
        {
            Epochs = 2,
            BatchSize = experiment.BatchSize,
            Validation = test,
            Log = log,
        });
        log.ToString().Should().NotContain("NC0");
        trainer.Diagnose(training, test).Should().BeEmpty();

        if (raw is null)
            return;
        trainer.Diagnose(training, raw).Should().ContainSingle().Which.Should().Match<Finding>(
            finding => finding.Code == "NC001" && finding.Severity == Severity.Error && finding.Evidence.Contains("0 to 255"));
    }
}
