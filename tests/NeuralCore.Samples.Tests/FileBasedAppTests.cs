using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using NeuralCore.Tests.Contracts;

namespace NeuralCore.Samples.Tests;

/// <summary>The programs of one file, run as their first lines say.</summary>
public class FileBasedAppTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Fact]
    public void Xor_is_learned()
    {
        double[] probabilities = Regex.Matches(Run("xor.cs"), @"^[01] xor [01]: (\d\.\d+)$", RegexOptions.Multiline)
            .Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToArray();

        probabilities.Select(probability => probability > 0.5).Should().Equal(false, true, true, false);
    }

    [Fact]
    public void The_sine_is_fitted()
    {
        string output = Run("regression.cs");

        MatchCollection lines = Regex.Matches(output, @"^sin\(.+\) = (-?\d\.\d+), predicted (-?\d\.\d+)$", RegexOptions.Multiline);
        lines.Should().HaveCount(5);
        foreach (Match line in lines)
        {
            double.Parse(line.Groups[2].Value, CultureInfo.InvariantCulture)
                .Should().BeApproximately(double.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture), 0.1);
        }
    }

    [Fact]
    public void The_custom_layer_is_checked_and_learns() => Run("custom-layer.cs").Should().EndWith("accuracy 1.0000\n");

    [Fact]
    public void They_are_short()
    {
        foreach (string file in Repository.Files("samples", ".cs").Where(file => file.Count(c => c == '/') == 1))
            Repository.Read(file).Split('\n').Should().HaveCountLessThanOrEqualTo(45, file);
    }

    private static string Run(string file)
    {
        ProcessStartInfo start = new("dotnet", ["run", "-c", "Release", Repository.PathOf($"samples/{file}")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Not in a project's folder, which dotnet run would take.
            WorkingDirectory = Repository.PathOf("samples"),
        };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        // Those of the test run would be taken for the program's build.
        start.Environment.Remove("MSBuildSDKsPath");
        start.Environment.Remove("MSBUILD_EXE_PATH");
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{file} still ran after {Limit.TotalMinutes} minutes.");
        }
        process.ExitCode.Should().Be(0, output.Result + error.Result);
        return output.Result.ReplaceLineEndings("\n");
    }
}
