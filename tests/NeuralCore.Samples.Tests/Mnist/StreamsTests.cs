using System.Text.Json;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>Closed or full standard output and error, and a command line with options only.</summary>
public sealed class StreamsTests : IDisposable
{
    private readonly SmallMnist _data = new();

    public void Dispose() => _data.Dispose();

    [SkippableTheory]
    [InlineData("list")]
    [InlineData("--help")]
    [InlineData("run basic --epochs 2")]
    [InlineData("report --only basic --seeds 1 --epochs 1 --out DATA/out")]
    public void Full_or_closed_output_ends_with_one_line(string command)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Needs /dev/full.");
        foreach (string redirection in (string[])[">/dev/full", ">&-"])
        {
            SampleProcess run = Shell($"{command} {redirection}");

            run.ExitCode.Should().Be(1);
            run.ErrorLines.Should().ContainSingle(because: redirection).Which.Should().StartWith("Cannot write to standard output: ");
        }
    }

    [SkippableTheory]
    [InlineData("run basic --data nowhere", 1)]
    [InlineData("run nothing", 2)]
    [InlineData("run basic --epochs 1", 0)]
    public void Full_or_closed_error_changes_no_exit_code(string command, int exitCode)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Needs /dev/full.");
        Shell($"{command} 2>/dev/full").ExitCode.Should().Be(exitCode);
        Shell($"{command} 2>&-").ExitCode.Should().Be(exitCode);
    }

    [Fact]
    public void Options_alone_are_those_of_the_baseline()
    {
        string bare = _data.PathOf("bare.json"), full = _data.PathOf("full.json");

        SampleProcess.Run([("NEURALCORE_DATA", _data.Folder)], "--seed", "2", "--epochs", "1", "--json", bare).ExitCode.Should().Be(0);
        SampleProcess.Run([("NEURALCORE_DATA", _data.Folder)], "run", "baseline", "--seed", "2", "--epochs", "1", "--json", full).ExitCode
            .Should().Be(0);

        Hash(bare).Should().Be(Hash(full));
        SampleProcess.Run("--sed", "2").ExitCode.Should().Be(2);
        SampleProcess.Run("--help").Output.Should().Contain("report").And.Contain("takes the options of run");
        SampleProcess.Run("--version").ExitCode.Should().Be(0);
    }

    private static string? Hash(string path) => JsonDocument.Parse(File.ReadAllText(path)).RootElement
        .GetProperty("weightsSha256").GetString();

    private SampleProcess Shell(string command) =>
        SampleProcess.RunInShell(
            $"export NEURALCORE_DATA='{_data.Folder}'; exec MNIST " + command.Replace("DATA", _data.Folder, StringComparison.Ordinal));
}
