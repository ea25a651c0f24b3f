using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Tests.Support;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>Whole runs of the built sample, as separate processes.</summary>
public sealed partial class RunCommandTests : IDisposable
{
    private readonly SmallMnist _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Redirected_run_writes_one_plain_line_an_epoch()
    {
        SampleProcess run = Run("run", "baseline", "--epochs", "3", "--batch", "64");

        run.ExitCode.Should().Be(0);
        run.Error.Should().BeEmpty();
        run.Output.Where(c => c != '\n' && c != '\r' && (c < ' ' || c > '~')).Should().BeEmpty();
        string[] epochs = run.OutputLines.Where(line => line.StartsWith("epoch", StringComparison.Ordinal)).ToArray();
        epochs.Should().HaveCount(3).And.OnlyContain(line => EpochLine().IsMatch(line));
        epochs[2].Should().StartWith("epoch 3/3: ").And.EndWith(" 0 s left");
        run.Output.Should().Contain("Total params: 118,282 (462.04 KB)");
        run.OutputLines.Should().ContainSingle(line => Regex.IsMatch(line, @"^test loss +\d+\.\d{4} +0\.07$"));
        run.OutputLines.Should().ContainSingle(line => Regex.IsMatch(line, @"^test accuracy +0\.\d{4} +0\.981$"));
        run.OutputLines.Where(line => PredictionLine().IsMatch(line)).Select(line => line[^1]).Should().Equal('0', '1', '2');
    }

    [Fact]
    public void Build_servers_variables_put_no_codes_into_a_file() =>
        SampleProcess.Run([("GITHUB_ACTIONS", "true"), ("TERM", "xterm-256color")], "run", "basic", "--epochs", "1", "--data", _data.Folder)
            .Output.Should().NotContain("\u001b");

    [Fact]
    public void Result_has_the_settings_the_figures_and_the_history()
    {
        string path = _data.PathOf("result.json");
        File.WriteAllText(path, "the last run's");

        Run("run", "baseline", "--seed", "-7", "--epochs", "2", "--batch", "100", "--threads", "2", "--json", path).ExitCode.Should().Be(0);

        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path));
        JsonElement root = json.RootElement;
        root.EnumerateObject().Select(property => property.Name).Should().Equal(
            "experiment", "seed", "epochs", "batchSize", "threads", "data", "trainSeconds", "testLoss", "testAccuracy", "weightsSha256",
            "history");
        root.GetProperty("experiment").GetString().Should().Be("baseline");
        root.GetProperty("seed").GetInt64().Should().Be(-7);
        root.GetProperty("epochs").GetInt32().Should().Be(2);
        root.GetProperty("batchSize").GetInt32().Should().Be(100);
        root.GetProperty("threads").GetInt32().Should().Be(2);
        root.GetProperty("data").GetString().Should().Be("mnist");
        root.GetProperty("trainSeconds").GetDouble().Should().BePositive();
        root.GetProperty("testLoss").GetDouble().Should().BePositive();
        root.GetProperty("testAccuracy").GetDouble().Should().BeInRange(0, 1);
        root.GetProperty("weightsSha256").GetString().Should().MatchRegex("^[0-9a-f]{64}$");
        root.GetProperty("history").EnumerateArray().Select(epoch => epoch.GetProperty("epoch").GetInt32()).Should().Equal(1, 2);
        root.GetProperty("history")[1].EnumerateObject().Select(property => property.Name).Should().Equal("epoch", "loss", "accuracy");
        Directory.GetFiles(_data.Folder, "*.tmp").Should().BeEmpty();
    }

    [Fact]
    public void Basic_is_tested_on_raw_pixels_too()
    {
        SampleProcess run = Run("run", "basic", "--epochs", "1", "--json", _data.PathOf("basic.json"));

        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_data.PathOf("basic.json")));
        json.RootElement.EnumerateObject().Select(property => property.Name)
            .Should().ContainInOrder("testAccuracy", "rawTestLoss", "rawTestAccuracy", "weightsSha256");
        // Noise is classified by chance: its logits grow with the pixels, and so does the loss.
        json.RootElement.GetProperty("rawTestLoss").GetDouble()
            .Should().BeGreaterThan(5 * json.RootElement.GetProperty("testLoss").GetDouble());
        run.OutputLines.Should().ContainSingle(line => Regex.IsMatch(line, @"^pixels 0\.\.255: loss +\d+\.\d{4} +35\.08$"));
        run.Output.Should().Contain("nearly homogeneous");
    }

    [Fact]
    public void Weights_depend_on_the_seed_and_not_on_threads_or_the_spelling_of_labels()
    {
        string one = Hash("categorical-baseline", "1", "1");

        Hash("categorical-baseline", "1", "3").Should().Be(one);
        Hash("sparse-baseline", "1", "2").Should().Be(one);
        Hash("sparse-baseline", "2", "2").Should().NotBe(one);
    }

    [Fact]
    public void Hash_covers_all_parameters_in_layer_order()
    {
        Sequential model = new([2], [new Dense(3), new Dense(1)], seed: 5);
        byte[] bytes = model.Parameters.SelectMany(parameter => parameter.Values.ToArray())
            .SelectMany(value => BitConverter.GetBytes(value)).ToArray();
        string before = WeightsHash.Of(model);

        before.Should().Be(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        model.Parameters[^1].Values[0] += 1;
        WeightsHash.Of(model).Should().NotBe(before);
    }

    [SkippableFact]
    public void Interrupt_stops_between_steps_with_130()
    {
        Skip.If(OperatingSystem.IsWindows(), "Needs kill.");
        string json = _data.PathOf("interrupted.json");

        SampleProcess run = SampleProcess.RunUntil(
            "epoch 2/", process => Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit(),
            "run", "basic", "--epochs", "1000000", "--batch", "16", "--data", _data.Folder, "--json", json);

        run.ExitCode.Should().Be(130);
        run.ErrorLines.Should().ContainSingle().Which.Should().StartWith("Interrupted");
        Directory.GetFiles(_data.Folder, "interrupted.json*").Should().BeEmpty();
    }

    [SkippableFact]
    public void Result_goes_to_where_a_link_points()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege.");
        File.CreateSymbolicLink(_data.PathOf("link.json"), _data.PathOf("target.json"));

        Run("run", "basic", "--epochs", "1", "--json", _data.PathOf("link.json")).ExitCode.Should().Be(0);

        File.ReadAllText(_data.PathOf("target.json")).Should().StartWith("{");
        new FileInfo(_data.PathOf("link.json")).LinkTarget.Should().NotBeNull();
    }

    // One epoch from seed 1. The bounds are far from the accuracy of a broken network (0.1) and from the measured ones (0.93 and 0.77).
    [SkippableTheory]
    [InlineData("baseline", 0.90)]
    [InlineData("basic", 0.70)]
    public void One_epoch_on_the_real_digits_learns(string id, double leastAccuracy)
    {
        MnistData.SkipWhenAbsent();
        string path = _data.PathOf("real.json");

        SampleProcess run = SampleProcess.Run(
            "run", id, "--epochs", "1", "--data", Environment.GetEnvironmentVariable(MnistData.Variable)!, "--json", path);

        run.ExitCode.Should().Be(0, run.Error);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path));
        json.RootElement.GetProperty("testAccuracy").GetDouble().Should().BeGreaterThan(leastAccuracy);
        run.OutputLines.Where(line => PredictionLine().IsMatch(line)).Select(line => line[^1]).Should().Equal('7', '2', '1');
    }

    [GeneratedRegex(@"^epoch \d/3: loss \d\.\d{4}, accuracy [01]\.\d{4}, [\d,]+ samples/s, \d+ s left$")]
    private static partial Regex EpochLine();

    [GeneratedRegex(@"^  predicted \d \(p = [01]\.\d{4}\), truth \d$")]
    private static partial Regex PredictionLine();

    private SampleProcess Run(params string[] args) => SampleProcess.Run([("NEURALCORE_DATA", _data.Folder)], args);

    private string Hash(string id, string seed, string threads)
    {
        string path = _data.PathOf($"{id}.json");
        Run("run", id, "--seed", seed, "--epochs", "2", "--batch", "64", "--threads", threads, "--json", path).ExitCode.Should().Be(0);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path));
        return json.RootElement.GetProperty("weightsSha256").GetString()!;
    }
}
