using NeuralCore.Numerics;

namespace NeuralCore.Benchmarks.Comparison.Peers;

/// <summary>
/// Chooses OpenBLAS' kernels. Old versions do not recognize new processors, and an environment variable may select slower kernels, so a
/// comparison is fair only with kernels of NeuralCore's vector width.
/// </summary>
internal static class OpenBlasCore
{
    private static readonly string[] With512 = ["SkylakeX", "Cooperlake", "SapphireRapids"];

    /// <summary>Asks OpenBLAS to detect the processor.</summary>
    internal const string Auto = "auto";

    /// <summary>Leaves the choice to the environment.</summary>
    internal const string Environment = "env";

    /// <summary>The core to request first.</summary>
    internal static string Default => InstructionSet.Current switch
    {
        VectorPath.Vector512 => Auto,
        VectorPath.Vector256 => "Haswell",
        _ => Auto,
    };

    /// <summary>The core to request if the detected one has another width; null if it fits.</summary>
    internal static string? Correction(string detected) =>
        InstructionSet.Current == VectorPath.Vector512 && !With512.Contains(detected, StringComparer.OrdinalIgnoreCase) ? "SkylakeX" : null;

    /// <summary>The value of the variable that requests a core; null for none.</summary>
    internal static string? Variable(string core) => core switch
    {
        Auto => null,
        Environment => System.Environment.GetEnvironmentVariable(Machine.OpenBlasCoreVariable),
        _ => core,
    };
}
