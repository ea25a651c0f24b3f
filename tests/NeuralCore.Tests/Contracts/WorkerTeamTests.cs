using NeuralCore.Numerics;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Contracts;

public class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(16)]
    public void Every_worker_does_every_phase_and_none_starts_early(int workers) => Watchdog.Run(() =>
    {
        using WorkerTeam team = new(workers);
        PhaseCounter task = new(workers, phases: 4);
        for (int run = 0; run < 300; run++)
        {
            task.Reset();
            team.Run(task, 4);
            task.Counts.Should().AllBeEquivalentTo(workers);
        }
        task.StartedEarly.Should().Be(0);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void An_exception_ends_the_run_after_its_phase_and_is_thrown_once(int workers) => Watchdog.Run(() =>
    {
        using WorkerTeam team = new(workers);
        for (int phase = 0; phase < 3; phase++)
        {
            for (int worker = 0; worker < workers; worker++)
            {
                Failing task = new(phase, worker);
                FluentActions.Invoking(() => team.Run(task, 3)).Should().ThrowExactly<TimeZoneNotFoundException>()
                    .WithMessage($"{phase} {worker}");
                task.LastPhase.Should().Be(phase);
            }
        }
        // All workers at once: still one exception.
        FluentActions.Invoking(() => team.Run(new Failing(1, worker: -1), 3)).Should().ThrowExactly<TimeZoneNotFoundException>();
        PhaseCounter after = new(workers, phases: 2);
        team.Run(after, 2);
        after.Counts.Should().AllBeEquivalentTo(workers);
    });

    [Fact]
    public void A_disposed_team_runs_nothing()
    {
        WorkerTeam team = new(3);
        team.Dispose();
        team.Dispose();
        team.Invoking(t => t.Run(new PhaseCounter(3, 1), 1)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Disposing_waits_until_every_thread_has_ended() => Watchdog.Run(() =>
    {
        for (int round = 0; round < 50; round++)
        {
            List<Thread> started = [];
            WorkerTeam team = new(5, thread =>
            {
                started.Add(thread);
                thread.Start();
            });
            team.Run(new PhaseCounter(5, 1), 1);
            team.Dispose();
            started.Count(thread => thread.IsAlive).Should().Be(0);
        }
    });

    [Fact]
    public void A_team_has_at_least_one_worker() => FluentActions.Invoking(() =>
        new WorkerTeam(0)).Should().Throw<ArgumentOutOfRangeException>();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void A_team_that_cannot_start_all_its_threads_stops_those_it_started(int possible) => Watchdog.Run(() =>
    {
        List<Thread> started = [];
        for (int round = 0; round < 20; round++)
        {
            started.Clear();
            FluentActions.Invoking(() => new WorkerTeam(8, Start)).Should().Throw<InvalidOperationException>()
                .WithMessage($"Only {possible} of 7 worker threads could be started. Use fewer*")
                    .WithInnerException<OutOfMemoryException>();
            started.Should().HaveCount(possible);
            started.Count(thread => thread.IsAlive).Should().Be(0);
        }
        // No finalizer waits for the others.
        GC.Collect();
        GC.WaitForPendingFinalizers();

        void Start(Thread thread)
        {
            if (started.Count == possible)
                throw new OutOfMemoryException("No more.");
            started.Add(thread);
            thread.Start();
        }
    });

    [Theory]
    [InlineData(1, 10)]
    [InlineData(4, 3)]
    [InlineData(3, 1000)]
    public void The_queue_deals_every_item_out_once(int workers, int items)
    {
        WorkQueue queue = new(workers);
        for (int round = 0; round < 20; round++)
        {
            queue.Reset(items);
            int[] taken = new int[items];
            Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, worker =>
            {
                while (queue.TryTake(worker, out int item))
                    Interlocked.Increment(ref taken[item]);
            });
            taken.Should().AllBeEquivalentTo(1);
        }
    }

    [Theory]
    [InlineData(1, 10, 1, 4)]
    [InlineData(4, 3, 2, 2)]
    [InlineData(3, 1000, 4, 16)]
    public void The_queue_deals_every_item_out_once_in_runs(int workers, int items, int smallest, int largest)
    {
        WorkQueue queue = new(workers);
        for (int round = 0; round < 20; round++)
        {
            queue.Reset(items);
            int[] taken = new int[items];
            Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, worker =>
            {
                while (queue.TryTake(worker, smallest, largest, out int first, out int count))
                {
                    count.Should().BeInRange(1, largest);
                    for (int item = first; item < first + count; item++)
                        Interlocked.Increment(ref taken[item]);
                }
            });
            taken.Should().AllBeEquivalentTo(1);
        }
    }

    [Fact]
    public void Runs_of_a_share_halve_towards_its_end()
    {
        WorkQueue queue = new(2);
        queue.Reset(64);
        List<(int, int)> runs = [];
        while (queue.TryTake(1, 4, 12, out int first, out int count))
            runs.Add((first, count));
        runs.Should().Equal((32, 12), (44, 10), (54, 5), (59, 4), (63, 1), (0, 12), (12, 10), (22, 5), (27, 4), (31, 1));
    }

    private sealed class PhaseCounter(int workers, int phases) : ITeamTask
    {
        private int _startedEarly;

        internal int[] Counts { get; private set; } = new int[phases];

        internal int StartedEarly => _startedEarly;

        internal void Reset() => Counts = new int[phases];

        public void Execute(int phase, int worker)
        {
            if (phase > 0 && Volatile.Read(ref Counts[phase - 1]) != workers)
                Interlocked.Increment(ref _startedEarly);
            Interlocked.Increment(ref Counts[phase]);
        }
    }

    private sealed class Failing(int failingPhase, int worker) : ITeamTask
    {
        private volatile int _lastPhase = -1;

        internal int LastPhase => _lastPhase;

        public void Execute(int phase, int who)
        {
            _lastPhase = phase;
            if (phase == failingPhase && (worker < 0 || who == worker))
                throw new TimeZoneNotFoundException($"{phase} {who}");
        }
    }
}
