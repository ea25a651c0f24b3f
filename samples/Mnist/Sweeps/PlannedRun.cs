using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>A run to be executed.</summary>
internal sealed record PlannedRun(Experiment Experiment, long Seed, int Epochs)
{
    internal RunKey Key => new(Experiment.Id, Seed);

    /// <summary>One thread each: the runs execute in parallel.</summary>
    internal RunSettings Settings => new(Experiment, Seed, Epochs, Experiment.BatchSize, Threads: 1);
}

/// <summary>
/// The part of a sweep for one process: every <paramref name="Count"/>-th run, starting with the <paramref name="Index"/>-th, counted
/// from 1.
/// </summary>
internal readonly record struct Shard(int Index, int Count)
{
    internal static Shard Whole => new(1, 1);

    internal bool IsWhole => Count == 1;

    public override string ToString() => FormattableString.Invariant($"{Index}/{Count}");
}

/// <summary>The runs that make up a sweep.</summary>
/// <param name="Experiments">The experiments, in the table's order.</param>
/// <param name="Seeds">The last seed; the first is 1.</param>
/// <param name="Epochs">Epochs of every run, or null for the published number.</param>
/// <param name="Shard">The part to run.</param>
internal sealed record SweepPlan(IReadOnlyList<Experiment> Experiments, int Seeds, int? Epochs, Shard Shard)
{
    internal const int MostSeeds = 1000;

    /// <summary>
    /// The runs of this part, the longest first: a long run that starts last would leave the other processors idle. The shards partition
    /// the same order, so that their loads are similar.
    /// </summary>
    internal IReadOnlyList<PlannedRun> Runs() =>
        Experiments
            .SelectMany(experiment =>
                Enumerable.Range(1, Seeds).Select(seed => new PlannedRun(experiment, seed, EpochsOf(experiment))))
            .OrderByDescending(run => DenseFlops.Expected(run))
            .Where((_, i) => i % Shard.Count == Shard.Index - 1)
            .ToArray();

    internal int EpochsOf(Experiment experiment) => Epochs ?? experiment.Epochs;

    /// <summary>The plan as stored in the folder.</summary>
    internal PlanRecord Record => new(
        Experiments.Select(experiment => experiment.Id).ToArray(),
        Seeds,
        Experiments.All(experiment => EpochsOf(experiment) == experiment.Epochs) ? null : Epochs,
        Shard.Index,
        Shard.Count);

    /// <summary>The plan from its stored form.</summary>
    internal static SweepPlan Of(PlanRecord record) =>
        new(record.Experiments.Select(id => ExperimentTable.Find(id)!).ToArray(), record.Seeds, record.Epochs,
            new Shard(record.Shard, record.Shards));
}
