using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using NeuralCore.Numerics;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>
/// Multiply-adds on registers only, to measure the upper limit of any matrix product. The benchmarks compile this file too.
/// </summary>
internal static class FmaLoops
{
    private const int Iterations = 1 << 14;

    /// <summary>Runs the loop of one vector width.</summary>
    /// <returns>A value that keeps the loop from being optimized away, and the number of operations (two per multiply-add).</returns>
    internal static (float Value, double Operations) Run(VectorPath path) => path switch
    {
        VectorPath.Vector512 => (Run512(0.5f, 0.25f), 2.0 * Iterations * 24 * 16),
        VectorPath.Vector256 => (Run256(0.5f, 0.25f), 2.0 * Iterations * 12 * 8),
        VectorPath.Vector128 => (Run128(0.5f, 0.25f), 2.0 * Iterations * 12 * 4),
        _ => (RunScalar(0.5f, 0.25f), 2.0 * Iterations * 12),
    };

    // As many dependency chains as the product kernels have, well above latency times FMA units (8 to 10).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run512(float factor, float addend)
    {
        Vector512<float> f = Vector512.Create(factor), a = Vector512.Create(addend);
        Vector512<float> x0 = a, x1 = a, x2 = a, x3 = a, x4 = a, x5 = a, x6 = a, x7 = a, x8 = a, x9 = a, x10 = a, x11 = a;
        Vector512<float> y0 = a, y1 = a, y2 = a, y3 = a, y4 = a, y5 = a, y6 = a, y7 = a, y8 = a, y9 = a, y10 = a, y11 = a;
        for (int i = 0; i < Iterations; i++)
        {
            x0 = Avx512F.FusedMultiplyAdd(x0, f, a);
            x1 = Avx512F.FusedMultiplyAdd(x1, f, a);
            x2 = Avx512F.FusedMultiplyAdd(x2, f, a);
            x3 = Avx512F.FusedMultiplyAdd(x3, f, a);
            x4 = Avx512F.FusedMultiplyAdd(x4, f, a);
            x5 = Avx512F.FusedMultiplyAdd(x5, f, a);
            x6 = Avx512F.FusedMultiplyAdd(x6, f, a);
            x7 = Avx512F.FusedMultiplyAdd(x7, f, a);
            x8 = Avx512F.FusedMultiplyAdd(x8, f, a);
            x9 = Avx512F.FusedMultiplyAdd(x9, f, a);
            x10 = Avx512F.FusedMultiplyAdd(x10, f, a);
            x11 = Avx512F.FusedMultiplyAdd(x11, f, a);
            y0 = Avx512F.FusedMultiplyAdd(y0, f, a);
            y1 = Avx512F.FusedMultiplyAdd(y1, f, a);
            y2 = Avx512F.FusedMultiplyAdd(y2, f, a);
            y3 = Avx512F.FusedMultiplyAdd(y3, f, a);
            y4 = Avx512F.FusedMultiplyAdd(y4, f, a);
            y5 = Avx512F.FusedMultiplyAdd(y5, f, a);
            y6 = Avx512F.FusedMultiplyAdd(y6, f, a);
            y7 = Avx512F.FusedMultiplyAdd(y7, f, a);
            y8 = Avx512F.FusedMultiplyAdd(y8, f, a);
            y9 = Avx512F.FusedMultiplyAdd(y9, f, a);
            y10 = Avx512F.FusedMultiplyAdd(y10, f, a);
            y11 = Avx512F.FusedMultiplyAdd(y11, f, a);
        }
        x0 = x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11;
        y0 = y0 + y1 + y2 + y3 + y4 + y5 + y6 + y7 + y8 + y9 + y10 + y11;
        return (x0 + y0).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run256(float factor, float addend)
    {
        Vector256<float> f = Vector256.Create(factor), a = Vector256.Create(addend);
        Vector256<float> x0 = a, x1 = a, x2 = a, x3 = a, x4 = a, x5 = a, x6 = a, x7 = a, x8 = a, x9 = a, x10 = a, x11 = a;
        for (int i = 0; i < Iterations; i++)
        {
            x0 = Vector256.FusedMultiplyAdd(x0, f, a);
            x1 = Vector256.FusedMultiplyAdd(x1, f, a);
            x2 = Vector256.FusedMultiplyAdd(x2, f, a);
            x3 = Vector256.FusedMultiplyAdd(x3, f, a);
            x4 = Vector256.FusedMultiplyAdd(x4, f, a);
            x5 = Vector256.FusedMultiplyAdd(x5, f, a);
            x6 = Vector256.FusedMultiplyAdd(x6, f, a);
            x7 = Vector256.FusedMultiplyAdd(x7, f, a);
            x8 = Vector256.FusedMultiplyAdd(x8, f, a);
            x9 = Vector256.FusedMultiplyAdd(x9, f, a);
            x10 = Vector256.FusedMultiplyAdd(x10, f, a);
            x11 = Vector256.FusedMultiplyAdd(x11, f, a);
        }
        return (x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run128(float factor, float addend)
    {
        Vector128<float> f = Vector128.Create(factor), a = Vector128.Create(addend);
        Vector128<float> x0 = a, x1 = a, x2 = a, x3 = a, x4 = a, x5 = a, x6 = a, x7 = a, x8 = a, x9 = a, x10 = a, x11 = a;
        for (int i = 0; i < Iterations; i++)
        {
            x0 = Vector128.FusedMultiplyAdd(x0, f, a);
            x1 = Vector128.FusedMultiplyAdd(x1, f, a);
            x2 = Vector128.FusedMultiplyAdd(x2, f, a);
            x3 = Vector128.FusedMultiplyAdd(x3, f, a);
            x4 = Vector128.FusedMultiplyAdd(x4, f, a);
            x5 = Vector128.FusedMultiplyAdd(x5, f, a);
            x6 = Vector128.FusedMultiplyAdd(x6, f, a);
            x7 = Vector128.FusedMultiplyAdd(x7, f, a);
            x8 = Vector128.FusedMultiplyAdd(x8, f, a);
            x9 = Vector128.FusedMultiplyAdd(x9, f, a);
            x10 = Vector128.FusedMultiplyAdd(x10, f, a);
            x11 = Vector128.FusedMultiplyAdd(x11, f, a);
        }
        return (x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float RunScalar(float f, float a)
    {
        float x0 = a, x1 = a, x2 = a, x3 = a, x4 = a, x5 = a, x6 = a, x7 = a, x8 = a, x9 = a, x10 = a, x11 = a;
        for (int i = 0; i < Iterations; i++)
        {
            x0 = MathF.FusedMultiplyAdd(x0, f, a);
            x1 = MathF.FusedMultiplyAdd(x1, f, a);
            x2 = MathF.FusedMultiplyAdd(x2, f, a);
            x3 = MathF.FusedMultiplyAdd(x3, f, a);
            x4 = MathF.FusedMultiplyAdd(x4, f, a);
            x5 = MathF.FusedMultiplyAdd(x5, f, a);
            x6 = MathF.FusedMultiplyAdd(x6, f, a);
            x7 = MathF.FusedMultiplyAdd(x7, f, a);
            x8 = MathF.FusedMultiplyAdd(x8, f, a);
            x9 = MathF.FusedMultiplyAdd(x9, f, a);
            x10 = MathF.FusedMultiplyAdd(x10, f, a);
            x11 = MathF.FusedMultiplyAdd(x11, f, a);
        }
        return x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11;
    }
}
