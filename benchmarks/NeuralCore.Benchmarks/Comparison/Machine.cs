using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using NeuralCore.Models;
using NeuralCore.Numerics;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>The conditions of a measurement: processor, runtime, versions, paths.</summary>
internal static class Machine
{
    internal const string OpenBlasCoreVariable = "OPENBLAS_CORETYPE";

    internal static string Processor => $"{ProcessorName()}, {Environment.ProcessorCount} processors";

    internal static string Runtime =>
        $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription.Trim()} {RuntimeInformation.ProcessArchitecture}";

    /// <summary>The version of the library, with its commit.</summary>
    internal static string Version =>
        typeof(Sequential).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?";

    internal static string NeuralCore => $"NeuralCore {Version}, vector path {InstructionSet.Current}";

    internal static JsonObject ToJson() => new()
    {
        ["processor"] = Processor,
        ["runtime"] = Runtime,
        ["neuralcore"] = NeuralCore,
        ["utc"] = DateTime.UtcNow.ToString("u", CultureInfo.InvariantCulture),
    };

    /// <summary>The folder <c>benchmarks/peers</c> of the repository this program was built in, or null.</summary>
    internal static string? PeersFolder() => FindUpwards(Path.Combine("benchmarks", "peers"));

    /// <summary>A file or folder of the repository this program was built in, or null.</summary>
    internal static string? FindUpwards(string relative)
    {
        foreach (string start in (string[])[AppContext.BaseDirectory, Environment.CurrentDirectory])
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                string path = Path.Combine(folder.FullName, relative);
                if (Path.Exists(path))
                    return path;
            }
        }
        return null;
    }

    /// <summary>Debian's Python, which has the packages of install.sh; another one may precede it in the path.</summary>
    internal static string Python() => Environment.GetEnvironmentVariable("NEURALCORE_PYTHON") is { Length: > 0 } chosen ? chosen
        : File.Exists("/usr/bin/python3") ? "/usr/bin/python3"
        : "python3";

    private static string ProcessorName()
    {
        try
        {
            string[] lines = File.ReadAllLines("/proc/cpuinfo");
            string Value(string key) =>
                lines.FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "?";
            return $"{Value("model name")} (family {Value("cpu family")}, model {Value("model\t")}, stepping {Value("stepping")})";
        }
        catch (IOException)
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }
    }
}
