using System.Globalization;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Reporting;

/// <summary>The tables of the report, for all formats.</summary>
internal static class ReportTables
{
    /// <summary>
    /// The report's figures 4 and 5 with our values, followed by the published ones in brackets. Changes are against the group's baseline.
    /// </summary>
    /// <param name="group">The experiments.</param>
    /// <param name="hasPublished">Whether to show the published values in brackets; not for synthetic digits.</param>
    internal static ReportTable AsPublished(IReadOnlyList<ExperimentSummary> group, bool hasPublished)
    {
        string report = hasPublished ? " (report)" : "";
        ExperimentSummary? baseline = group.FirstOrDefault(summary => ExperimentTable.BaselineOf(summary.Experiment) is null);
        return new ReportTable(
            ["Description", "1st", "2nd", "3rd", "Dropout", "Loss" + report, "+/-", "+/- %", "Accuracy" + report, "+/-", "+/- %"],
            group.Select(summary => Row(summary, baseline == summary ? null : baseline, hasPublished)).ToArray())
        { Cuts = [5, 8] };
    }

    /// <summary>Means over seeds with standard deviations and intervals.</summary>
    internal static ReportTable Means(IEnumerable<ExperimentSummary> summaries) => new(
        ["Experiment", "Seeds", "Loss", "Sd", "95 % interval", "Accuracy", "Sd", "95 % interval"],
        summaries.Select(summary => (IReadOnlyList<string>)
        [
            summary.Experiment.Id, Whole(summary.Runs.Count),
            .. Cells(summary.TestLoss), .. Cells(summary.TestAccuracy),
        ]).ToArray()) { Cuts = [2, 5] };

    /// <summary>Paired differences of accuracy, in points, with the verdict.</summary>
    internal static ReportTable Differences(IReadOnlyList<ExperimentSummary> group) => new(
        ["Experiment", "Verdict", "Points", "95 % interval", "p", "p (Holm)", "p (equivalence)", "Detectable"],
        Compared(group).Select(pair => (IReadOnlyList<string>)
        [
            pair.Id,
            ReportFormat.Text(pair.Comparison.Verdict),
            ReportFormat.Points(pair.Comparison.Accuracy.Mean),
            ReportFormat.Points(pair.Comparison.Accuracy.Confidence),
            ReportFormat.Probability(pair.Comparison.Accuracy.P),
            ReportFormat.Probability(pair.Comparison.HolmP),
            ReportFormat.Probability(pair.Comparison.EquivalenceP),
            ReportFormat.Detectable(pair.Comparison),
        ]).ToArray(),
        TextColumns: 2) { Cuts = [2, 4] };

    /// <summary>Figures that no verdict depends on: bootstrap, McNemar, and the paired difference of loss.</summary>
    internal static ReportTable ForInformation(IReadOnlyList<ExperimentSummary> group) => new(
        ["Experiment", "Bootstrap, points", "McNemar, first seed", "p", "Seeds with p < 0.05", "Loss", "95 % interval", "p"],
        Compared(group).Select(pair => (IReadOnlyList<string>)
        [
            pair.Id,
            ReportFormat.Points(pair.Comparison.Bootstrap),
            $"{Whole(pair.Comparison.McNemar.OnlyThisRight)} against {Whole(pair.Comparison.McNemar.OnlyBaselineRight)}",
            ReportFormat.Probability(pair.Comparison.McNemar.P),
            $"{Whole(pair.Comparison.McNemarSignificant)} of {Whole(pair.Comparison.Seeds.Count)}",
            ReportFormat.Change(pair.Comparison.Loss.Mean),
            pair.Comparison.Loss.Confidence is { } loss
                ? $"{ReportFormat.Change(loss.Low)} to {ReportFormat.Change(loss.High)}"
                : ReportFormat.None,
            ReportFormat.Probability(pair.Comparison.Loss.P),
        ]).ToArray());

    /// <summary>Categorical against sparse: the hashes of the weights.</summary>
    internal static ReportTable Identity(IReadOnlyList<IdentityRow> rows) => new(
        ["Categorical", "Sparse", "Seeds", "Identical weights", "SHA-256, first seed"],
        rows.Select(row => (IReadOnlyList<string>)
        [
            row.Categorical.Id,
            row.Sparse.Id,
            Whole(row.Pairs.Count),
            $"{Whole(row.Identical)} of {Whole(row.Pairs.Count)}",
            Shas(row.Pairs[0]),
        ]).ToArray(),
        TextColumns: 2);

    /// <summary>The basic model with three combinations of scaled and raw pixels.</summary>
    internal static ReportTable Basic(BasicReadings basic)
    {
        List<IReadOnlyList<string>> rows =
        [
            ["0..1", "0..1", .. Estimate(basic.ScaledLoss), .. Estimate(basic.ScaledAccuracy)],
            ["0..1", "0..255", .. Estimate(basic.RawLoss), .. Estimate(basic.RawAccuracy)],
        ];
        if (basic.RawTraining.Count > 0)
        {
            rows.Add(
            [
                "0..255", "0..255",
                RawTraining(basic.RawTraining), ReportFormat.None,
                RawAccuracy(basic.RawTraining), ReportFormat.None,
            ]);
        }
        return new ReportTable(["Trained on pixels", "Tested on pixels", "Loss", "95 % interval", "Accuracy", "95 % interval"], rows,
            TextColumns: 2) { HeadingColumns = 2, Cuts = [4] };

        static string[] Estimate(Estimate estimate) => [ReportFormat.Value(estimate.Mean), ReportFormat.Range(estimate.Confidence)];
    }

    internal static IEnumerable<(string Id, Comparison Comparison)> Compared(IEnumerable<ExperimentSummary> group) =>
        group.Where(summary => summary.Comparison is not null).Select(summary => (summary.Experiment.Id, summary.Comparison!));

    private static string[] Cells(Estimate estimate) =>
    [
        ReportFormat.Value(estimate.Mean),
        ReportFormat.Value(estimate.StandardDeviation),
        ReportFormat.Range(estimate.Confidence),
    ];

    private static string RawTraining(IReadOnlyList<SeedRawTraining> outcomes)
    {
        int diverged = outcomes.Count(outcome => outcome.Outcome.DivergedAtStep is not null);
        string ended = $"{Whole(diverged)} of {Whole(outcomes.Count)} diverged";
        double[] losses = outcomes.Where(outcome => outcome.Outcome.TestLoss is not null)
            .Select(outcome => outcome.Outcome.TestLoss!.Value).ToArray();
        return losses.Length == 0 ? ended : $"{ended}, else {ReportFormat.Value(losses.Min())} to {ReportFormat.Value(losses.Max())}";
    }

    private static string RawAccuracy(IReadOnlyList<SeedRawTraining> outcomes)
    {
        double[] found = outcomes.Where(outcome => outcome.Outcome.TestAccuracy is not null)
            .Select(outcome => outcome.Outcome.TestAccuracy!.Value).ToArray();
        return found.Length == 0 ? ReportFormat.None : $"{ReportFormat.Value(found.Min())} to {ReportFormat.Value(found.Max())}";
    }

    private static string[] Row(ExperimentSummary summary, ExperimentSummary? baseline, bool hasPublished)
    {
        Experiment experiment = summary.Experiment;
        string mark = ExperimentTable.ChangesTwoWidths(experiment) ? " (1)" : "";
        return
        [
            experiment.Title + mark, Width(experiment, 0), Width(experiment, 1), Width(experiment, 2),
            (100 * experiment.Dropout).ToString("F0", CultureInfo.InvariantCulture) + " %",
            .. Columns(summary.TestLoss.Mean, baseline?.TestLoss.Mean, experiment.ReportLoss, baseline?.Experiment.ReportLoss,
                hasPublished),
            .. Columns(summary.TestAccuracy.Mean, baseline?.TestAccuracy.Mean, experiment.ReportAccuracy,
                baseline?.Experiment.ReportAccuracy, hasPublished),
        ];
    }

    // The report rounded its changes inconsistently, so they are computed here from its published values.
    private static string[] Columns(
        double ours, double? baseline, decimal published, decimal? publishedBaseline, bool hasPublished)
    {
        string value = ReportFormat.Value(ours) + Bracket(published.ToString(CultureInfo.InvariantCulture));
        if (baseline is not { } from || publishedBaseline is not { } publishedFrom)
            return [value, ReportFormat.None, ReportFormat.None];
        decimal change = published - publishedFrom;
        return
        [
            value,
            ReportFormat.Change(ours - from) + Bracket(change.ToString("+0.000;-0.000;0", CultureInfo.InvariantCulture)),
            ReportFormat.Percent((ours - from) / from)
                + Bracket((100 * change / publishedFrom).ToString("+0.0;-0.0;0", CultureInfo.InvariantCulture) + " %"),
        ];

        string Bracket(string text) => hasPublished ? $" ({text})" : "";
    }

    private static string Width(Experiment experiment, int layer) =>
        layer < experiment.Hidden.Count ? Whole(experiment.Hidden[layer]) : ReportFormat.None;

    private static string Shas(IdentityPair pair) => pair.AreIdentical
        ? pair.CategoricalSha256[..12]
        : $"{pair.CategoricalSha256[..12]}, {pair.SparseSha256[..12]}";

    private static string Whole(int value) => value.ToString(CultureInfo.InvariantCulture);
}
