using System.Diagnostics;
using System.Text.Json.Nodes;

namespace NeuralCore.Benchmarks.Comparison.Peers;

/// <summary>PyTorch in a separate process that trains an epoch on request, so that its epochs alternate with ours.</summary>
internal sealed class TorchProcess : IDisposable
{
    internal const string Package = "Debian packages python3-torch libopenblas0-openmp";

    private const string Script = "torch_mnist.py";

    // With OpenBLAS' own threads under OpenMP, PyTorch is three to four times slower.
    private static readonly string[] OpenMpFolders =
        ["/usr/lib/x86_64-linux-gnu/openblas-openmp", "/usr/lib/aarch64-linux-gnu/openblas-openmp"];

    private readonly Process _process;

    private TorchProcess(Process process, int threads)
    {
        _process = process;
        Threads = threads;
    }

    internal int Threads { get; }

    /// <summary>PyTorch's version, BLAS and thread count, as it reports them.</summary>
    internal string Version { get; private set; } = "";

    /// <summary>Starts PyTorch with a number of threads; null with the reason when it is not installed.</summary>
    internal static TorchProcess? TryStart(string data, int threads, string openBlasCore, out string reason)
    {
        reason = "";
        if (Command(["--data", data], threads, openBlasCore) is not { } command)
        {
            reason = $"benchmarks/peers/{Script} not found";
            return null;
        }
        command.RedirectStandardInput = true;
        Process process;
        try
        {
            process = Process.Start(command)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            reason = exception.Message;
            return null;
        }
        TorchProcess torch = new(process, threads);
        JsonNode? hello = process.StandardOutput.ReadLine() is { } line ? JsonNode.Parse(line) : null;
        if (hello?["torch"] is null)
        {
            reason = hello?["error"]?.ToString() ?? "it ended at once";
            torch.Dispose();
            return null;
        }
        if (openBlasCore == OpenBlasCore.Auto && (string?)hello["core"] is { } core && OpenBlasCore.Correction(core) is { } better)
        {
            torch.Dispose();
            return TryStart(data, threads, better, out reason);
        }
        torch.Version = $"PyTorch {hello["torch"]} ({hello["cpu"]} outside BLAS), BLAS {hello["blas"]}";
        return torch;
    }

    /// <summary>The command that runs the script; null if the script does not exist.</summary>
    internal static ProcessStartInfo? Command(IEnumerable<string> arguments, int threads, string openBlasCore)
    {
        if (Machine.PeersFolder() is not { } folder)
            return null;
        ProcessStartInfo command = new(Machine.Python(), [Path.Combine(folder, Script), .. arguments]) { RedirectStandardOutput = true };
        if (OpenMpFolders.FirstOrDefault(Directory.Exists) is { } openMp)
            command.Environment["LD_LIBRARY_PATH"] = openMp;
        command.Environment["OMP_NUM_THREADS"] = command.Environment["OPENBLAS_NUM_THREADS"] = threads.ToString();
        if (OpenBlasCore.Variable(openBlasCore) is { } core)
            command.Environment[Machine.OpenBlasCoreVariable] = core;
        else
            command.Environment.Remove(Machine.OpenBlasCoreVariable);
        return command;
    }

    internal void Reset(int batch, bool forEach) => Ask($"reset {batch} {(forEach ? 1 : 0)}");

    /// <summary>Seconds of one epoch, by PyTorch's own clock.</summary>
    internal double Epoch()
    {
        JsonNode answer = Ask("epoch");
        LastLoss = (double)answer["loss"]!;
        return (double)answer["seconds"]!;
    }

    internal double LastLoss { get; private set; }

    internal double Accuracy() => (double)Ask("evaluate")["accuracy"]!;

    internal double PeakMegabytes() => (double)Ask("memory")["peakMegabytes"]!;

    public void Dispose()
    {
        try
        {
            _process.StandardInput.WriteLine("quit");
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has already ended.
        }
        if (!_process.WaitForExit(5000))
            _process.Kill();
        _process.Dispose();
    }

    private JsonNode Ask(string command)
    {
        try
        {
            _process.StandardInput.WriteLine(command);
            _process.StandardInput.Flush();
            if (_process.StandardOutput.ReadLine() is { } line)
                return JsonNode.Parse(line)!;
        }
        catch (IOException)
        {
            // The pipe is broken, which counts as no answer.
        }
        throw new ComparisonException($"PyTorch ended during \"{command}\"; see its error above.");
    }
}
