using System.Diagnostics;
using NeuralCore.Benchmarks.Comparison.Peers;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>From the start of a process to the trained baseline: 20 epochs at batch 512 and the test accuracy.</summary>
internal static class WholeProcessComparison
{
    private const int Rounds = 9;
    private const string Program = "Mnist.dll";

    private static readonly string Programs = Path.Combine("samples", "Mnist", "bin", "Release");

    internal static void Run(Report report, TrainOptions options)
    {
        report.Title("Whole process, from its start to the trained baseline (20 epochs, batch 512)");
        List<(string Name, Func<double> Run)> contenders = [];
        string folder = Machine.FindUpwards(Programs) ?? Programs;
        string built = Path.Combine(folder, "net10.0");
        // Published programs are in a folder named after their platform.
        string[] platforms = Directory.Exists(built) ? Directory.GetDirectories(built) : [];
        string? published = platforms.Select(platform => Path.Combine(platform, "publish", Program)).FirstOrDefault(File.Exists);
        string native = Path.Combine(folder, "native", OperatingSystem.IsWindows() ? "Mnist.exe" : "Mnist");
        AddSample("native", native, "dotnet publish samples/Mnist -c Release -p:PublishProfile=native");
        AddSample("published", published, "dotnet publish samples/Mnist -c Release");
        AddSample("built", Path.Combine(built, Program), "dotnet build samples/Mnist -c Release");
        foreach (int threads in TrainComparison.ThreadCounts())
        {
            contenders.Add(($"PyTorch, {threads} threads", () => Time(
                TorchProcess.Command(["--whole", "--data", options.Data], threads, options.OpenBlasCore)
                    ?? throw new ComparisonException("torch_mnist.py not found."))));
        }

        List<(string Name, Func<double> Run)> present = [];
        foreach ((string name, Func<double> run) in contenders)
        {
            try
            {
                run();
                present.Add((name, run));
            }
            catch (ComparisonException exception)
            {
                report.Line($"{name}: left out, {exception.Message}");
            }
        }
        report.Line();
        if (present.Count == 0)
            return;
        Quartiles[] seconds = Interleaved.Run([.. present.Select(contender => contender.Run)], Rounds);
        Table table = new("process", "seconds", "ratio");
        for (int i = 0; i < present.Count; i++)
            table.Add(present[i].Name, Report.Spread(seconds[i], "F2"), Report.Ratio(seconds[i].Median / seconds[0].Median));
        report.Table(table);

        void AddSample(string how, string? sample, string command)
        {
            string name = $"NeuralCore: samples/Mnist run baseline, {how}";
            if (!File.Exists(sample))
            {
                report.Line($"{name}: left out, it is not there: {command}");
                return;
            }
            if (VersionOf(Start(sample, "--version")) is var version && version != Machine.Version)
            {
                report.Line($"{name}: left out, {(version is null ? "it does not start" : $"it is of version {version}")}: {command}");
                return;
            }
            ProcessStartInfo start = Start(sample, "run", "baseline");
            start.Environment[Mnist.Variable] = options.Data;
            contenders.Add((name, () => Time(start)));
        }
    }

    private static ProcessStartInfo Start(string sample, params string[] arguments) =>
        sample.EndsWith(".dll", StringComparison.Ordinal)
            ? new("dotnet", [sample, .. arguments]) { RedirectStandardOutput = true }
            : new(sample, arguments) { RedirectStandardOutput = true };

    private static string? VersionOf(ProcessStartInfo command)
    {
        try
        {
            using Process process = Process.Start(command)!;
            string version = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? version : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static double Time(ProcessStartInfo command)
    {
        long start = Stopwatch.GetTimestamp();
        Process process;
        try
        {
            process = Process.Start(command)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new ComparisonException(exception.Message);
        }
        using (process)
        {
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? Stopwatch.GetElapsedTime(start).TotalSeconds
                : throw new ComparisonException($"it ended with code {process.ExitCode}.");
        }
    }
}
