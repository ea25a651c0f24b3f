using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Samples.Mnist;
using NeuralCore.Samples.Mnist.Commands;
using NeuralCore.Tests.Data;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>Exit codes and messages of the built sample, run as separate processes.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly SmallMnist _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("'foo'", "foo")]
    [InlineData("--nope", "run", "basic", "--nope")]
    [InlineData("'run'", "run")]
    [InlineData("'summary'", "summary")]
    [InlineData("no experiment 'basics'", "run", "basics")]
    [InlineData("no experiment 'Basic'", "summary", "Basic")]
    [InlineData("--epochs takes a whole number", "run", "basic", "--epochs", "0")]
    [InlineData("--batch takes a whole number", "run", "basic", "--batch", "-1")]
    [InlineData("--threads takes a whole number", "run", "basic", "--threads", "0")]
    [InlineData("not 'abc'", "run", "basic", "--threads", "abc")]
    [InlineData("--threads", "run", "basic", "--threads", "1025")]
    [InlineData("--epochs", "run", "basic", "--epochs")]
    [InlineData("--epochs", "run", "basic", "--epochs", "1.5")]
    [InlineData("--seed takes a whole number", "run", "basic", "--seed", "9223372036854775808")]
    [InlineData("--json takes a path", "run", "basic", "--json", "")]
    [InlineData("'extra'", "list", "extra")]
    public void Wrong_command_line_ends_with_2_and_one_line(string expected, params string[] args)
    {
        SampleProcess run = SampleProcess.Run(args);

        run.ExitCode.Should().Be(2);
        run.Output.Should().BeEmpty();
        run.ErrorLines.Should().ContainSingle().Which.Should().Contain(expected);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("run", "--help")]
    [InlineData("summary", "-h")]
    public void Help_ends_with_0(params string[] args)
    {
        SampleProcess run = SampleProcess.Run(args);

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("Usage:");
        run.Error.Should().BeEmpty();
    }

    [Fact]
    public void Missing_folder_is_named_with_files_and_mirrors()
    {
        string nowhere = Path.Combine(_data.Folder, "nowhere");

        Failure(SampleProcess.Run("run", "basic", "--data", nowhere)).Should().ContainAll(
            nowhere, "--data", MnistData.TrainingImages, MnistData.TrainingLabels, MnistData.TestImages, MnistData.TestLabels,
            "https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/");
    }

    [Fact]
    public void Run_without_arguments_looks_in_the_environments_folder()
    {
        string nowhere = Path.Combine(_data.Folder, "nowhere");

        Failure(SampleProcess.Run([("NEURALCORE_DATA", nowhere)])).Should().ContainAll(nowhere, "NEURALCORE_DATA");
    }

    [Fact]
    public void One_missing_file_is_named()
    {
        File.Delete(_data.PathOf(MnistData.TestLabels));

        Failure(SampleProcess.Run("run", "basic", "--data", _data.Folder)).Should().StartWith($"{MnistData.TestLabels} missing");
    }

    [Fact]
    public void Corrupt_file_is_named()
    {
        File.WriteAllBytes(_data.PathOf(MnistData.TestImages), IdxFiles.Noise(SmallMnist.TestCount, 28, 28)[..^1]);

        Failure(SampleProcess.Run("run", "baseline", "--data", _data.Folder))
            .Should().Contain(MnistData.TestImages).And.Contain("expected");
    }

    [Fact]
    public void Files_that_do_not_match_are_named()
    {
        File.WriteAllBytes(_data.PathOf(MnistData.TestLabels), SmallMnist.Labels(SmallMnist.TestCount - 1));
        Failure(SampleProcess.Run("run", "basic", "--data", _data.Folder))
            .Should().ContainAll(MnistData.TestImages, MnistData.TestLabels, "49", "50");

        File.WriteAllBytes(_data.PathOf(MnistData.TestImages), IdxFiles.Noise(SmallMnist.TestCount - 1, 28, 27));
        Failure(SampleProcess.Run("run", "basic", "--data", _data.Folder))
            .Should().ContainAll(MnistData.TestImages, "[28, 28]", "[28, 27]");
    }

    [Fact]
    public void Result_file_is_checked_before_data_and_training()
    {
        string json = Path.Combine(_data.Folder, "no", "such", "result.json");

        Failure(SampleProcess.Run("run", "basic", "--data", "nowhere", "--json", json))
            .Should().ContainAll("Cannot write", json, "does not exist");
        Failure(SampleProcess.Run("run", "basic", "--data", "nowhere", "--json", _data.Folder))
            .Should().ContainAll("Cannot write", "is a folder");
    }

    [Theory]
    [InlineData("run", "basic")]
    [InlineData("summary", "basic")]
    public void Unknown_instruction_set_is_a_failure(params string[] args) =>
        Failure(SampleProcess.Run([("NEURALCORE_ISA", "1024")], args)).Should().Contain("NEURALCORE_ISA");

    [Fact]
    public void Non_finite_loss_is_a_failure_and_a_bug_stays_loud()
    {
        CommandLine.Guard(TrainOnNaN).Should().Be(1);
        CommandLine.Guard(() => throw new SampleException("No.")).Should().Be(1);
        CommandLine.Guard(() => 2).Should().Be(2);
        FluentActions.Invoking(() => CommandLine.Guard(() => throw new NullReferenceException())).Should().Throw<NullReferenceException>();
    }

    [Fact]
    public void List_shows_all_experiments_one_a_line()
    {
        SampleProcess run = SampleProcess.Run("list");

        run.ExitCode.Should().Be(0);
        run.OutputLines.Should().HaveCount(25);
        run.OutputLines.Should().ContainSingle(line => line.StartsWith("sparse-10 ", StringComparison.Ordinal))
            .Which.Should().ContainAll("128-128-128", "0.081", "0.980");
    }

    private static int TrainOnNaN()
    {
        using Trainer<int> trainer = new Sequential([1], [new Dense(2)], seed: 1).Compile(new Sgd(0.1f),
            new SparseCategoricalCrossEntropy(fromLogits: true));
        trainer.Fit(Dataset.From([float.NaN], [1], [0]), new() { Epochs = 1, BatchSize = 1 });
        throw new InvalidOperationException("NaN was learnt.");
    }

    private static string Failure(SampleProcess run)
    {
        run.ExitCode.Should().Be(1);
        run.Output.Should().BeEmpty();
        return run.ErrorLines.Should().ContainSingle().Which;
    }
}
