using System.Diagnostics;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>Interleaves the measurements of several contenders, so that changes of the machine's speed affect all of them.</summary>
internal static class Interleaved
{
    /// <summary>Seconds of one call of each contender, for each round. The order rotates by one each round.</summary>
    internal static Quartiles[] Run(IReadOnlyList<Func<double>> contenders, int rounds)
    {
        double[][] seconds = contenders.Select(_ => new double[rounds]).ToArray();
        for (int round = 0; round < rounds; round++)
        {
            for (int turn = 0; turn < contenders.Count; turn++)
            {
                int contender = (round + turn) % contenders.Count;
                seconds[contender][round] = contenders[contender]();
            }
        }
        return seconds.Select(samples => Quartiles.Of(samples)).ToArray();
    }

    /// <summary>
    /// Turns a short action into a contender, which repeats the action to fill <paramref name="sampleSeconds"/> and returns the seconds of
    /// one call. Warms the action up first.
    /// </summary>
    internal static Func<double> Repeat(Action action, double sampleSeconds)
    {
        // Long enough for tiered compilation to have replaced tier-0 code.
        long end = Stopwatch.GetTimestamp() + (long)(Math.Max(sampleSeconds, 0.02) * Stopwatch.Frequency);
        do
            action();
        while (Stopwatch.GetTimestamp() < end);

        int count = 1;
        while (true)
        {
            double seconds = Time(action, count);
            if (seconds * count >= 0.5 * sampleSeconds)
            {
                count = Math.Max(1, (int)Math.Round(sampleSeconds / seconds));
                break;
            }
            count *= 2;
        }
        // Each sample starts warm, as in a program that is already running: a processor that was idle or lightly loaded, as by a slow
        // contender, needs milliseconds to reach full speed, which would be charged to the next contender. A slow action warms up within
        // its sample.
        int warmUp = count == 1 ? 0 : count;
        return () =>
        {
            if (warmUp > 0)
                Time(action, warmUp);
            return Time(action, count);
        };
    }

    private static double Time(Action action, int count)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
            action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / count;
    }
}
