using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Sweeps;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>The runs of a sweep and their order.</summary>
public class SweepPlanTests
{
    [Fact]
    public void Every_experiment_is_run_for_every_seed_the_longest_first()
    {
        IReadOnlyList<PlannedRun> runs = new SweepPlan(ExperimentTable.All, 10, null, Shard.Whole).Runs();

        runs.Should().HaveCount(240).And.OnlyHaveUniqueItems(run => run.Key);
        runs.Select(DenseFlops.Expected).Should().BeInDescendingOrder();
        runs[0].Experiment.Id.Should().Be("basic");
        runs.Should().OnlyContain(run => run.Epochs == 20 && run.Settings.Threads == 1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(300)]
    public void Shards_share_out_all_runs_evenly(int count)
    {
        PlannedRun[][] shards = Enumerable.Range(1, count)
            .Select(i => new SweepPlan(ExperimentTable.All, 10, null, new Shard(i, count)).Runs().ToArray()).ToArray();

        shards.SelectMany(runs => runs).Select(run => run.Key).Should().HaveCount(240).And.OnlyHaveUniqueItems();
        (shards.Max(runs => runs.Length) - shards.Min(runs => runs.Length)).Should().BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Dense_operations_are_counted_by_hand()
    {
        Experiment baseline = ExperimentTable.Find("baseline")!;

        // 784 x 128, 128 x 128, 128 x 10: forward and both gradients, but no gradient of the pixels.
        DenseFlops.OfTraining(baseline, 1).Should().Be(4 * 784 * 128 + 6 * 128 * 128 + 6 * 128 * 10);
        DenseFlops.OfScoring(baseline, 3).Should().Be(3 * 2 * (784 * 128 + 128 * 128 + 128 * 10));
    }
}
