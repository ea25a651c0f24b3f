using System.Text.Json;
using NeuralCore.Tests.Data;
using NeuralCore.Tests.Support;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>Where the built sample finds its images if no folder is named.</summary>
public sealed class ImageSourceTests : IDisposable
{
    private readonly IdxFiles _files = new();

    public void Dispose() => _files.Dispose();

    [SkippableFact]
    public void Without_data_and_network_it_says_so_and_labels_everything_synthetic()
    {
        Skip.If(OperatingSystem.IsWindows(), "XDG_CACHE_HOME is of Unix.");
        string json = Path.Combine(_files.Folder, "result.json");
        string model = Path.Combine(_files.Folder, "model.safetensors");

        SampleProcess run = SampleProcess.Run(
            [("XDG_CACHE_HOME", _files.Folder)], "run", "baseline", "--epochs", "6", "--json", json, "--save", model);

        run.ExitCode.Should().Be(0);
        run.ErrorLines.Should().ContainSingle().Which.Should().ContainAll(
            Path.Combine(_files.Folder, "neuralcore", "mnist"), "cannot be downloaded", "synthetic digits", "say nothing about MNIST",
            "--data DIR", "NEURALCORE_DATA");
        run.Output.Should().ContainAll(
            "Data: synthetic digits drawn by the sample", "tested on 4,000 synthetic images", "cannot be compared");
        run.Output.Should().NotContain("0.981")
            .And.NotContain("Keras", "the report's figures are not compared with those of synthetic digits");
        using JsonDocument result = JsonDocument.Parse(File.ReadAllText(json));
        result.RootElement.GetProperty("data").GetString().Should().Be("synthetic");
        result.RootElement.GetProperty("testAccuracy").GetDouble().Should().BeGreaterThan(0.95);

        // The prediction draws the same digits as the run.
        SampleProcess prediction = SampleProcess.Run([("XDG_CACHE_HOME", _files.Folder)], "predict", model, "test:0");
        prediction.ExitCode.Should().Be(0);
        prediction.ErrorLines.Should().HaveCount(2);
        prediction.ErrorLines[0].Should().Contain("Predicting synthetic test digits instead").And.NotContain("Training");
        prediction.ErrorLines[1].Should().Contain("was trained on synthetic digits");
        prediction.OutputLines.Single()["test:0: ".Length..^", a synthetic digit".Length]
            .Should().Be(run.OutputLines.First(line => line.StartsWith("  predicted", StringComparison.Ordinal))["  predicted ".Length..]);
    }

    [SkippableFact]
    public void Home_has_the_cache_where_XDG_names_none()
    {
        Skip.If(OperatingSystem.IsWindows(), "HOME is of Unix.");

        SampleProcess.Run([("HOME", _files.Folder)], "run", "basic", "--epochs", "1").Error
            .Should().Contain(Path.Combine(_files.Folder, ".cache", "neuralcore", "mnist"));
    }

    [Fact]
    public void Broken_mirror_variable_is_a_failure()
    {
        SampleProcess run = SampleProcess.Run(
            [("XDG_CACHE_HOME", _files.Folder), ("NEURALCORE_MIRRORS", "ftp://127.0.0.1/")], "run", "basic");

        run.ExitCode.Should().Be(1);
        run.ErrorLines.Should().ContainSingle().Which.Should().ContainAll("NEURALCORE_MIRRORS", "'ftp://127.0.0.1/'");
    }

    [SkippableFact]
    public void Download_fills_the_cache_once()
    {
        Skip.If(OperatingSystem.IsWindows(), "XDG_CACHE_HOME is of Unix.");
        MnistData.SkipWhenAbsent();
        using LocalServer server = new((path, stream, _) => LocalServer.Send(stream, Compressed(Path.GetFileNameWithoutExtension(path))));
        (string, string)[] environment = [("XDG_CACHE_HOME", _files.Folder), ("NEURALCORE_MIRRORS", server.Address.ToString())];
        string json = Path.Combine(_files.Folder, "result.json");

        SampleProcess first = SampleProcess.Run(environment, "run", "basic", "--epochs", "1", "--json", json);
        SampleProcess second = SampleProcess.Run(environment, "run", "basic", "--epochs", "1");

        first.ExitCode.Should().Be(0, first.Error);
        first.Error.Should().BeEmpty();
        first.OutputLines.Where(line => line.StartsWith("Downloaded", StringComparison.Ordinal))
            .Should().HaveCount(4).And.OnlyContain(line => line.EndsWith("SHA-256 as expected"));
        second.ExitCode.Should().Be(0);
        second.Output.Should().NotContain("Downloaded");
        server.Requests.Should().HaveCount(4);
        using JsonDocument result = JsonDocument.Parse(File.ReadAllText(json));
        result.RootElement.GetProperty("data").GetString().Should().Be("mnist");
    }

    private static byte[] Compressed(string name)
    {
        byte[] file = File.ReadAllBytes(MnistData.PathOf(name));
        return MnistData.PathOf(name).EndsWith(".gz", StringComparison.Ordinal) ? file : IdxFiles.Gzip(file);
    }
}
