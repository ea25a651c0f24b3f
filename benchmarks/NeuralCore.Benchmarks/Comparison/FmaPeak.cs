using System.Diagnostics;
using NeuralCore.Numerics;
using NeuralCore.Samples.Mnist.Sweeps;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>
/// What the processor's multiply-add units give at the vector width in use, with nothing but registers: the limit of any dense product.
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
            // A result that is used keeps the loop from being removed; it is finite, so nothing is added here.
            rates[index] = flops / Stopwatch.GetElapsedTime(begin).TotalSeconds / 1e9 + (float.IsFinite(keep) ? 0 : 1);
        }
    }
}
