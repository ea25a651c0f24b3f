using NeuralCore.Numerics;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>
/// The FMA peak of one thread and of all, measured before and after the comparison that it limits. Disturbances only lower it, so the peak
/// is the highest median.
/// </summary>
internal sealed class PeakMeter
{
    private readonly List<Quartiles> _one = [];
    private readonly List<Quartiles> _all = [];

    internal PeakMeter() => Measure();

    internal static int AllThreads => Environment.ProcessorCount;

    /// <summary>GFLOP/s of one thread: the highest median so far.</summary>
    internal double One => _one.Max(peak => peak.Median);

    /// <summary>GFLOP/s of one thread on each processor.</summary>
    internal double All => _all.Max(peak => peak.Median);

    internal void Measure()
    {
        _one.Add(FmaPeak.Measure(1));
        _all.Add(FmaPeak.Measure(AllThreads));
    }

    internal void Print(Report report)
    {
        Print("1 thread", _one);
        Print($"{AllThreads} threads", _all);

        void Print(string threads, List<Quartiles> peaks) => report.Line(
            $"FMA peak at {InstructionSet.Current}, registers only, {threads}: {Report.Spread(peaks[0])} GFLOP/s before, "
            + $"{Report.Spread(peaks[^1])} after");
    }
}
