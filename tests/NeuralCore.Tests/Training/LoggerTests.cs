using System.Globalization;
using System.Text.Json;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Tests.Serialization;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary>Logs of epochs: what they say, and that an interruption leaves no epoch out and none twice.</summary>
public class LoggerTests
{
    private const string Columns = "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds,samples_per_second";

    [Fact]
    public void The_CSV_log_has_the_figures_of_the_history()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("log.csv");

        TrainingHistory history = Fit(new CsvLogger(path), epochs: 3);

        string[] lines = File.ReadAllLines(path);
        lines[0].Should().Be(Columns);
        lines.Should().HaveCount(4);
        foreach ((EpochResult epoch, string line) in history.Epochs.Zip(lines.Skip(1)))
        {
            double[] figures = line.Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray();
            figures.Should().Equal(
                epoch.Epoch, epoch.Training.Loss, epoch.Training.Accuracy, epoch.Validation!.Loss, epoch.Validation.Accuracy, 0.01,
                epoch.Duration.TotalSeconds, epoch.SamplesPerSecond);
        }
        File.ReadAllText(path).Should().EndWith("\n").And.NotContain("\r");
        folder.Names.Should().Equal("log.csv");
    }

    [Fact]
    public void The_JSON_log_has_the_figures_of_the_history()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("log.jsonl");

        TrainingHistory history = Fit(new JsonLinesLogger(path), epochs: 2);

        JsonElement[] lines = File.ReadAllLines(path).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        lines.Should().HaveCount(2);
        string.Join(',', lines[1].EnumerateObject().Select(property => property.Name)).Should().Be(Columns);
        lines[1].GetProperty("epoch").GetInt32().Should().Be(2);
        lines[1].GetProperty("loss").GetDouble().Should().Be(history.Epochs[1].Training.Loss);
        lines[1].GetProperty("val_accuracy").GetDouble().Should().Be(history.Epochs[1].Validation!.Accuracy);
        lines[1].GetProperty("learning_rate").GetDouble().Should().Be(0.01);
    }

    [Fact]
    public void A_culture_of_commas_changes_nothing()
    {
        using TemporaryFolder folder = new();
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = culture;
            Fit(new CsvLogger(folder.File("log.csv")), epochs: 1);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
        File.ReadAllLines(folder.File("log.csv"))[1].Split(',').Should().HaveCount(8);
    }

    [Fact]
    public void Each_line_is_in_the_file_when_its_epoch_ends()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("log.csv");
        List<int> counts = [];

        Fit(new CsvLogger(path), epochs: 3, more: [new AtEpochEnd(() => counts.Add(File.ReadAllLines(path).Length))]);

        counts.Should().Equal(2, 3, 4);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("jsonl")]
    public void A_resumed_fit_has_each_epoch_once(string kind)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("log");
        // Four epochs are logged, but the last checkpoint is that of the second; the last line is cut off, as by a crash.
        using TemporaryFolder checkpoints = new();
        Fit(Logger(kind, path), epochs: 4, more: [new ModelCheckpoint(checkpoints.Path, keep: 100)]);
        string[] whole = Untimed(path);
        File.AppendAllText(path, kind == "csv" ? "5,0.1" : "{\"epoch\":5,\"lo");
        Checkpoint second = Directory.GetFiles(checkpoints.Path).Select(Checkpoint.Load)
            .OrderBy(checkpoint => checkpoint.Step).ElementAt(1);

        Fit(Logger(kind, path), epochs: 4, resumeFrom: second);

        Untimed(path).Should().Equal(whole);
    }

    [Theory]
    [InlineData("csv", 1)]
    [InlineData("jsonl", 0)]
    public void A_second_fit_of_a_trainer_continues_and_a_new_trainer_begins_anew(string kind, int header)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("log");
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());
        trainer.Fit(TestModels.Data(), Fits.Options(2) with { Callbacks = [Logger(kind, path)] });
        trainer.Fit(TestModels.Data(), Fits.Options(1) with { Callbacks = [Logger(kind, path)] });
        File.ReadAllLines(path).Should().HaveCount(header + 3);

        Fit(Logger(kind, path), epochs: 1);

        File.ReadAllLines(path).Should().HaveCount(header + 1);
    }

    [Theory]
    [InlineData("csv", "age,income\n3,4\n")]
    [InlineData("csv", "1,2\n")]
    [InlineData("jsonl", "{\"name\":\"x\"}\n")]
    [InlineData("jsonl", "some notes\n")]
    [InlineData("csv", "one line without an end")]
    [InlineData("jsonl", "{\"settings\": true}")]
    public void A_file_that_is_no_log_is_not_replaced(string kind, string content)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("mine");
        File.WriteAllText(path, content);

        int epochs = 0;

        FluentActions.Invoking(() => Fit(Logger(kind, path), epochs: 1, more: [new AtEpochEnd(() => epochs++)]))
            .Should().Throw<IOException>().WithMessage($"{path}, line 1: expected a line of a * log of epochs. The file is not replaced*");

        epochs.Should().Be(0, "it is found before the first epoch");
        File.ReadAllText(path).Should().Be(content);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("jsonl")]
    public void A_file_without_lines_is_not_read_to_its_end(string kind)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("large");
        File.WriteAllText(path, (kind == "csv" ? "epoch" : "{\"epoch\":1") + new string(' ', 20 << 20));
        long before = GC.GetAllocatedBytesForCurrentThread();

        FluentActions.Invoking(() => Fit(Logger(kind, path), epochs: 1)).Should().Throw<IOException>().WithMessage("*line 1*");

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(10 << 20);
        new FileInfo(path).Length.Should().BeGreaterThan(20 << 20);
    }

    [Fact]
    public void Lines_of_other_columns_are_not_continued()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("log.csv");
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());
        trainer.Fit(TestModels.Data(), Fits.Options(1) with { Callbacks = [new CsvLogger(path)] });

        FluentActions.Invoking(() => trainer.Fit(
                TestModels.Data(), Fits.Options(1) with { Validation = null, Callbacks = [new CsvLogger(path)] }))
            .Should().Throw<InvalidOperationException>()
            .WithMessage(
                $"{path} has the columns {Columns}, but this fit has epoch,loss,accuracy,learning_rate,seconds,samples_per_second.*");
    }

    [SkippableFact]
    public void A_device_and_a_folder_are_refused()
    {
        Skip.If(OperatingSystem.IsWindows(), "There is no /dev/null on Windows.");
        using TemporaryFolder folder = new();

        FluentActions.Invoking(() => Fit(new CsvLogger("/dev/null"), epochs: 1))
            .Should().Throw<IOException>().WithMessage("/dev/null is a device: *");
        FluentActions.Invoking(() => Fit(new JsonLinesLogger(folder.Path), epochs: 1)).Should().Throw<IOException>();
        FluentActions.Invoking(() => Fit(new CsvLogger(folder.File("none/log.csv")), epochs: 1))
            .Should().Throw<DirectoryNotFoundException>().WithMessage("*the folder * does not exist.");
    }

    [Fact]
    public void A_figure_that_is_not_finite_is_null_and_a_name_with_a_comma_is_quoted()
    {
        using TemporaryFolder folder = new();
        Sequential model = new([2], [new Dense(2, new Softmax())]);
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy(), new Odd());

        trainer.Fit(TestData.Classes(8, [2], 2), new()
        {
            Callbacks = [new CsvLogger(folder.File("c")), new JsonLinesLogger(folder.File("j"))],
        });

        File.ReadAllLines(folder.File("c"))[0].Should().StartWith("epoch,loss,\"a \"\"b\"\", c\",learning_rate");
        File.ReadAllLines(folder.File("c"))[1].Split(',')[2].Should().Be("NaN");
        JsonDocument.Parse(File.ReadAllText(folder.File("j"))).RootElement.GetProperty("a \"b\", c").ValueKind
            .Should().Be(JsonValueKind.Null);
    }

    private static Callback Logger(string kind, string path) => kind == "csv" ? new CsvLogger(path) : new JsonLinesLogger(path);

    private static TrainingHistory Fit(Callback logger, int epochs, Callback[]? more = null, Checkpoint? resumeFrom = null)
    {
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());
        // A checkpoint's callback stands for itself: on resuming it is there again, with a folder of its own.
        using TemporaryFolder folder = new();
        Callback[] callbacks = resumeFrom is null ? [logger, .. more ?? []] : [logger, new ModelCheckpoint(folder.Path, keep: 100)];
        return trainer.Fit(TestModels.Data(), Fits.Options(epochs) with { Callbacks = callbacks, ResumeFrom = resumeFrom });
    }

    // The lines without the figures that measure time.
    private static string[] Untimed(string path) => File.ReadAllLines(path).Select(line =>
        line.Split(line[0] == '{' ? ",\"seconds\"" : ",0.01,")[0]).ToArray();

    private sealed class AtEpochEnd(Action action) : Callback
    {
        public override void OnEpochEnd(FitContext context, EpochResult result) => action();
    }

    private sealed class Odd : IMetric<int>
    {
        public string Name => "a \"b\", c";

        public void Evaluate(in MetricPass<int> pass) => pass.RowValues.Fill(double.NaN);
    }
}
