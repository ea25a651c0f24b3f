using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

/// <summary>The vector width that the kernels run with. Every width computes the same bits.</summary>
public enum VectorPath
{
    /// <summary>One element at a time, with <see cref="MathF.FusedMultiplyAdd"/>.</summary>
    Scalar = 0,

    /// <summary>128-bit vectors: x86 with FMA, or ARM64.</summary>
    Vector128 = 128,

    /// <summary>256-bit vectors: AVX2 with FMA.</summary>
    Vector256 = 256,

    /// <summary>512-bit vectors: AVX-512 (F, BW, DQ, VL).</summary>
    Vector512 = 512,
}

/// <summary>
/// Chooses the kernels once for the process: the widest the processor runs well, or the one that the environment
/// variable <c>NEURALCORE_ISA</c> forces (<c>512</c>, <c>256</c>, <c>128</c> or <c>scalar</c>).
/// </summary>
public static class InstructionSet
{
    /// <summary>The environment variable that forces a path.</summary>
    public const string EnvironmentVariable = "NEURALCORE_ISA";

    private static readonly string? Error;
    private static readonly VectorPath Chosen;

    // An explicit constructor: the choice is made before the first kernel compiles, so tier 1 folds it to a constant.
    static InstructionSet()
    {
        string? forced = Environment.GetEnvironmentVariable(EnvironmentVariable);
        (Chosen, Error) = string.IsNullOrEmpty(forced) ? (Widest(), null) : Parse(forced);
    }

    /// <summary>The path that all kernels of this process use.</summary>
    /// <exception cref="InvalidOperationException">
    /// <c>NEURALCORE_ISA</c> holds an unknown value, or a path that this processor lacks.
    /// </exception>
    public static VectorPath Current
    {
        get
        {
            if (Error is not null)
                throw new InvalidOperationException(Error);
            return Chosen;
        }
    }

    /// <summary>Whether this processor can run a path.</summary>
    /// <param name="path">The path to ask for.</param>
    public static bool IsSupported(VectorPath path) => path switch
    {
        VectorPath.Scalar => true,
        VectorPath.Vector128 => Fma.IsSupported || AdvSimd.Arm64.IsSupported,
        VectorPath.Vector256 => Fma.IsSupported && Avx2.IsSupported,
        VectorPath.Vector512 => Avx512F.VL.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported,
        _ => false,
    };

    internal static (VectorPath Path, string? Error) Parse(string value)
    {
        VectorPath? path = value.Trim().ToLowerInvariant() switch
        {
            "512" => VectorPath.Vector512,
            "256" => VectorPath.Vector256,
            "128" => VectorPath.Vector128,
            "scalar" => VectorPath.Scalar,
            _ => null,
        };
        if (path is not { } known)
        {
            return (VectorPath.Scalar,
                $"{EnvironmentVariable} is \"{value}\"; it takes 512, 256, 128 or scalar. Unset it to let NeuralCore choose.");
        }
        if (!IsSupported(known))
        {
            return (VectorPath.Scalar,
                $"{EnvironmentVariable} is \"{value}\", which this processor, a DOTNET_Enable... switch or the IlcInstructionSet of a "
                + $"native program does not offer. The widest path here is {Describe(Widest())}.");
        }
        return (known, null);
    }

    internal static string Describe(VectorPath path) => path == VectorPath.Scalar ? "scalar" : ((int)path).ToString();

    private static VectorPath Widest()
    {
        // Some AVX-512 processors run 512-bit code slower; the runtime knows them and says so here.
        if (IsSupported(VectorPath.Vector512) && Vector512.IsHardwareAccelerated)
            return VectorPath.Vector512;
        if (IsSupported(VectorPath.Vector256) && Vector256.IsHardwareAccelerated)
            return VectorPath.Vector256;
        return IsSupported(VectorPath.Vector128) ? VectorPath.Vector128 : VectorPath.Scalar;
    }
}
