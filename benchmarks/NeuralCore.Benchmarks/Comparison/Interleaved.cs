using System.Diagnostics;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>Measures several contenders turn by turn, so that a change of the machine's mood hits all of them.</summary>
internal static class Interleaved
{
    /// <summary>Seconds of one call of each contender, for each round. Who begins moves on by one each round.</summary>
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
    /// Makes a contender of a short action: it repeats the action often enough to fill <paramref name="sampleSeconds"/> and gives the seconds of one.
    /// Warms the action up first.
    /// </summary>
    internal static Func<double> Repeat(Action action, double sampleSeconds)
    {
        // Long enough for the runtime to have replaced its first, quick compilation.
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
        // A sample begins warm, as in a program that goes on with its work: a processor that has idled or worked lightly, as for a slow contender, takes
        // milliseconds to come to speed, and whoever's turn is next would pay for that. A slow action warms up within its sample.
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
