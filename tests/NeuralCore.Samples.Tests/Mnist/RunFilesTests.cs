using System.Diagnostics;
using System.Text.Json;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Serialization;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>The files of a run in the presence of another process, damaged files, a hangup, pipes and devices.</summary>
public sealed class RunFilesTests : IDisposable
{
    private readonly SmallMnist _data = new();

    private string Checkpoints => _data.PathOf("checkpoints");

    public void Dispose() => _data.Dispose();

    [Fact]
    public void A_checkpoint_folder_serves_one_run_at_a_time()
    {
        using (FolderLock.Hold(Checkpoints, "--checkpoint"))
            Failure(Run("run", "basic", "--epochs", "1", "--checkpoint", Checkpoints))
                .Should().Contain($"{Checkpoints} is in use by another process");

        Run("run", "basic", "--epochs", "1", "--checkpoint", Checkpoints).ExitCode.Should().Be(0);
        using (FolderLock.Hold(Checkpoints, "--checkpoint"))
            Failure(Run("run", "basic", "--epochs", "2", "--checkpoint", Checkpoints, "--resume"))
                .Should().Contain("in use by another process");
    }

    [Fact]
    public void A_damaged_checkpoint_is_passed_over_for_the_one_before_it()
    {
        Run("run", "basic", "--epochs", "3", "--checkpoint", Checkpoints).ExitCode.Should().Be(0);
        Damage(Checkpoint.FindLatest(Checkpoints)!);

        SampleProcess resumed = Run("run", "basic", "--epochs", "3", "--checkpoint", Checkpoints, "--resume", "--json",
            _data.PathOf("resumed.json"));

        resumed.ExitCode.Should().Be(0, resumed.Error);
        resumed.ErrorLines.Should().HaveCount(2);
        resumed.ErrorLines[0].Should().Contain("Damaged checkpoint left out").And.Contain("checkpoint-000000000003");
        resumed.ErrorLines[1].Should().Contain("Going on from checkpoint-000000000002.safetensors (epoch 2, step 2)");
        Run("run", "basic", "--epochs", "3", "--json", _data.PathOf("whole.json")).ExitCode.Should().Be(0);
        Json("resumed.json").GetProperty("weightsSha256").GetString()
            .Should().Be(Json("whole.json").GetProperty("weightsSha256").GetString());

        foreach (string file in Directory.GetFiles(Checkpoints, "*.safetensors"))
            Damage(file);
        SampleProcess hopeless = Run("run", "basic", "--checkpoint", Checkpoints, "--resume");
        hopeless.ExitCode.Should().Be(1);
        hopeless.ErrorLines.Should().OnlyContain(line => line.Contains("checkpoint-"));
    }

    [Fact]
    public void Figures_are_of_the_epochs_that_the_weights_had()
    {
        Run("run", "baseline", "--epochs", "4", "--checkpoint", Checkpoints, "--json", _data.PathOf("whole.json")).ExitCode.Should().Be(0);

        SampleProcess resumed = Run("run", "baseline", "--epochs", "1", "--checkpoint", Checkpoints, "--resume", "--json",
            _data.PathOf("resumed.json"));

        resumed.ExitCode.Should().Be(0, resumed.Error);
        resumed.OutputLines[0].Should().Be("The checkpoint has 4 epochs, more than the 1 requested: all figures are for 4.");
        resumed.OutputLines[1].Should().Contain("epochs 4,");
        Json("resumed.json").GetProperty("epochs").GetInt32().Should().Be(4);
        Json("resumed.json").GetProperty("history").GetArrayLength().Should().Be(4);
        Json("resumed.json").GetProperty("trainSeconds").GetDouble().Should().BePositive("the epochs before took their time");
        Json("resumed.json").GetProperty("weightsSha256").GetString()
            .Should().Be(Json("whole.json").GetProperty("weightsSha256").GetString());
    }

    [SkippableFact]
    public void A_hangup_leaves_a_checkpoint()
    {
        Skip.If(OperatingSystem.IsWindows(), "Needs kill.");

        SampleProcess run = SampleProcess.RunUntil(
            "epoch 2/", process => Process.Start("kill", ["-HUP", $"{process.Id}"]).WaitForExit(),
            "run", "baseline", "--epochs", "1000000", "--batch", "16", "--data", _data.Folder, "--checkpoint", Checkpoints);

        run.ExitCode.Should().Be(129);
        run.ErrorLines.Should().ContainSingle().Which.Should().Be("Interrupted: stopped between two steps, --resume goes on from there.");
        Checkpoint.Load(Checkpoint.FindLatest(Checkpoints)!).Epoch.Should().BeGreaterThanOrEqualTo(1);
    }

    [SkippableFact]
    public void Model_and_result_are_two_files_however_they_are_spelled()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege.");
        Directory.CreateDirectory(_data.PathOf("folder"));
        Directory.CreateSymbolicLink(_data.PathOf("link"), _data.PathOf("folder"));
        File.CreateSymbolicLink(_data.PathOf("name"), _data.PathOf("folder/x"));

        foreach (string json in (string[])["folder/x", "folder/../folder/./x", "link/x", "name"])
        {
            Failure(Run("run", "basic", "--save", _data.PathOf("folder/x"), "--json", _data.PathOf(json)))
                .Should().Contain("are the same file");
        }
        Directory.GetFiles(_data.PathOf("folder")).Should().BeEmpty();
        Run("run", "basic", "--epochs", "1", "--save", _data.PathOf("folder/x"), "--json", _data.PathOf("link/y")).ExitCode.Should().Be(0);
    }

    [SkippableFact]
    public void Pipes_and_devices_are_refused_before_they_are_opened()
    {
        Skip.If(OperatingSystem.IsWindows(), "Needs mkfifo.");
        Process.Start("mkfifo", [_data.PathOf("pipe")]).WaitForExit();
        File.CreateSymbolicLink(_data.PathOf("null"), "/dev/null");
        Run("run", "basic", "--epochs", "1", "--save", _data.PathOf("model")).ExitCode.Should().Be(0);

        foreach (string name in (string[])["pipe", "null"])
        {
            Failure(Run("run", "basic", "--json", _data.PathOf(name))).Should().ContainAll("Cannot write", name, "a pipe or a device");
            Failure(Run("run", "basic", "--save", _data.PathOf(name))).Should().ContainAll("Cannot write", name, "a pipe or a device");
            Failure(Run("predict", _data.PathOf("model"), _data.PathOf(name)))
                .Should().ContainAll(name, "expected a file, found a pipe or a device");
        }
        foreach (string name in (string[])["runs.jsonl", "parts.jsonl"])
        {
            string folder = Directory.CreateDirectory(_data.PathOf("sweep-" + name)).FullName;
            if (name != "runs.jsonl")
                File.WriteAllText(Path.Combine(folder, "runs.jsonl"), "");
            Process.Start("mkfifo", [Path.Combine(folder, name)]).WaitForExit();
            Failure(Run("report", "--out", folder)).Should().ContainAll("Cannot write", name, "a pipe or a device");
            Failure(Run("merge", folder, "--out", _data.PathOf("merged"))).Should().ContainAll(name, "found a pipe or a device");
        }
        string reports = Directory.CreateDirectory(_data.PathOf("reports")).FullName;
        Process.Start("mkfifo", [Path.Combine(reports, "report.csv")]).WaitForExit();
        Failure(Run("report", "--only", "basic", "--seeds", "1", "--epochs", "1", "--out", reports))
            .Should().ContainAll("Cannot write", "report.csv", "a pipe or a device");
        new FileInfo(Path.Combine(reports, "runs.jsonl")).Length.Should().Be(0, "nothing is trained in vain");

        OrdinaryFile.IsSpecial(_data.PathOf("model")).Should().BeFalse();
        OrdinaryFile.IsSpecial(_data.PathOf("none")).Should().BeFalse();
        File.WriteAllText(_data.PathOf("empty"), "");
        OrdinaryFile.IsSpecial(_data.PathOf("empty")).Should().BeFalse();
    }

    [SkippableFact]
    public void A_result_longer_than_the_system_allows_is_a_failure_and_the_old_one_stays()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Needs a limit of file sizes that fails as a full disk does.");
        File.WriteAllText(_data.PathOf("long.json"), "the last run's");

        // 1 KB per file. The runtime maps its code pages twice through a file, which the limit would prevent.
        SampleProcess run = SampleProcess.RunInShell(
            "trap '' XFSZ; ulimit -f 1; export DOTNET_EnableWriteXorExecute=0; "
            + $"exec MNIST run baseline --epochs 40 --data '{_data.Folder}' --json '{_data.PathOf("long.json")}'");

        run.ExitCode.Should().Be(1, run.Error);
        run.ErrorLines.Should().ContainSingle().Which
            .Should().Be($"Cannot write {_data.PathOf("long.json")}: the file would be longer than the system allows.");
        File.ReadAllText(_data.PathOf("long.json")).Should().Be("the last run's");
        Directory.GetFiles(_data.Folder, "*.tmp").Should().BeEmpty();
    }

    private static void Damage(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = stream.Length / 2;
        int old = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(old ^ 1));
    }

    private static string Failure(SampleProcess run)
    {
        run.ExitCode.Should().Be(1);
        return run.ErrorLines.Should().ContainSingle().Which;
    }

    private SampleProcess Run(params string[] args) => SampleProcess.Run([("NEURALCORE_DATA", _data.Folder)], args);

    private JsonElement Json(string name) => JsonDocument.Parse(File.ReadAllText(_data.PathOf(name))).RootElement;
}
