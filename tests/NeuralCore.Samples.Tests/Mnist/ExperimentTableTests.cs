using System.Globalization;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Tests.Mnist;

public class ExperimentTableTests
{
    // As the report published them: id,group,title,hidden,dropout,loss,optimizer,epochs,batch,report_loss,report_accuracy
    private const string Published = """
        basic,basic,Basic MNIST model,300-100,0,sparse,sgd,20,512,35.08,0.91
        baseline,baseline,MNIST baseline model,128-128,0.25,categorical,adam,20,512,0.07,0.981
        categorical-baseline,categorical,Baseline,128-128,0.25,categorical,adam,20,512,0.073,0.979
        categorical-1,categorical,Decrease neurons in 2nd layer,128-100,0.25,categorical,adam,20,512,0.071,0.979
        categorical-2,categorical,Increase neurons in 2nd layer,128-156,0.25,categorical,adam,20,512,0.073,0.979
        categorical-3,categorical,Increase neurons in 1st layer,156-128,0.25,categorical,adam,20,512,0.074,0.979
        categorical-4,categorical,Decrease neurons in 1st layer,100-156,0.25,categorical,adam,20,512,0.073,0.979
        categorical-5,categorical,Increase neurons in 1st and 2nd layer,156-156,0.25,categorical,adam,20,512,0.070,0.980
        categorical-6,categorical,Increase 1st layer and decrease 2nd layer,156-100,0.25,categorical,adam,20,512,0.072,0.979
        categorical-7,categorical,Increase dropout to 50%,128-128,0.5,categorical,adam,20,512,0.071,0.980
        categorical-8,categorical,Increase dropout to 50% and neurons on both layers,156-156,0.5,categorical,adam,20,512,0.073,0.980
        categorical-9,categorical,Increase number of layers to 3,128-128-128,0.25,categorical,adam,20,512,0.089,0.978
        categorical-10,categorical,Increase number of layers to 3 and dropout to 50%,128-128-128,0.5,categorical,adam,20,512,0.092,0.978
        sparse-baseline,sparse,Baseline,128-128,0.25,sparse,adam,20,512,0.079,0.977
        sparse-1,sparse,Decrease neurons in 2nd layer,128-100,0.25,sparse,adam,20,512,0.076,0.978
        sparse-2,sparse,Increase neurons in 2nd layer,128-156,0.25,sparse,adam,20,512,0.077,0.979
        sparse-3,sparse,Increase neurons in 1st layer,156-128,0.25,sparse,adam,20,512,0.079,0.978
        sparse-4,sparse,Decrease neurons in 1st layer,100-156,0.25,sparse,adam,20,512,0.067,0.979
        sparse-5,sparse,Increase neurons in 1st and 2nd layer,156-156,0.25,sparse,adam,20,512,0.071,0.981
        sparse-6,sparse,Increase 1st layer and decrease 2nd layer,156-100,0.25,sparse,adam,20,512,0.078,0.978
        sparse-7,sparse,Increase dropout to 50%,128-128,0.5,sparse,adam,20,512,0.072,0.979
        sparse-8,sparse,Increase dropout to 50% and neurons on both layers,156-156,0.5,sparse,adam,20,512,0.068,0.981
        sparse-9,sparse,Increase number of layers to 3,128-128-128,0.25,sparse,adam,20,512,0.084,0.979
        sparse-10,sparse,Increase number of layers to 3 and dropout to 50%,128-128-128,0.5,sparse,adam,20,512,0.081,0.980
        """;

    [Fact]
    public async Task Every_experiment_can_be_warmed_up()
    {
        foreach (Experiment experiment in ExperimentTable.All)
            await WarmUp.Begin(new(experiment, 1, experiment.Epochs, BatchSize: 24, Threads: 2));
    }

    [Fact]
    public void Table_is_the_published_one() =>
        string.Join('\n', ExperimentTable.All.Select(Row)).Should().Be(Published.ReplaceLineEndings("\n"));

    [Fact]
    public void Every_experiment_builds_and_ends_in_ten_probabilities()
    {
        foreach (Experiment experiment in ExperimentTable.All)
        {
            Sequential model = experiment.BuildModel(1);
            model.OutputShape.Should().Equal(10);
            model.InputShape.Size.Should().Be(784);
            int others = 1 + (experiment.Dropout > 0 ? 1 : 0) + (experiment.Id == "basic" ? 1 : 0);
            model.Layers.Count.Should().Be(experiment.Hidden.Count + others, experiment.Id);
        }
    }

    [Fact]
    public void Optimizers_have_keras_defaults()
    {
        ExperimentTable.Find("basic")!.CreateOptimizer().Should().BeOfType<Sgd>()
            .Which.Should().BeEquivalentTo(new { LearningRate = 0.01f, Momentum = 0f });
        ExperimentTable.Find("baseline")!.CreateOptimizer().Should().BeOfType<Adam>()
            .Which.Should().BeEquivalentTo(new { LearningRate = 0.001f, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-7 });
    }

    [Fact]
    public void Summary_of_basic_is_the_reports() => Words(SampleProcess.Run("summary", "basic")).Should().ContainInOrder(
        "flatten (Flatten) (None, 784) 0",
        "dense (Dense) (None, 300) 235,500",
        "dense_1 (Dense) (None, 100) 30,100",
        "dense_2 (Dense) (None, 10) 1,010",
        "Total params: 266,610 (1.02 MB)",
        "Trainable params: 266,610 (1.02 MB)",
        "Non-trainable params: 0 (0.00 Byte)");

    [Fact]
    public void Summary_of_the_baseline_is_the_reports() => Words(SampleProcess.Run("summary", "baseline")).Should().ContainInOrder(
        "Layer (type) Output Shape Param #",
        "=================================================================",
        "dense (Dense) (None, 128) 100,480",
        "dense_1 (Dense) (None, 128) 16,512",
        "dropout (Dropout) (None, 128) 0",
        "dense_2 (Dense) (None, 10) 1,290",
        "Total params: 118,282 (462.04 KB)");

    private static string[] Words(SampleProcess run)
    {
        run.ExitCode.Should().Be(0);
        return run.OutputLines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToArray();
    }

    private static string Row(Experiment e) => string.Create(
        CultureInfo.InvariantCulture,
        $"{e.Id},{Lower(e.Group)},{e.Title},{e.Widths},{e.Dropout},{Lower(e.Loss)},{Lower(e.Optimizer)},")
        + FormattableString.Invariant($"{e.Epochs},{e.BatchSize},{e.ReportLoss},{e.ReportAccuracy}");

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
