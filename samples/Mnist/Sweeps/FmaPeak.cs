using System.Diagnostics;
using NeuralCore.Numerics;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>
/// The peak throughput of all processors' FMA units together, on registers only and at the fastest vector width: the upper limit of any
/// matrix product, whichever width the library uses.
/// </summary>
internal static class FmaPeak
{
    private const int Samples = 7;
    private const double SampleSeconds = 0.03;

    /// <summary>float32 operations per second, the median of several samples; a multiply-add counts as two.</summary>
    internal static double Measure()
    {
        // The first samples compile the loop of each width and find the fastest width.
        VectorPath path = Enum.GetValues<VectorPath>().Where(InstructionSet.IsSupported).MaxBy(OfAllProcessors);
        double[] rates = new double[Samples];
        for (int i = 0; i < Samples; i++)
            rates[i] = OfAllProcessors(path);
        Array.Sort(rates);
        return rates[Samples / 2];
    }

    private static double OfAllProcessors(VectorPath path)
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
                (float value, double each) = FmaLoops.Run(path);
                keep += value;
                operations += each;
            }
            while (Stopwatch.GetElapsedTime(begin).TotalSeconds < SampleSeconds);
            // Using the result keeps the compiler from removing the loop. It is finite, so nothing is added.
            rates[index] = operations / Stopwatch.GetElapsedTime(begin).TotalSeconds + (float.IsFinite(keep) ? 0 : 1);
        }
    }
}
