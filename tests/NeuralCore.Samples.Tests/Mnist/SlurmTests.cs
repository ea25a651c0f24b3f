using System.Diagnostics;
using System.Globalization;
using NeuralCore.Tests.Contracts;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>The job array of <c>samples/Mnist/slurm</c> on a real single-machine Slurm, started and stopped by a script.</summary>
public sealed class SlurmTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SmallMnist _data = new();

    public void Dispose() => _data.Dispose();

    [SkippableFact]
    public void Job_array_and_merge_give_what_one_process_gives()
    {
        string[] programs = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol"];
        string[] missing = programs.Where(name => !IsInstalled(name)).ToArray();
        Skip.If(
            missing.Length > 0,
            $"Slurm is not installed ({string.Join(", ", missing)} missing): install slurm-wlm and munge to run this test.");
        string slurm = Directory.CreateDirectory(Path.Combine(_data.Folder, "slurm")).FullName;
        string script = Repository.PathOf("tests/NeuralCore.Samples.Tests/Mnist/one-machine-slurm.sh");

        Run("bash", script, "start", slurm);
        try
        {
            string array = Submit(
                "--array=1-3", "--cpus-per-task=1", Script("report.sh"), "3", Out("swept"),
                "--only", "basic,sparse", "--seeds", "2", "--epochs", "1", "--data", _data.Folder);
            string merge = Submit($"--dependency=afterok:{array}", Script("merge.sh"), Out("swept"), "--data", _data.Folder);
            WaitFor(array, merge);
        }
        finally
        {
            Run("bash", script, "stop", slurm);
        }

        string logs = string.Join('\n', Directory.GetFiles(_data.Folder, "mnist-*.log").Select(File.ReadAllText));
        SampleProcess alone = SampleProcess.Run(
            "report", "--only", "basic,sparse", "--seeds", "2", "--epochs", "1", "--out", Out("alone"), "--data", _data.Folder);
        alone.ExitCode.Should().Be(0, alone.Error);
        Directory.GetDirectories(Out("swept")).Select(Path.GetFileName)
            .Should().BeEquivalentTo(["shard-1", "shard-2", "shard-3", "report"], logs);
        File.ReadAllText(Path.Combine(Out("swept"), "report", "report.csv"))
            .Should().Be(File.ReadAllText(Path.Combine(Out("alone"), "report.csv")), logs);

        string Submit(params string[] arguments) => Run("sbatch", ["--parsable", .. arguments]).Trim();

        void WaitFor(params string[] jobs)
        {
            Stopwatch clock = Stopwatch.StartNew();
            string left;
            while ((left = Run("squeue", "-h", "-r", "-j", string.Join(',', jobs))).Length > 0)
            {
                if (clock.Elapsed > Patience)
                    throw new TimeoutException(string.Create(
                        CultureInfo.InvariantCulture, $"After {Patience.TotalSeconds} s there are still jobs: {left}"));
                Thread.Sleep(200);
            }
        }

        string Run(string program, params string[] arguments)
        {
            ProcessStartInfo start = new(program, arguments)
            {
                WorkingDirectory = _data.Folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["SLURM_CONF"] = Path.Combine(slurm, "slurm.conf");
            start.Environment["MNIST_DLL"] = Path.Combine(AppContext.BaseDirectory, "Mnist.dll");
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            process.WaitForExit(Patience).Should().BeTrue($"{program} is to end");
            process.ExitCode.Should().Be(0, $"{program}: {(process.ExitCode == 0 ? "" : error.Result)}");
            return output.Result;
        }
    }

    private string Out(string name) => Path.Combine(_data.Folder, name);

    private static string Script(string name) => Repository.PathOf($"samples/Mnist/slurm/{name}");

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));
}
