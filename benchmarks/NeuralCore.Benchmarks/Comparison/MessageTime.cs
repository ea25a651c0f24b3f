using System.Diagnostics;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>
/// The latency of a value that one thread writes and another waits for: half a round trip. Threads that share work pay it for each cache
/// line they exchange; it is several times longer between processors without a shared cache.
/// </summary>
internal static class MessageTime
{
    private const double SampleSeconds = 0.01;
    private const int RoundTripsBetweenLooks = 100;
    private const int End = -1;

    // 256 bytes from either end of the memory, so that nothing else shares the cache lines.
    private const int Place = 64;

    /// <summary>Seconds of one message.</summary>
    internal static double Measure()
    {
        int[] memory = new int[2 * Place];
        Thread partner = new(() =>
        {
            for (int message = 1; Await(memory, message); message += 2)
                Volatile.Write(ref memory[Place], message + 1);
        });
        partner.Start();
        // The first messages wait for the thread to start.
        int sent = Send(memory, 0, RoundTripsBetweenLooks);
        int first = sent;
        long start = Stopwatch.GetTimestamp();
        do
            sent = Send(memory, sent, RoundTripsBetweenLooks);
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < SampleSeconds);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Volatile.Write(ref memory[Place], End);
        partner.Join();
        return seconds / (sent - first);
    }

    private static int Send(int[] memory, int sent, int roundTrips)
    {
        for (int i = 0; i < roundTrips; i++, sent += 2)
        {
            Volatile.Write(ref memory[Place], sent + 1);
            Await(memory, sent + 2);
        }
        return sent;
    }

    private static bool Await(int[] memory, int message)
    {
        while (true)
        {
            int read = Volatile.Read(ref memory[Place]);
            if (read == message)
                return true;
            if (read == End)
                return false;
        }
    }
}
