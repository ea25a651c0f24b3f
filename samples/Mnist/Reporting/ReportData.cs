using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Reporting;

/// <summary>The content of a report, computed once. Each format (page, text, table) only writes it.</summary>
/// <param name="Runs">All runs, in the table's order, then by seed.</param>
/// <param name="Seeds">The seeds that occur, ascending.</param>
/// <param name="Experiments">One summary for each experiment that has runs, in the table's order.</param>
/// <param name="Identity">Categorical against sparse, run by run; empty unless both were run.</param>
/// <param name="Basic">The three results of the basic model; null if it was not run.</param>
/// <param name="Test">The test images, for the confusion matrix and the mistakes.</param>
/// <param name="Provenance">How, where and when the runs were made.</param>
internal sealed record ReportData(
    IReadOnlyList<RunRecord> Runs,
    IReadOnlyList<long> Seeds,
    IReadOnlyList<ExperimentSummary> Experiments,
    IReadOnlyList<IdentityRow> Identity,
    BasicReadings? Basic,
    LabelledImages Test,
    Provenance Provenance)
{
    /// <summary>Whether the published figures are shown as well: not for synthetic digits.</summary>
    internal bool HasPublished => !Provenance.IsSynthetic;

    /// <summary>The summary with an id, or null if it has no runs.</summary>
    internal ExperimentSummary? Find(string id) => Experiments.FirstOrDefault(summary => summary.Experiment.Id == id);

    /// <summary>The summaries of one group, baseline first.</summary>
    internal IReadOnlyList<ExperimentSummary> Of(ExperimentGroup group) =>
        Experiments.Where(summary => summary.Experiment.Group == group).ToArray();
}

/// <summary>One experiment over its seeds.</summary>
/// <param name="Experiment">The experiment, with the published figures.</param>
/// <param name="Runs">Its runs by seed.</param>
/// <param name="TestLoss">The mean test loss (for <c>basic</c> on scaled pixels).</param>
/// <param name="TestAccuracy">The mean test accuracy.</param>
/// <param name="Comparison">The comparison with the group's baseline; null for baselines, or if the baseline has no runs.</param>
internal sealed record ExperimentSummary(
    Experiment Experiment,
    IReadOnlyList<RunRecord> Runs,
    Estimate TestLoss,
    Estimate TestAccuracy,
    Comparison? Comparison);

/// <summary>A mean over seeds.</summary>
/// <param name="Count">How many seeds.</param>
/// <param name="Mean">The mean.</param>
/// <param name="StandardDeviation">The sample standard deviation (n - 1); null for one seed.</param>
/// <param name="Confidence">The 95 % t interval of the mean; null for one seed.</param>
internal sealed record Estimate(int Count, double Mean, double? StandardDeviation, Interval? Confidence);

/// <summary>From low to high.</summary>
internal readonly record struct Interval(double Low, double High)
{
    internal bool Contains(double value) => Low <= value && value <= High;
}

/// <summary>The result of comparing an experiment with its baseline.</summary>
internal enum Verdict
{
    /// <summary>Fewer than two common seeds: nothing can be said.</summary>
    Untested,

    /// <summary>More accurate: paired t, Holm-adjusted p below 0.05.</summary>
    Better,

    /// <summary>Less accurate, by the same rule.</summary>
    Worse,

    /// <summary>Neither, and two one-sided tests at 0.05 place the difference within 0.1 points.</summary>
    Equivalent,

    /// <summary>None of the above.</summary>
    NoEvidence,
}

/// <summary>The paired difference (experiment - baseline) over common seeds.</summary>
/// <param name="Mean">The mean difference.</param>
/// <param name="StandardDeviation">The standard deviation of the differences; null for one pair.</param>
/// <param name="Confidence">The 95 % t interval; null for one pair, or if all differences are equal.</param>
/// <param name="T">The statistic of the paired t test; null likewise.</param>
/// <param name="P">Its two-sided p; null likewise.</param>
/// <param name="Values">The differences, by seed.</param>
internal sealed record PairedDifference(
    double Mean, double? StandardDeviation, Interval? Confidence, double? T, double? P, IReadOnlyList<double> Values);

/// <summary>McNemar's test of two runs on the same test images.</summary>
/// <param name="OnlyBaselineRight">Images that only the baseline classified correctly.</param>
/// <param name="OnlyThisRight">Images that only this experiment classified correctly.</param>
/// <param name="Statistic">Chi-squared with continuity correction, one degree of freedom.</param>
/// <param name="P">Its p.</param>
internal sealed record McNemarResult(int OnlyBaselineRight, int OnlyThisRight, double Statistic, double P);

/// <summary>An experiment against its group's baseline.</summary>
/// <param name="Baseline">The baseline's experiment.</param>
/// <param name="Seeds">The common seeds.</param>
/// <param name="Accuracy">The difference of accuracy; the verdict is about it.</param>
/// <param name="Loss">The difference of loss, for information.</param>
/// <param name="HolmP">The p of accuracy, Holm-adjusted over the group's comparisons.</param>
/// <param name="EquivalenceP">The larger p of the two one-sided tests against +-0.001.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Bootstrap">95 % percentile bootstrap interval of the mean difference of accuracy.</param>
/// <param name="McNemar">The test of the first common seed's two runs: the result of a single run each.</param>
/// <param name="McNemarSignificant">The number of seeds with a McNemar p below 0.05.</param>
/// <param name="Detectable">
/// The difference of accuracy that this many seeds would find with a power of 80 % at the strictest step of Holm's correction.
/// </param>
internal sealed record Comparison(
    Experiment Baseline,
    IReadOnlyList<long> Seeds,
    PairedDifference Accuracy,
    PairedDifference Loss,
    double? HolmP,
    double? EquivalenceP,
    Verdict Verdict,
    Interval? Bootstrap,
    McNemarResult McNemar,
    int McNemarSignificant,
    double? Detectable)
{
    /// <summary>Whether the seeds are too few: fewer than three pairs, or only a difference above 5 points is detectable.</summary>
    internal bool HasTooFewSeeds => Seeds.Count < ReportBuilder.FewestPairs || Detectable > ReportBuilder.LargestDetectable;
}

/// <summary>A categorical experiment and the sparse experiment with the same network.</summary>
/// <param name="Categorical">With one-hot labels.</param>
/// <param name="Sparse">With class indices.</param>
/// <param name="Pairs">The weights of both, for each common seed.</param>
internal sealed record IdentityRow(Experiment Categorical, Experiment Sparse, IReadOnlyList<IdentityPair> Pairs)
{
    /// <summary>How many pairs have the same bits.</summary>
    internal int Identical => Pairs.Count(pair => pair.AreIdentical);
}

/// <summary>Two runs of one seed.</summary>
internal sealed record IdentityPair(long Seed, string CategoricalSha256, string SparseSha256)
{
    internal bool AreIdentical => CategoricalSha256 == SparseSha256;
}

/// <summary>The basic model with three combinations of scaled and raw pixels.</summary>
/// <param name="ScaledLoss">Trained and tested on 0..1.</param>
/// <param name="ScaledAccuracy">Likewise.</param>
/// <param name="RawLoss">Trained on 0..1, tested on 0..255: the report's 35.08.</param>
/// <param name="RawAccuracy">Likewise.</param>
/// <param name="RawTraining">Trained on 0..255, by seed.</param>
internal sealed record BasicReadings(
    Estimate ScaledLoss,
    Estimate ScaledAccuracy,
    Estimate RawLoss,
    Estimate RawAccuracy,
    IReadOnlyList<SeedRawTraining> RawTraining);

/// <summary>One seed's training on raw pixels.</summary>
internal sealed record SeedRawTraining(long Seed, RawTraining Outcome);

/// <summary>How, where and when the runs were made.</summary>
/// <param name="Command">The command that repeats them.</param>
/// <param name="Version">The version of NeuralCore.</param>
/// <param name="Epochs">Epochs of every run.</param>
/// <param name="IsAsPublished">Whether the number of epochs is the report's.</param>
/// <param name="Data"><c>mnist</c> or <c>synthetic</c>.</param>
/// <param name="DataSha256">The hash of the data.</param>
/// <param name="Parts">The processes that worked on them.</param>
/// <param name="WallSeconds">The sum of all processes' wall times.</param>
/// <param name="DenseFlops">Dense floating-point operations of all runs.</param>
/// <param name="PeakFlops">FMA peak of all processors, operations per second, weighted by the processes' work.</param>
internal sealed record Provenance(
    string Command,
    string Version,
    int Epochs,
    bool IsAsPublished,
    string Data,
    string DataSha256,
    IReadOnlyList<PartRecord> Parts,
    double WallSeconds,
    double DenseFlops,
    double PeakFlops)
{
    /// <summary>Wall time over (dense operations / peak): 1 means that every dense operation ran at the machine's peak.</summary>
    internal double Ratio => WallSeconds / (DenseFlops / PeakFlops);

    internal bool IsSynthetic => Data == DataOrigin.Synthetic;
}
