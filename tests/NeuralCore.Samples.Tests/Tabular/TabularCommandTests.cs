using System.Diagnostics;
using System.Globalization;
using NeuralCore.Tests.Contracts;

namespace NeuralCore.Samples.Tests.Tabular;

/// <summary>The commands of the sample for tables, as separate processes.</summary>
public sealed class TabularCommandTests : IDisposable
{
    private static readonly string Iris = Repository.PathOf("tests/fixtures/tabular/iris.csv");
    private static readonly string Diabetes = Repository.PathOf("tests/fixtures/tabular/diabetes.csv");

    private readonly string _folder = Directory.CreateTempSubdirectory("neuralcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_classifier_is_trained_tested_saved_evaluated_and_predicts()
    {
        string model = PathOf("iris.safetensors");

        TabularProcess train = TabularProcess.Run("train", Iris, "--label", "species", "--save", model, "--log", PathOf("log.csv"));

        train.Error.Should().BeEmpty();
        train.ExitCode.Should().Be(0);
        train.Output.Should().NotContain("\u001b");
        train.OutputLines.Should().Contain($"{Iris}: 150 rows; 30 of them kept for testing")
            .And.Contain("species, one of setosa, versicolor, virginica, from sepal_length, sepal_width, petal_length, petal_width.")
            .And.ContainSingle(line => line.StartsWith("epoch 100/100: loss 0.", StringComparison.Ordinal))
            .And.Contain($"Saved: {model}");
        train.Output.Should().MatchRegex(@"\n +precision +recall +f1-score +support\n")
            .And.MatchRegex(@"\n +accuracy +(0\.9|1\.0)\d +30\n");
        File.ReadAllLines(PathOf("log.csv")).Should().HaveCount(101);

        TabularProcess evaluate = TabularProcess.Run("evaluate", model, Iris);
        evaluate.ExitCode.Should().Be(0, evaluate.Error);
        evaluate.Output.Should().MatchRegex(@"\n +accuracy +(0\.9|1\.0)\d +150\n");

        TabularProcess predict = TabularProcess.Run("predict", model, Iris);
        predict.ExitCode.Should().Be(0, predict.Error);
        predict.OutputLines[0].Should().Be("species,probability_setosa,probability_versicolor,probability_virginica");
        predict.OutputLines.Should().HaveCount(151);
        TabularProcess.Run("predict", model, Iris, "--output", PathOf("p.csv")).Output.Should().BeEmpty();
        File.ReadAllText(PathOf("p.csv")).Should().Be(predict.Output);
    }

    [Fact]
    public void Numbers_are_regressed_on_a_test_file()
    {
        TabularProcess run = TabularProcess.Run(
            "train", Diabetes, "--label", "progression", "--test", Diabetes, "--hidden", "16,8", "--epochs", "20", "--ignore", "age");

        run.ExitCode.Should().Be(0, run.Error);
        run.Output.Should().Contain("progression, a number, from sex, bmi,").And.MatchRegex(@"R² 0\.\d+, RMSE \d+");
        run.OutputLines.Count(line => line.StartsWith("epoch ", StringComparison.Ordinal)).Should().Be(11);
    }

    [Fact]
    public void The_same_seed_gives_the_same_file_on_any_number_of_threads()
    {
        foreach (string threads in new[] { "1", "3" })
        {
            TabularProcess.Run(
                    "train", Iris, "--label", "species", "--epochs", "3", "--seed", "7", "--threads", threads, "--save", PathOf(threads))
                .ExitCode.Should().Be(0);
        }
        File.ReadAllBytes(PathOf("3")).Should().Equal(File.ReadAllBytes(PathOf("1")));
    }

    [Fact]
    public void A_test_file_on_another_scale_is_named()
    {
        string[] lines = File.ReadAllLines(Iris);
        File.WriteAllLines(PathOf("scaled.csv"), lines.Select((line, i) => i == 0 ? line : string.Join(',', line.Split(',')
            .Select(cell => double.TryParse(cell, CultureInfo.InvariantCulture, out double value)
                ? (100 * value).ToString(CultureInfo.InvariantCulture) : cell))));

        string[] train = ["train", Iris, "--label", "species", "--epochs", "3"];
        TabularProcess.Run([.. train, "--test", PathOf("scaled.csv")]).Output.Should().Contain("NC001 error");
        TabularProcess.Run(train).Output.Should().NotContain("NC001").And.NotContain("NC007");
    }

    [Theory]
    [InlineData("a,b,y\n1,2,u\n1,2\n", "line 3: expected 3 cells, as in the first row, found 2.")]
    [InlineData("a,b,y\n1,2,u\n1,2,\n3,4,v\n5,6,v\n7,8,u\n9,1,u\n", "line 3, column \"y\": the label is missing.")]
    [InlineData("a,b,z\n1,2,u\n", "has no column \"y\". Its columns are \"a\", \"b\", \"z\".")]
    [InlineData("a,b,y\n1,2,u\n3,4,v\n", "has 2 rows: too few to keep some for testing. Name a file with --test.")]
    [InlineData("a,y\n1,u\n2,u\n3,u\n4,u\n5,u\n6,v\n7,v\n8,v\n9,v\nx,v\n",
        "found \"x\". If the column holds categories, say so: --categorical.")]
    [InlineData("", "expected a line of column names, found an empty file.")]
    public void A_bad_file_is_one_line_on_standard_error(string content, string message)
    {
        File.WriteAllText(PathOf("bad.csv"), content);

        TabularProcess run = TabularProcess.Run("train", PathOf("bad.csv"), "--label", "y", "--task", "classify");

        run.ExitCode.Should().Be(1);
        run.Output.Should().BeEmpty();
        run.Error.TrimEnd('\n').Should().StartWith(PathOf("bad.csv")).And.Contain(message)
            .And.NotContain("\n").And.NotContain("(Parameter");
    }

    [Theory]
    [InlineData(new string[] { }, "Expected a command: train, evaluate or predict.")]
    [InlineData(new[] { "train" }, "Option '--label' is required.")]
    [InlineData(new[] { "train", "x.csv" }, "'--label' is required")]
    [InlineData(new[] { "train", "x.csv", "--label", "y", "--task", "cluster" }, "'cluster' not recognized")]
    [InlineData(new[] { "train", "x.csv", "--label", "y", "--hidden", "8,x" }, "--hidden takes whole numbers from 1 to 65536")]
    [InlineData(new[] { "train", "x.csv", "--label", "y", "--epochs", "0" }, "--epochs takes a whole number from 1")]
    [InlineData(new[] { "train", "x.csv", "--label", "y", "--separator", "ab" }, "--separator takes one of")]
    [InlineData(new[] { "fly" }, "fly")]
    public void A_wrong_command_line_ends_with_2(string[] args, string message)
    {
        TabularProcess run = TabularProcess.Run(args);

        run.ExitCode.Should().Be(2);
        run.Error.Should().Contain(message).And.EndWith("Try --help.\n");
    }

    [Fact]
    public void Wrong_files_are_named_before_training()
    {
        Failure("train", PathOf("none.csv"), "--label", "y").Should().Contain("none.csv does not exist: expected a CSV file.");
        Failure("train", _folder, "--label", "y").Should().Contain("is a folder: expected a CSV file.");
        Failure("train", Iris, "--label", "species", "--save", Path.Combine(_folder, "none", "m")).Should().Contain("does not exist.");
        Failure("evaluate", Iris, Iris).Should().Contain("iris.csv");
        Failure("predict", PathOf("none"), Iris).Should().Contain("does not exist");
    }

    [Fact]
    public void Help_names_the_options()
    {
        TabularProcess.Run("--help").Output.Should().Contain("train").And.Contain("evaluate").And.Contain("predict").And.Contain("130");
        TabularProcess.Run("train", "--help").Output.Should().Contain("--label").And.Contain("--hidden").And.Contain("--task");
    }

    [SkippableFact]
    public void Interrupt_stops_between_steps_with_130_and_writes_no_model()
    {
        Skip.If(OperatingSystem.IsWindows(), "Needs kill.");

        TabularProcess run = TabularProcess.RunUntil(
            "epoch 1/", process => Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit(),
            "train", Iris, "--label", "species", "--epochs", "10000000", "--save", PathOf("m"));

        run.ExitCode.Should().Be(130);
        run.Error.Should().Be("Interrupted: stopped between two steps, no model written.\n");
        File.Exists(PathOf("m")).Should().BeFalse();
    }

    [SkippableFact]
    public void A_full_disk_behind_standard_output_is_said_to_be_that()
    {
        Skip.If(!File.Exists("/dev/full") || !File.Exists("/bin/bash"), "Needs /dev/full and bash.");
        TabularProcess.Run("train", Iris, "--label", "species", "--epochs", "1", "--save", PathOf("m")).ExitCode.Should().Be(0);

        TabularProcess run = TabularProcess.RunInShell($"TABULAR predict '{PathOf("m")}' '{Iris}' > /dev/full");

        run.ExitCode.Should().Be(1);
        run.Error.Should().StartWith("Cannot write to standard output: ");
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private static string Failure(params string[] args)
    {
        TabularProcess run = TabularProcess.Run(args);
        run.ExitCode.Should().Be(1);
        run.Error.TrimEnd('\n').Should().NotContain("\n");
        return run.Error;
    }
}
