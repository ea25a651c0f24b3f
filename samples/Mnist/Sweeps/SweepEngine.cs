using System.Diagnostics;
using System.Runtime.ExceptionServices;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>Executes runs in parallel, each on one thread, so that no run waits for another. Results do not depend on threads.</summary>
internal sealed class SweepEngine(SweepFolder folder, string part, Stopwatch clock, SweepProgress progress)
{
    private readonly Lock _lock = new();
    private int _next = -1;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Starts all runs in order and returns when the last has ended.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="jobs">How many to execute at once.</param>
    /// <param name="makeWork">Creates the work with the engine's own cancellation token.</param>
    /// <param name="cancellation">Stops all runs between two steps; finished runs are in the folder.</param>
    /// <exception cref="OperationCanceledException">The sweep was interrupted.</exception>
    /// <exception cref="SampleException">A run failed, or could not be written; the others were stopped.</exception>
    internal void Run(IReadOnlyList<PlannedRun> runs, int jobs, Func<CancellationToken, SweepWork> makeWork, CancellationToken cancellation)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        SweepWork work = makeWork(stop.Token);
        Thread[] threads = Enumerable.Range(0, Math.Min(jobs, runs.Count))
            .Select(slot => new Thread(() => RunSlot(slot, runs, work, stop)) { Name = $"job {slot + 1}" }).ToArray();
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        _failure?.Throw();
        cancellation.ThrowIfCancellationRequested();
    }

    private void RunSlot(int slot, IReadOnlyList<PlannedRun> runs, SweepWork work, CancellationTokenSource stop)
    {
        try
        {
            int i;
            while (!stop.IsCancellationRequested && (i = Interlocked.Increment(ref _next)) < runs.Count)
            {
                RunRecord made = work.Make(runs[i], progress.Begin(slot, runs[i]));
                lock (_lock)
                {
                    RunRecord record = made with { Part = part, FinishedAfterSeconds = clock.Elapsed.TotalSeconds };
                    folder.Append(record);
                    progress.End(slot, record);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Interrupted, or another slot failed.
        }
        catch (Exception e)
        {
            // Any failure ends the sweep; the first one is reported.
            lock (_lock)
                _failure ??= ExceptionDispatchInfo.Capture(e);
            stop.Cancel();
        }
    }
}
