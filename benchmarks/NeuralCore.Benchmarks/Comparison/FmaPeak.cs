using System.Diagnostics;
using NeuralCore.Numerics;
using NeuralCore.Samples.Mnist.Sweeps;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>
/// The throughput of the processor's FMA units at the current vector width, from registers alone: the limit of any dense product.
/// </summary>
internal static class FmaPeak
{
    /// <summary>GFLOP/s of all threads together; each multiply-add counts as two.</summary>
    internal static Quartiles Measure(int threads, int samples = 7, double sampleSeconds = 0.03)
    {
        double[] rates = new double[samples];
        RunThreads(threads, sampleSeconds);
        for (int i = 0; i < samples; i++)
            rates[i] = RunThreads(threads, sampleSeconds);
        return Quartiles.Of(rates);
    }

    /// <summary>A contender for an interleaved run: seconds of 10^9 operations.</summary>
    internal static Func<double> Contender(int threads, double sampleSeconds) => () => 1 / RunThreads(threads, sampleSeconds);

    private static double RunThreads(int threads, double seconds)
    {
        double[] rates = new double[threads];
        using Barrier start = new(threads);
        Thread[] others = Enumerable.Range(1, threads - 1).Select(i => new Thread(() => Work(i))).ToArray();
        foreach (Thread thread in others)
            thread.Start();
        Work(0);
        foreach (Thread thread in others)
            thread.Join();
        return rates.Sum();

        void Work(int index)
        {
            start.SignalAndWait();
            long begin = Stopwatch.GetTimestamp();
            double flops = 0;
            float keep = 0;
            do
            {
                (float value, double operations) = FmaLoops.Run(InstructionSet.Current);
                keep += value;
                flops += operations;
            }
            while (Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds);
            // Using the result prevents the loop from being optimized away; it is finite, so nothing is added.
            rates[index] = flops / Stopwatch.GetElapsedTime(begin).TotalSeconds / 1e9 + (float.IsFinite(keep) ? 0 : 1);
        }
    }
}
