using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Statistics;

namespace NeuralCore.Samples.Mnist.Reporting;

/// <summary>Computes the report from the runs.</summary>
internal static class ReportBuilder
{
    /// <summary>Differences of accuracy within this margin have no practical significance: 0.1 points.</summary>
    internal const double EquivalenceMargin = 0.001;

    /// <summary>The fewest pairs of runs that can find a difference.</summary>
    internal const int FewestPairs = 3;

    /// <summary>Pairs that would find only a larger difference of accuracy than this are also too few: 5 points.</summary>
    internal const double LargestDetectable = 0.05;

    /// <summary>Builds the report. It does not depend on the order of the runs.</summary>
    internal static ReportData Build(IEnumerable<RunRecord> runs, LabelledImages test, Provenance provenance)
    {
        Dictionary<string, List<RunRecord>> byExperiment = runs.GroupBy(run => run.Experiment)
            .ToDictionary(group => group.Key, group => group.OrderBy(run => run.Seed).ToList());
        List<ExperimentSummary> summaries = [];
        foreach (Experiment experiment in ExperimentTable.All)
        {
            if (byExperiment.TryGetValue(experiment.Id, out List<RunRecord>? its))
                summaries.Add(Summarize(experiment, its, byExperiment, test));
        }
        summaries = Enum.GetValues<ExperimentGroup>()
            .SelectMany(group => Judge(summaries.Where(summary => summary.Experiment.Group == group).ToList())).ToList();
        return new ReportData(
            summaries.SelectMany(summary => summary.Runs).ToArray(),
            summaries.SelectMany(summary => summary.Runs).Select(run => run.Seed).Distinct().Order().ToArray(),
            summaries,
            Identity(byExperiment),
            Basic(byExperiment),
            test,
            provenance);
    }

    private static ExperimentSummary Summarize(
        Experiment experiment, List<RunRecord> runs, Dictionary<string, List<RunRecord>> all, LabelledImages test) => new(
            experiment,
            runs,
            StudentTTest.Estimate(runs.Select(run => run.TestLoss).ToArray()),
            StudentTTest.Estimate(runs.Select(run => run.TestAccuracy).ToArray()),
            ExperimentTable.BaselineOf(experiment) is { } baseline && all.TryGetValue(baseline.Id, out List<RunRecord>? its)
                ? Compare(runs, baseline, its, test)
                : null);

    private static Comparison? Compare(
        List<RunRecord> runs, Experiment baseline, List<RunRecord> baselineRuns, LabelledImages test)
    {
        (RunRecord Base, RunRecord This)[] pairs = baselineRuns
            .Join(runs, run => run.Seed, run => run.Seed, (first, second) => (first, second)).ToArray();
        if (pairs.Length == 0)
            return null;
        PairedDifference accuracy = StudentTTest.Paired(pairs.Select(pair => pair.This.TestAccuracy - pair.Base.TestAccuracy).ToArray());
        McNemarResult[] mcNemar = pairs
            .Select(pair => McNemarTest.Of(pair.Base.Predictions, pair.This.Predictions, test.Label)).ToArray();
        return new Comparison(
            baseline,
            pairs.Select(pair => pair.This.Seed).ToArray(),
            accuracy,
            StudentTTest.Paired(pairs.Select(pair => pair.This.TestLoss - pair.Base.TestLoss).ToArray()),
            HolmP: null,
            accuracy.P is null
                ? null
                : StudentTTest.Equivalence(accuracy.Mean, accuracy.StandardDeviation!.Value, pairs.Length, EquivalenceMargin),
            Verdict.Untested,
            pairs.Length < 2 ? null : BootstrapInterval.OfMean(accuracy.Values),
            mcNemar[0],
            mcNemar.Count(result => result.P < StudentTTest.Significance),
            Detectable: null);
    }

    // The correction is over the comparisons in the group: ten if all of it was run. Differences without variance prove nothing: p = 1.
    private static IEnumerable<ExperimentSummary> Judge(List<ExperimentSummary> group)
    {
        ExperimentSummary[] tested = group.Where(summary => summary.Comparison is { Seeds.Count: > 1 }).ToArray();
        double[] adjusted = HolmCorrection.Adjust(tested.Select(summary => summary.Comparison!.Accuracy.P ?? 1).ToArray());
        return group.Select(summary => Array.IndexOf(tested, summary) is >= 0 and int i
            ? summary with { Comparison = Judge(summary.Comparison!, adjusted[i], tested.Length) }
            : summary);
    }

    private static Comparison Judge(Comparison comparison, double adjustedP, int comparisons) => comparison with
    {
        HolmP = adjustedP,
        Verdict = Rule(comparison, adjustedP),
        Detectable = comparison.Accuracy.P is null ? null : TestPower.DetectableDifference(
            comparison.Accuracy.StandardDeviation!.Value, comparison.Seeds.Count, StudentTTest.Significance / comparisons),
    };

    /// <summary>
    /// The decision rule: the Holm-adjusted p decides better or worse, two one-sided tests decide equivalent; else there is no evidence.
    /// </summary>
    private static Verdict Rule(Comparison comparison, double adjustedP) =>
        adjustedP < StudentTTest.Significance ? comparison.Accuracy.Mean > 0 ? Verdict.Better : Verdict.Worse
        : comparison.EquivalenceP < StudentTTest.Significance ? Verdict.Equivalent
        : Verdict.NoEvidence;

    private static IdentityRow[] Identity(Dictionary<string, List<RunRecord>> all) =>
        ExperimentTable.Of(ExperimentGroup.Categorical)
            .Select(categorical => (Categorical: categorical, Sparse: ExperimentTable.SparseOf(categorical)))
            .Where(pair => all.ContainsKey(pair.Categorical.Id) && all.ContainsKey(pair.Sparse.Id))
            .Select(pair => new IdentityRow(
                pair.Categorical,
                pair.Sparse,
                all[pair.Categorical.Id].Join(
                    all[pair.Sparse.Id],
                    run => run.Seed,
                    run => run.Seed,
                    (first, second) => new IdentityPair(first.Seed, first.WeightsSha256, second.WeightsSha256)).ToArray()))
            .Where(row => row.Pairs.Count > 0).ToArray();

    private static BasicReadings? Basic(Dictionary<string, List<RunRecord>> all)
    {
        if (!all.TryGetValue(ExperimentTable.BasicId, out List<RunRecord>? runs))
            return null;
        return new BasicReadings(
            Over(run => run.TestLoss),
            Over(run => run.TestAccuracy),
            Over(run => run.RawTestLoss ?? double.NaN),
            Over(run => run.RawTestAccuracy ?? double.NaN),
            runs.Where(run => run.RawTraining is not null).Select(run => new SeedRawTraining(run.Seed, run.RawTraining!)).ToArray());

        Estimate Over(Func<RunRecord, double> value) => StudentTTest.Estimate(runs.Select(value).ToArray());
    }
}
