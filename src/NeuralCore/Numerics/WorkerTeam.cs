using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace NeuralCore.Numerics;

/// <summary>Work in phases for a <see cref="WorkerTeam"/>.</summary>
internal interface ITeamTask
{
    /// <summary>Does one worker's part of a phase. All workers finish a phase before any starts the next.</summary>
    /// <param name="phase">The phase, from 0.</param>
    /// <param name="worker">The worker, from 0; 0 is the calling thread.</param>
    void Execute(int phase, int worker);
}

/// <summary>
/// A fixed number of threads that run phased work together; the caller is worker 0. Between phases and between runs the others spin for a
/// quarter of a millisecond, then sleep. A run allocates nothing.
/// </summary>
/// <remarks>
/// The threads hold no reference to the team or, between runs, to its work: a forgotten team is collected, and its finalizer ends them.
/// </remarks>
internal sealed class WorkerTeam : IDisposable
{
    /// <summary>The most workers that a caller may ask for.</summary>
    internal const int MaxWorkers = 1024;

    private readonly Shared _shared;
    private readonly Thread[] _threads;
    private bool _disposed;

    internal WorkerTeam(int workers)
        : this(workers, static thread => thread.Start())
    {
    }

    /// <summary>Starts a team through a function that tests let fail.</summary>
    /// <exception cref="InvalidOperationException">The system did not start all threads; those that it started have ended.</exception>
    internal WorkerTeam(int workers, Action<Thread> start)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        Workers = workers;
        _shared = new Shared(workers);
        _threads = new Thread[workers - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            Shared shared = _shared;
            int worker = i + 1;
            _threads[i] = new Thread(() => shared.RunWorker(worker)) { IsBackground = true, Name = $"NeuralCore worker {worker}" };
            try
            {
                start(_threads[i]);
            }
            catch (Exception e)
            {
                GC.SuppressFinalize(this);
                _shared.Stop(participants: worker);
                foreach (Thread started in _threads.AsSpan(0, i))
                    started.Join();
                throw new InvalidOperationException(
                    $"Only {i} of {workers - 1} worker threads could be started. Use fewer threads, or raise the system's limits on "
                    + "threads and memory.", e);
            }
        }
    }

    // Null where the constructor threw: the finalizer runs even then.
    ~WorkerTeam() => _shared?.Stop();

    internal int Workers { get; }

    /// <summary>Throws unless a number of threads, as a caller gave it, is in range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or above <see cref="MaxWorkers"/>.</exception>
    internal static void CheckThreads(int threads, string name)
    {
        if (threads is < 0 or > MaxWorkers)
            throw new ArgumentOutOfRangeException(
                name, threads, $"The number of threads must be from 1 to {MaxWorkers}, or 0 for one per processor.");
    }

    /// <summary>Runs all phases of a task on all workers and returns when the last has finished.</summary>
    /// <param name="task">The work.</param>
    /// <param name="phases">How many phases it has.</param>
    /// <remarks>An exception in one worker ends the run after its phase, on all workers, and is thrown here, once.</remarks>
    internal void Run(ITeamTask task, int phases)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _shared.Begin(task, phases);
        _shared.Execute(worker: 0);
        _shared.End();
        GC.KeepAlive(this);
    }

    /// <summary>Runs all phases of a task on the calling thread alone: for work too small to share.</summary>
    /// <inheritdoc cref="Run"/>
    internal static void RunAlone(ITeamTask task, int phases)
    {
        for (int phase = 0; phase < phases; phase++)
            task.Execute(phase, 0);
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        GC.SuppressFinalize(this);
        _shared.Stop();
        foreach (Thread thread in _threads)
            thread.Join();
    }

    /// <summary>What the threads know of the team.</summary>
    private sealed class Shared
    {
        // Waking a sleeping thread costs 50 to 70 microseconds, and who comes that late makes the other wait as long at the next barrier:
        // with 50 microseconds of spinning, sleep fed on itself, once a step, and an epoch at batch 512 took 1.1 times as long. A worker
        // waits for the last block of the other at most.
        private static readonly long SpinTicks = Stopwatch.Frequency / 4_000;

        private readonly Lock _failureGate = new();
        private readonly object _sleep = new();
        private int _workers;
        private readonly bool _spins;
        private ITeamTask? _task;
        private int _phases;
        private Exception? _failure;
        private Exception? _pending;
        private volatile bool _stopped;
        private int _arrived;
        private int _generation;
        private int _sleeping;

        internal Shared(int workers)
        {
            _workers = workers;
            // More workers than processors would take turns at spinning while the ones with work wait.
            _spins = workers <= Environment.ProcessorCount;
        }

        internal void Begin(ITeamTask task, int phases)
        {
            _task = task;
            _phases = phases;
            _failure = null;
            Barrier();
        }

        internal void End()
        {
            _task = null;
            if (_failure is { } failure)
            {
                _failure = null;
                ExceptionDispatchInfo.Throw(failure);
            }
        }

        internal void RunWorker(int worker)
        {
            while (true)
            {
                Barrier();
                if (_stopped)
                    return;
                Execute(worker);
            }
        }

        internal void Stop()
        {
            _stopped = true;
            Barrier();
        }

        /// <summary>Stops a team of which only some threads have been started.</summary>
        /// <param name="participants">Those threads, and the caller.</param>
        internal void Stop(int participants)
        {
            // Whoever comes last to the barrier reads this number after the caller wrote it.
            Volatile.Write(ref _workers, participants);
            Stop();
        }

        // A method of its own, so that no reference to the task stays in the frame of a waiting thread.
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        internal void Execute(int worker)
        {
            ITeamTask task = _task!;
            int phases = _phases;
            for (int phase = 0; phase < phases; phase++)
            {
                // Every worker passes every barrier, whatever happened, so that all of them see the failure at the same phase.
                if (_failure is null)
                {
                    try
                    {
                        task.Execute(phase, worker);
                    }
                    catch (Exception exception)
                    {
                        lock (_failureGate)
                            _pending ??= exception;
                    }
                }
                Barrier();
            }
        }

        /// <summary>
        /// Waits until all workers have come here. The last to come publishes a failure of the phase and lets the others go.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Barrier()
        {
            int generation = Volatile.Read(ref _generation);
            if (Interlocked.Increment(ref _arrived) == Volatile.Read(ref _workers))
            {
                _failure ??= _pending;
                _pending = null;
                Volatile.Write(ref _arrived, 0);
                Interlocked.Increment(ref _generation);
                if (Volatile.Read(ref _sleeping) != 0)
                {
                    lock (_sleep)
                        Monitor.PulseAll(_sleep);
                }
                return;
            }
            if (!_spins || !SpinUntilPassed(generation))
                SleepUntilPassed(generation);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private bool SpinUntilPassed(int generation)
        {
            long start = Stopwatch.GetTimestamp();
            do
            {
                for (int i = 0; i < 32; i++)
                {
                    if (Volatile.Read(ref _generation) != generation)
                        return true;
                    Thread.SpinWait(1);
                }
            }
            while (Stopwatch.GetTimestamp() - start < SpinTicks);
            return Volatile.Read(ref _generation) != generation;
        }

        private void SleepUntilPassed(int generation)
        {
            // The count goes up before the generation is read, and the last to come reads them the other way round:
            // one of the two sees the other.
            Interlocked.Increment(ref _sleeping);
            lock (_sleep)
            {
                while (Volatile.Read(ref _generation) == generation)
                    Monitor.Wait(_sleep);
            }
            Interlocked.Decrement(ref _sleeping);
        }
    }
}
