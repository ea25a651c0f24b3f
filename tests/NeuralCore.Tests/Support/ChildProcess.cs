using System.Diagnostics;
using System.Text.Json;
using NeuralCore.TestHost;

namespace NeuralCore.Tests.Support;

/// <summary>Runs NeuralCore.TestHost, which stands beside the tests, in a process of its own.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    internal static JsonElement Run(string arguments, params (string Name, string Value)[] environment)
    {
        (int exitCode, string output, string error) = Start(arguments, environment);
        exitCode.Should().Be(0, error);
        return JsonDocument.Parse(output).RootElement;
    }

    internal static (int ExitCode, string Output, string Error) Start(string arguments, params (string Name, string Value)[] environment)
    {
        return Start(new ProcessStartInfo(DotnetPath(), Exec(arguments)), environment);
    }

    /// <summary>The same as a user who may have so many threads; needs root, to become that user, and setpriv.</summary>
    internal static JsonElement RunWithFewThreads(int limit, string arguments)
    {
        string command = $"ulimit -u {limit}; exec {DotnetPath()} {Exec(arguments)}";
        ProcessStartInfo start = new("setpriv", ["--reuid=65534", "--clear-groups", "bash", "-c", command]);
        (int exitCode, string output, string error) = Start(start, [("HOME", Path.GetTempPath())]);
        exitCode.Should().Be(0, error);
        return JsonDocument.Parse(output).RootElement;
    }

    private static string Exec(string arguments) => $"exec \"{typeof(FixedTraining).Assembly.Location}\" {arguments}";

    private static (int ExitCode, string Output, string Error) Start(ProcessStartInfo start, (string Name, string Value)[] environment)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        // What this process was told of paths and tiers is not for the child, unless the test says so. What the processor is said to lack
        // it lacks for the child too.
        foreach (string name in start.Environment.Keys.Where(IsSwitch).ToArray())
            start.Environment.Remove(name);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The child process did not end within {Patience}.");
        }
        return (process.ExitCode, output.Result, error.Result);
    }

    private static bool IsSwitch(string name) =>
        name is "NEURALCORE_ISA" || name.StartsWith("DOTNET_Tiered", StringComparison.Ordinal);

    private static string DotnetPath() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath!
            : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
}
