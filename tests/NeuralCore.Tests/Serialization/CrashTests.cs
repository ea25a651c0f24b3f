using System.Diagnostics;
using System.Globalization;
using NeuralCore.Serialization;

namespace NeuralCore.Tests.Serialization;

/// <summary>What cannot be tried in one's own process: to be killed, and to run with another heap.</summary>
public class CrashTests
{
    [Fact]
    public async Task A_process_killed_while_saving_leaves_a_whole_file_and_no_step_is_lost()
    {
        using TemporaryFolder folder = new();
        string file = folder.File("checkpoint.safetensors");
        Random random = new(19);
        long last = 0;
        int kills = Long.Times(10, 200);
        for (int kill = 0; kill < kills; kill++)
        {
            using Process host = Start("save", file);
            long saved = Parse(await host.StandardOutput.ReadLineAsync());
            await Task.Delay(random.Next(0, 60));
            host.Kill();
            string rest = await host.StandardOutput.ReadToEndAsync();
            await host.WaitForExitAsync();
            string[] lines = rest.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            // The last line can be cut in the middle of a number, the one before cannot.
            if (lines.Length > 1)
                saved = Parse(lines[^2]);

            long step = Checkpoint.Load(file).Step;

            step.Should().BeGreaterThanOrEqualTo(saved, "kill {0}: what had been saved is there", kill).And.BeGreaterThan(last);
            last = step;
        }
        Checkpoint.Load(file).Save(file);
        folder.Names.Should().Equal("checkpoint.safetensors");
    }

    [Fact]
    public async Task A_small_heap_and_forced_collections_change_no_bit()
    {
        string[] digests = [await Weights(null), await Weights("10000"), await Weights("400000")];

        digests[0].Should().HaveLength(64);
        digests.Should().AllBe(digests[0]);

        static async Task<string> Weights(string? gen0Size)
        {
            using Process host = Start(gen0Size is null ? [] : new() { ["DOTNET_GCgen0size"] = gen0Size, ["DOTNET_gcConcurrent"] = "0" },
                "weights");
            string output = await host.StandardOutput.ReadToEndAsync();
            await host.WaitForExitAsync();
            host.ExitCode.Should().Be(0);
            return output.Trim();
        }
    }

    private static long Parse(string? line) => long.Parse(line ?? throw new InvalidOperationException("The process ended by itself."),
        CultureInfo.InvariantCulture);

    private static Process Start(params string[] arguments) => Start([], arguments);

    private static Process Start(Dictionary<string, string> environment, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "NeuralCore.CrashHost.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
