using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>
/// What the multiply-add units of all processors give together with nothing but registers, at the vector width that gives most: the limit of any dense
/// product, whichever width the library itself runs with.
/// </summary>
internal static class FmaPeak
{
    private const int Iterations = 1 << 14;
    private const int Chains = 12;
    private const int Samples = 7;
    private const double SampleSeconds = 0.03;

    /// <summary>float32 operations a second, a multiply-add counted as two; the median of some samples.</summary>
    internal static double Measure()
    {
        (Func<float, float, float> Run, int Lanes)[] widths =
        [
            (Run128, Vector128<float>.Count),
            .. Vector256.IsHardwareAccelerated ? [(Run256, Vector256<float>.Count)] : Array.Empty<(Func<float, float, float>, int)>(),
            .. Vector512.IsHardwareAccelerated ? [(Run512, Vector512<float>.Count)] : Array.Empty<(Func<float, float, float>, int)>(),
        ];
        // The first sample of each width compiles its loop too, and it finds the width.
        (Func<float, float, float> run, int lanes) = widths.MaxBy(width => OfAllProcessors(width.Run, width.Lanes));
        double[] rates = new double[Samples];
        for (int i = 0; i < Samples; i++)
            rates[i] = OfAllProcessors(run, lanes);
        Array.Sort(rates);
        return rates[Samples / 2];
    }

    private static double OfAllProcessors(Func<float, float, float> run, int lanes)
    {
        double[] rates = new double[Environment.ProcessorCount];
        using Barrier start = new(rates.Length);
        Thread[] threads = Enumerable.Range(0, rates.Length).Select(i => new Thread(() => Work(i))).ToArray();
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        return rates.Sum();

        void Work(int index)
        {
            start.SignalAndWait();
            long begin = Stopwatch.GetTimestamp();
            double operations = 0;
            float keep = 0;
            do
            {
                keep += run(0.5f, 0.25f);
                operations += 2.0 * Iterations * Chains * lanes;
            }
            while (Stopwatch.GetElapsedTime(begin).TotalSeconds < SampleSeconds);
            // A result that is used keeps the loop; it is finite, so nothing is added.
            rates[index] = operations / Stopwatch.GetElapsedTime(begin).TotalSeconds + (float.IsFinite(keep) ? 0 : 1);
        }
    }

    // Twelve independent chains: more than latency times units of today's processors (8 to 10).
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
    private static float Run512(float factor, float addend)
    {
        Vector512<float> f = Vector512.Create(factor), a = Vector512.Create(addend);
        Vector512<float> x0 = a, x1 = a, x2 = a, x3 = a, x4 = a, x5 = a, x6 = a, x7 = a, x8 = a, x9 = a, x10 = a, x11 = a;
        for (int i = 0; i < Iterations; i++)
        {
            x0 = Vector512.FusedMultiplyAdd(x0, f, a);
            x1 = Vector512.FusedMultiplyAdd(x1, f, a);
            x2 = Vector512.FusedMultiplyAdd(x2, f, a);
            x3 = Vector512.FusedMultiplyAdd(x3, f, a);
            x4 = Vector512.FusedMultiplyAdd(x4, f, a);
            x5 = Vector512.FusedMultiplyAdd(x5, f, a);
            x6 = Vector512.FusedMultiplyAdd(x6, f, a);
            x7 = Vector512.FusedMultiplyAdd(x7, f, a);
            x8 = Vector512.FusedMultiplyAdd(x8, f, a);
            x9 = Vector512.FusedMultiplyAdd(x9, f, a);
            x10 = Vector512.FusedMultiplyAdd(x10, f, a);
            x11 = Vector512.FusedMultiplyAdd(x11, f, a);
        }
        return (x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11).ToScalar();
    }
}
