using System.Diagnostics;
using System.Text.Json.Nodes;
using NeuralCore.Samples.Mnist.Sweeps;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>Whole sweeps of the built sample, run as separate processes.</summary>
public sealed class ReportCommandTests : IDisposable
{
    private const string Some = "basic,categorical-baseline,categorical-1,sparse-baseline,sparse-1";

    private readonly SmallMnist _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Shards_in_processes_of_their_own_merge_to_what_one_process_gives()
    {
        Sweep("one", "--only", Some, "--seeds", "2", "--jobs", "2").ExitCode.Should().Be(0);
        SampleProcess[] shards = Enumerable.Range(1, 3).AsParallel()
            .Select(i => Sweep($"shard{i}", "--only", Some, "--seeds", "2", "--jobs", "1", "--shard", $"{i}/3")).ToArray();
        shards.Should().OnlyContain(shard => shard.ExitCode == 0);

        SampleProcess early = Merge("early", "shard1", "shard3");
        early.ExitCode.Should().Be(1);
        early.ErrorLines.Should().ContainSingle().Which.Should().Contain("shard 2 of 3 is missing").And.Contain("nothing was written");
        File.Exists(Out("early", "report.csv")).Should().BeFalse();

        SampleProcess merged = Merge("merged", "shard1", "shard2", "shard3");

        merged.ExitCode.Should().Be(0, merged.Error);
        File.ReadAllText(Out("merged", "report.csv")).Should().Be(File.ReadAllText(Out("one", "report.csv")));
        WithoutTimes("merged", "report.md").Should().Be(WithoutTimes("one", "report.md"));
        Texts("merged").Should().Equal(Texts("one"));
        Texts("merged").Should().HaveCount(10);
        ReportFilesOf("shard1").Should().BeEmpty("a shard's own figures are no report");

        // Merging again changes nothing.
        string runs = File.ReadAllText(Out("merged", "runs.jsonl"));
        Merge("merged", "shard2", "merged").ExitCode.Should().Be(0);
        File.ReadAllText(Out("merged", "runs.jsonl")).Should().Be(runs);
    }

    [Fact]
    public void Merge_names_the_shard_that_is_missing_unfinished_or_of_another_sweep()
    {
        string[] sweep = ["--only", "baseline,sparse-1", "--seeds", "4", "--jobs", "1", "--shard"];
        for (int i = 1; i <= 4; i++)
            Sweep($"part{i}", [.. sweep, $"{i}/4"]).ExitCode.Should().Be(0);

        // The last shard holds the last seeds: without it the others look like a sweep of fewer seeds.
        Failure(Merge("none", "part1", "part2", "part3")).Should().Contain("shard 4 of 4 is missing").And.Contain("nothing was written");
        Failure(Merge("none", "part1", "part2")).Should().Contain("shards 3, 4 of 4 are missing");

        Failure(Sweep("part4", "--only", "baseline,sparse-1", "--seeds", "3", "--shard", "4/4"))
            .Should().ContainAll("part4", "another part of a sweep", "--seeds 4", "--seeds 3");
        Sweep("other", "--only", "baseline,sparse-1", "--seeds", "3", "--shard", "4/4").ExitCode.Should().Be(0);
        Failure(Merge("none", "part1", "part2", "part3", "other"))
            .Should().ContainAll("other", "a part of another sweep", "--seeds 3, --epochs 1, --shard 4/4", "--seeds 4");

        string[] runs = File.ReadAllLines(Out("part2", "runs.jsonl"));
        File.WriteAllText(Out("part2", "runs.jsonl"), runs[0] + "\n");
        Failure(Merge("none", "part1", "part2", "part3", "part4"))
            .Should().ContainAll("part2", "shard 2/4 is not finished, 1 of 2 runs are missing");
        Directory.Exists(Out("none")).Should().BeTrue();
        Directory.GetFiles(Out("none"), "report.*").Should().BeEmpty();

        File.WriteAllText(Out("part2", "runs.jsonl"), string.Join("\n", runs) + "\n");
        Merge("all", "part1", "part2", "part3", "part4").ExitCode.Should().Be(0);
    }

    [Fact]
    public void A_changed_line_is_named_and_not_believed()
    {
        Sweep("changed", "--only", "sparse-1", "--seeds", "2").ExitCode.Should().Be(0);
        string file = Out("changed", "runs.jsonl"), runs = File.ReadAllText(file), parts = File.ReadAllText(Out("changed", "parts.jsonl"));

        foreach ((string from, string to, string reason) in new[]
        {
            ("\"testAccuracy\":0.", "\"testAccuracy\":7.", "testAccuracy is 7."), ("\"testLoss\":", "\"testLoss\":1e999,\"x\":", "x"),
                ("\"testLoss\":2", "\"testLoss\":null,\"x\":2", "$.testLoss"),
        })
        {
            File.WriteAllText(file, runs.Replace(from, to, StringComparison.Ordinal));
            Failure(Sweep("changed", "--only", "sparse-1", "--seeds", "2")).Should().Contain($"{file}, line 1").And.Contain(reason);
            Failure(Merge("merged", "changed")).Should().Contain($"{file}, line 1").And.Contain(reason);
        }
        File.WriteAllText(file, runs);
        File.WriteAllText(Out("changed", "parts.jsonl"), parts.Replace("\"jobs\":", "\"jobs\":-", StringComparison.Ordinal));
        Failure(Sweep("changed", "--only", "sparse-1", "--seeds", "2")).Should().Contain("parts.jsonl, line 1").And.Contain("jobs is -");
        File.WriteAllText(Out("changed", "parts.jsonl"), "");
        Failure(Merge("merged", "changed")).Should().Contain($"{file}, line 1").And.Contain("is not in parts.jsonl");
    }

    [Fact]
    public void Help_shows_values_as_the_command_line_takes_them()
    {
        SampleProcess.Run("report", "--help").Output.Should().Contain("--only").And.NotContain("Experiment {");
        SampleProcess.Run("merge", "--help").Output.Should().Contain("(REQUIRED)").And.NotContain("(default");
    }

    [Fact]
    public void Killed_sweep_goes_on_where_it_stopped_and_runs_nothing_twice()
    {
        SampleProcess killed = SampleProcess.RunUntil(
            "3/",
            process => process.Kill(),
            "report", "--only", "sparse", "--seeds", "1", "--epochs", "1", "--jobs", "1", "--out", Out("cut"), "--data", _data.Folder);
        killed.ExitCode.Should().NotBe(0);
        string before = File.ReadAllText(Out("cut", "runs.jsonl"));
        before.Split('\n').Length.Should().BeGreaterThanOrEqualTo(3);
        // As if the process had been killed in the middle of a line.
        File.AppendAllText(Out("cut", "runs.jsonl"), before.Split('\n')[0][..100]);

        SampleProcess resumed = Sweep("cut", "--only", "sparse", "--seeds", "1");

        resumed.ExitCode.Should().Be(0, resumed.Error);
        File.ReadAllText(Out("cut", "runs.jsonl")).Should().StartWith(before);
        Records("cut").Select(run => (string)run["experiment"]!).Should().HaveCount(11).And.OnlyHaveUniqueItems();

        SampleProcess again = Sweep("cut", "--only", "sparse", "--seeds", "1");
        again.Output.Should().Contain("11 of them finished before");
        again.OutputLines.Should().NotContain(line => line.StartsWith("11/11", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Interrupt_stops_with_130_and_keeps_what_is_finished()
    {
        Skip.If(OperatingSystem.IsWindows(), "Needs kill.");

        SampleProcess run = SampleProcess.RunUntil(
            "2/", process => Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit(),
            "report", "--seeds", "1000", "--epochs", "1", "--out", Out("interrupted"), "--data", _data.Folder);

        run.ExitCode.Should().Be(130);
        run.ErrorLines.Should().ContainSingle()
            .Which.Should().MatchRegex(@"^Interrupted: \d+ finished runs are kept in .*; the same command continues\.$");
        Records("interrupted").Length.Should().BeGreaterThanOrEqualTo(2);
        ReportFilesOf("interrupted").Should().BeEmpty();
    }

    [Fact]
    public void Folder_of_other_settings_or_version_is_refused_and_left_alone()
    {
        Sweep("mine", "--only", "sparse-1", "--seeds", "1").ExitCode.Should().Be(0);
        string file = Out("mine", "runs.jsonl"), runs = File.ReadAllText(file);

        Failure(SampleProcess.Run(
            "report", "--only", "sparse-1", "--seeds", "1", "--epochs", "2", "--out", Out("mine"), "--data", _data.Folder))
            .Should().ContainAll("1 epochs", "requested are 2", "--out");
        File.WriteAllText(file, runs.Replace($"\"version\":\"{LibraryVersion.Short}\"", "\"version\":\"0.0.7\"", StringComparison.Ordinal));
        Failure(Sweep("mine", "--only", "sparse-1", "--seeds", "1"))
            .Should().ContainAll("NeuralCore 0.0.7", $"this is {LibraryVersion.Short}", "--out");
        File.ReadAllText(file).Should().Contain("0.0.7");
    }

    [Fact]
    public void Folder_in_use_or_impossible_is_a_failure()
    {
        using (SweepFolder.Open(Out("busy")))
            Failure(Sweep("busy", "--only", "basic", "--seeds", "1")).Should().Contain("in use by another process");

        string file = Path.Combine(_data.Folder, "a-file");
        File.WriteAllText(file, "");
        Failure(SampleProcess.Run("report", "--out", Path.Combine(file, "out"), "--data", _data.Folder)).Should().Contain(file);
        Failure(SampleProcess.Run("merge", Out("nothing"), "--out", Out("merged"), "--data", _data.Folder))
            .Should().ContainAll(Out("nothing"), "runs.jsonl");
        Directory.Exists(Out("merged")).Should().BeFalse();
    }

    [SkippableFact]
    public void Full_folder_is_a_failure_that_keeps_what_is_finished_and_goes_on_when_there_is_room()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Needs a limit of file sizes that fails as a full disk does.");
        // 4 KB per file: a few lines. With the signal ignored, a write beyond the limit fails with an error.
        string dll = Path.Combine(AppContext.BaseDirectory, "Mnist.dll");
        string command = $"trap '' XFSZ; ulimit -f 4; exec dotnet exec '{dll}' report --only sparse --seeds 1 --epochs 1 --jobs 1 "
            + $"--out '{Out("full")}' --data '{_data.Folder}'";
        ProcessStartInfo start = new("bash", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The runtime maps its code pages twice through a file, which the limit would prevent.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        process.ExitCode.Should().Be(1, error.Result);
        error.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().ContainSingle()
            .Which.Should().StartWith("Cannot write").And.EndWith("is kept.");
        int kept = Records("full").Length;
        kept.Should().BeInRange(1, 10);
        Sweep("full", "--only", "sparse", "--seeds", "1").Output.Should().Contain($"11 runs, {kept} of them finished before");
    }

    [Theory]
    [InlineData("--seeds takes a whole number from 1 to 1000", "--seeds", "0")]
    [InlineData("--seeds takes a whole number from 1 to 1000", "--seeds", "1001")]
    [InlineData("--jobs takes a whole number from 1", "--jobs", "0")]
    [InlineData("--shard takes I/N", "--shard", "5/4")]
    [InlineData("--shard takes I/N", "--shard", "0/4")]
    [InlineData("--shard takes I/N", "--shard", "two")]
    [InlineData("not 'dense'", "--only", "sparse,dense")]
    [InlineData("not ''", "--only", "sparse,")]
    [InlineData("--out takes a path", "--out", "")]
    public void Wrong_options_end_with_2_and_one_line(string expected, params string[] args)
    {
        SampleProcess run = SampleProcess.Run(["report", .. args]);

        run.ExitCode.Should().Be(2);
        run.ErrorLines.Should().ContainSingle().Which.Should().Contain(expected);
    }

    private static string Failure(SampleProcess run)
    {
        run.ExitCode.Should().Be(1);
        return run.ErrorLines.Should().ContainSingle().Which;
    }

    private string Out(params string[] parts) => Path.Combine([_data.Folder, "out", .. parts]);

    private SampleProcess Sweep(string folder, params string[] args) =>
        SampleProcess.Run(["report", "--epochs", "1", "--out", Out(folder), "--data", _data.Folder, .. args]);

    private SampleProcess Merge(string output, params string[] folders) =>
        SampleProcess.Run(["merge", .. folders.Select(folder => Out(folder)), "--out", Out(output), "--data", _data.Folder]);

    private string[] ReportFilesOf(string folder) => Directory.GetFiles(Out(folder), "report.*");

    private string WithoutTimes(string folder, string file) => File.ReadAllText(Out(folder, file)).Split("## How this was made")[0];

    private string[] Texts(string folder) => Records(folder).Select(run => run.ToJsonString()).ToArray();

    // The runs in a fixed order, without times and process ids.
    private JsonObject[] Records(string folder) => File.ReadLines(Out(folder, "runs.jsonl")).Select(line =>
    {
        JsonObject run = JsonNode.Parse(line)!.AsObject();
        foreach (string name in (string[])["part", "finishedAfterSeconds", "trainSeconds"])
            run.Remove(name).Should().BeTrue();
        return run;
    }).OrderBy(run => (string)run["experiment"]!, StringComparer.Ordinal).ThenBy(run => (long)run["seed"]!).ToArray();
}
