namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>A value for each epoch over the seeds.</summary>
/// <param name="Mean">The mean; the first value is of epoch 1.</param>
/// <param name="Low">The lowest seed.</param>
/// <param name="High">The highest seed.</param>
internal sealed record SeedCurve(IReadOnlyList<double> Mean, IReadOnlyList<double> Low, IReadOnlyList<double> High)
{
    internal static SeedCurve Loss(ExperimentSummary summary) => Over(summary, epoch => epoch.Loss);

    internal static SeedCurve Accuracy(ExperimentSummary summary) => Over(summary, epoch => epoch.Accuracy);

    private static SeedCurve Over(ExperimentSummary summary, Func<EpochRecord, double> figure)
    {
        int epochs = summary.Runs.Min(run => run.History.Count);
        double[][] values = Enumerable.Range(0, epochs)
            .Select(epoch => summary.Runs.Select(run => figure(run.History[epoch])).ToArray()).ToArray();
        return new SeedCurve(
            values.Select(seeds => seeds.Average()).ToArray(),
            values.Select(seeds => seeds.Min()).ToArray(),
            values.Select(seeds => seeds.Max()).ToArray());
    }
}
