using System.Diagnostics;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>
/// The built sample as a separate process, with redirected output and without the environment variables that it reads, except for those
/// that the test sets.
/// </summary>
internal sealed record SampleProcess(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly string[] Variables =
        ["NEURALCORE_DATA", "NEURALCORE_ISA", "NEURALCORE_MIRRORS", "XDG_CACHE_HOME", "NO_COLOR", "TERM", "GITHUB_ACTIONS"];

    internal string[] OutputLines => Output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    internal string[] ErrorLines => Error.Length == 0 ? [] : Error.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    internal static SampleProcess Run(params string[] args) => Run([], args);

    internal static SampleProcess Run((string Name, string Value)[] environment, params string[] args)
    {
        using Process process = Start(environment, args);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        return End(process, output);
    }

    /// <summary>The sample in a shell command, which may redirect it and set limits.</summary>
    /// <param name="line">The line; <c>MNIST</c> stands for the sample.</param>
    internal static SampleProcess RunInShell(string line)
    {
        string sample = $"dotnet exec '{Path.Combine(AppContext.BaseDirectory, "Mnist.dll")}'";
        ProcessStartInfo start = new("bash", ["-c", line.Replace("MNIST", sample, StringComparison.Ordinal)]);
        using Process process = Start(start, []);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        return End(process, output);
    }

    /// <summary>
    /// Starts the sample, waits for an output line with the given start, performs an action on the process, and waits for its end.
    /// </summary>
    internal static SampleProcess RunUntil(string lineStart, Action<Process> then, params string[] args)
    {
        using Process process = Start([], args);
        List<string> lines = [];
        while (process.StandardOutput.ReadLine() is { } line)
        {
            lines.Add(line);
            if (line.StartsWith(lineStart, StringComparison.Ordinal))
                break;
        }
        then(process);
        return End(process, process.StandardOutput.ReadToEndAsync().ContinueWith(
            rest => string.Join('\n', lines) + "\n" + rest.Result, TaskScheduler.Default));
    }

    private static SampleProcess End(Process process, Task<string> output)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The sample still ran after {Limit.TotalSeconds} s.");
        }
        return new SampleProcess(process.ExitCode, output.Result, error.Result);
    }

    private static Process Start((string Name, string Value)[] environment, string[] args)
    {
        ProcessStartInfo start = new("dotnet");
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Mnist.dll"));
        foreach (string arg in args)
            start.ArgumentList.Add(arg);
        return Start(start, environment);
    }

    private static Process Start(ProcessStartInfo start, (string Name, string Value)[] environment)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError, start.UseShellExecute) = (true, true, false);
        foreach (string name in Variables)
            start.Environment.Remove(name);
        // No test uses the internet.
        start.Environment["NEURALCORE_MIRRORS"] = "none";
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
