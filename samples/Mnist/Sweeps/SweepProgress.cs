using System.Diagnostics;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>The progress of a sweep. Jobs write it, and a display reads it.</summary>
internal sealed class SweepProgress
{
    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly SortedDictionary<int, JobProgress> _running = [];
    private readonly int _total;
    private readonly double _totalFlops;
    private double _doneFlops;
    private int _done;

    /// <param name="runs">The runs of this process.</param>
    /// <param name="alreadyDone">How many runs were finished before.</param>
    internal SweepProgress(IReadOnlyList<PlannedRun> runs, int alreadyDone)
    {
        _total = runs.Count + alreadyDone;
        _done = alreadyDone;
        _totalFlops = runs.Sum(DenseFlops.Expected);
    }

    /// <summary>Raised for each finished run.</summary>
    internal event Action<RunRecord, SweepState>? Finished;

    /// <summary>Begins a run and returns the display that its steps are reported to.</summary>
    internal TrainingDisplay Begin(int slot, PlannedRun run)
    {
        JobProgress job = new(run);
        lock (_lock)
            _running[slot] = job;
        return job;
    }

    internal void End(int slot, RunRecord record)
    {
        lock (_lock)
        {
            _doneFlops += DenseFlops.Expected(_running[slot].Run);
            _done++;
            _running.Remove(slot);
        }
        Finished?.Invoke(record, State());
    }

    internal SweepState State()
    {
        lock (_lock)
        {
            JobState[] jobs = _running.Values.Select(job => job.State).ToArray();
            double done = _doneFlops + _running.Values.Sum(job => DenseFlops.Expected(job.Run) * job.State.Row.Fraction);
            TimeSpan elapsed = _clock.Elapsed;
            TimeSpan? left = done > 0 ? elapsed * Math.Min((_totalFlops - done) / done, 1e6) : null;
            return new SweepState(_done, _total, elapsed, left, _totalFlops > 0 ? done / _totalFlops : 1, jobs);
        }
    }

    private sealed class JobProgress(PlannedRun run) : TrainingDisplay
    {
        private readonly Lock _rowLock = new();
        private EpochRow _row = new(1, run.Epochs, double.NaN, double.NaN, 0, TimeSpan.Zero, 0);

        internal PlannedRun Run => run;

        internal JobState State
        {
            get
            {
                lock (_rowLock)
                    return new JobState(run, _row);
            }
        }

        protected override void OnStep(EpochRow row)
        {
            lock (_rowLock)
                _row = row;
        }

        protected override void OnEpoch(EpochRow row)
        {
        }
    }
}

/// <summary>A snapshot of a sweep.</summary>
/// <param name="Done">Finished runs, including those of earlier processes.</param>
/// <param name="Total">All runs.</param>
/// <param name="Elapsed">The time since this process began.</param>
/// <param name="Left">The estimated time left; null before there is an estimate.</param>
/// <param name="Fraction">The fraction of this process' work that is done.</param>
/// <param name="Jobs">The current runs.</param>
internal sealed record SweepState(int Done, int Total, TimeSpan Elapsed, TimeSpan? Left, double Fraction, IReadOnlyList<JobState> Jobs);

/// <summary>A run in progress.</summary>
internal sealed record JobState(PlannedRun Run, EpochRow Row);
