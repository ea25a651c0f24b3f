using NeuralCore.Numerics;

namespace NeuralCore.Benchmarks.Comparison.Peers;

/// <summary>
/// Which of OpenBLAS' kernels run. Old versions do not know new processors, and a variable set for other reasons may hold them back, so a row is fair
/// only with kernels of the vector width that NeuralCore uses.
/// </summary>
internal static class OpenBlasCore
{
    private static readonly string[] With512 = ["SkylakeX", "Cooperlake", "SapphireRapids"];

    /// <summary>Asks OpenBLAS to detect the processor.</summary>
    internal const string Auto = "auto";

    /// <summary>Leaves the choice to the environment as it stands.</summary>
    internal const string Environment = "env";

    /// <summary>What to ask for first.</summary>
    internal static string Default => InstructionSet.Current switch
    {
        VectorPath.Vector512 => Auto,
        VectorPath.Vector256 => "Haswell",
        _ => Auto,
    };

    /// <summary>What to ask for when the detection gave a core of another width, or null when it fits.</summary>
    internal static string? Correction(string detected) =>
        InstructionSet.Current == VectorPath.Vector512 && !With512.Contains(detected, StringComparer.OrdinalIgnoreCase) ? "SkylakeX" : null;

    /// <summary>The value of the variable that asks for a core; null for none.</summary>
    internal static string? Variable(string core) => core switch
    {
        Auto => null,
        Environment => System.Environment.GetEnvironmentVariable(Machine.OpenBlasCoreVariable),
        _ => core,
    };
}
