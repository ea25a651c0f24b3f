using System.Diagnostics;

namespace NeuralCore.Samples.Tests.Tabular;

/// <summary>A run of the built sample, with redirected output.</summary>
internal sealed record TabularProcess(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    internal string[] OutputLines => Output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    internal static TabularProcess Run(params string[] args)
    {
        using Process process = Start(args);
        return End(process, process.StandardOutput.ReadToEndAsync());
    }

    /// <summary>Runs the sample, and does something to it once a line begins so.</summary>
    internal static TabularProcess RunUntil(string lineStart, Action<Process> then, params string[] args)
    {
        using Process process = Start(args);
        while (process.StandardOutput.ReadLine() is { } line && !line.StartsWith(lineStart, StringComparison.Ordinal))
        {
        }
        then(process);
        return End(process, process.StandardOutput.ReadToEndAsync());
    }

    /// <summary>The sample in a shell command; <c>TABULAR</c> stands for it.</summary>
    internal static TabularProcess RunInShell(string line)
    {
        string sample = $"dotnet exec '{Dll}'";
        using Process process = Start(new ProcessStartInfo("bash", ["-c", line.Replace("TABULAR", sample, StringComparison.Ordinal)]));
        return End(process, process.StandardOutput.ReadToEndAsync());
    }

    private static string Dll => Path.Combine(AppContext.BaseDirectory, "Tabular.dll");

    private static Process Start(string[] args) => Start(new ProcessStartInfo("dotnet", ["exec", Dll, .. args]));

    private static Process Start(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError, start.UseShellExecute) = (true, true, false);
        foreach (string name in new[] { "NO_COLOR", "TERM", "GITHUB_ACTIONS", "NEURALCORE_ISA" })
            start.Environment.Remove(name);
        return Process.Start(start)!;
    }

    private static TabularProcess End(Process process, Task<string> output)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The sample still ran after {Limit.TotalSeconds} s.");
        }
        return new TabularProcess(process.ExitCode, output.Result, error.Result);
    }
}
