using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>The answers to the questions that the report left open.</summary>
internal static class AnswerSection
{
    internal static void Write(Markup page, ReportData report)
    {
        page.In("dl", [("class", "answers")], () =>
        {
            foreach ((string question, string answer) in Answers(report))
            {
                page.Element("dt", question);
                page.Element("dd", answer);
            }
        });
        page.Element(
            "p",
            $"{HtmlNames.Prose(ReportText.SingleRuns)} Only paired runs with many seeds can tell such settings apart. {Reach(report)}");
        page.Element("p", ReportText.NothingChosen);
        page.In("details", () =>
        {
            page.Element("summary", "The verdicts by experiment");
            page.In("ul", () =>
            {
                foreach (string finding in ReportText.Findings(report))
                    page.Element("li", finding);
            });
        });
    }

    // The smallest difference that would have been found.
    private static string Reach(ReportData report)
    {
        (string, Comparison)[] compared = ReportTables.Compared(report.Experiments).ToArray();
        return compared.Length > 0 && ReportText.Reach(compared) is { } reach ? reach + "." : "";
    }

    /// <summary>One answer for each changed factor (width, dropout, depth, combinations, loss) that was run.</summary>
    internal static IEnumerable<(string Question, string Answer)> Answers(ReportData report)
    {
        bool isSame = report.Identity.Count > 0 && report.Identity.All(row => row.Identical == row.Pairs.Count);
        // With identical bits, the second group would only repeat the first.
        ExperimentSummary[] compared = report.Experiments
            .Where(summary => summary.Comparison is not null && !(isSame && HasTwin(report, summary))).ToArray();
        string scope = isSame ? ""
            : compared.Select(summary => summary.Experiment.Group).Distinct().Count() > 1 ? " (both losses)"
            : "";
        foreach ((string factor, Func<Experiment, Experiment, bool> changes) in Factors)
        {
            ExperimentSummary[] its = compared.Where(summary => changes(summary.Experiment, summary.Comparison!.Baseline)).ToArray();
            if (its.Length > 0)
                yield return (factor + scope, Answer(its));
        }
        if (report.Identity.Count > 0)
            yield return ("Loss", LossAnswer(report.Identity));
    }

    private static readonly (string, Func<Experiment, Experiment, bool>)[] Factors =
    [
        ("Width", (it, from) => IsAsDeep(it, from) && !HasSameWidths(it, from) && it.Dropout == from.Dropout),
        ("Dropout", (it, from) => HasSameWidths(it, from) && it.Dropout != from.Dropout),
        ("Width and dropout", (it, from) => IsAsDeep(it, from) && !HasSameWidths(it, from) && it.Dropout != from.Dropout),
        ("Depth", (it, from) => !IsAsDeep(it, from) && it.Dropout == from.Dropout),
        ("Depth and dropout", (it, from) => !IsAsDeep(it, from) && it.Dropout != from.Dropout),
    ];

    private static bool IsAsDeep(Experiment it, Experiment from) => it.Hidden.Count == from.Hidden.Count;

    private static bool HasSameWidths(Experiment it, Experiment from) => it.Hidden.SequenceEqual(from.Hidden);

    private static bool HasTwin(ReportData report, ExperimentSummary summary) =>
        report.Identity.Any(row => row.Sparse == summary.Experiment);

    private static string Answer(ExperimentSummary[] settings)
    {
        ExperimentSummary[] decided = settings.Where(summary => summary.Comparison!.Verdict is Verdict.Better or Verdict.Worse).ToArray();
        int equivalent = settings.Count(summary => summary.Comparison!.Verdict == Verdict.Equivalent);
        int unknown = settings.Count(summary => summary.Comparison!.Verdict == Verdict.NoEvidence);
        if (decided.Length + equivalent + unknown == 0)
            return "One seed cannot tell: a difference needs at least two pairs of runs.";
        double largest = settings.Select(summary => summary.Comparison!.Accuracy.Mean).MaxBy(Math.Abs);
        string size = $"{(settings.Length == 1 ? "Its" : "The largest")} mean difference is {ReportFormat.Points(largest)} points.";
        if (decided.Length > 0)
        {
            string others = settings.Length == decided.Length ? ""
                : FormattableString.Invariant($" Of the other {settings.Length - decided.Length}, {equivalent} equivalent ")
                    + FormattableString.Invariant($"to the baseline within 0.1 points, {unknown} without evidence.");
            return $"Yes. {string.Join("; ", decided.Select(Decided))}.{others}";
        }
        string what = settings.Length == 1 ? "the setting" : FormattableString.Invariant($"all {settings.Length} settings");
        if (unknown == settings.Length && settings.All(summary => summary.Comparison!.HasTooFewSeeds))
            return $"These seeds are too few to find a difference. {size}";
        if (unknown == 0)
            return $"No: {what} {(settings.Length == 1 ? "is" : "are")} equivalent to the baseline within 0.1 points. {size}";
        return equivalent == 0
            ? $"These runs cannot tell: there is evidence neither of a difference nor of equivalence within 0.1 points. {size}"
            : FormattableString.Invariant($"No difference found: {equivalent} of {settings.Length} settings are equivalent ")
                + FormattableString.Invariant($"to the baseline within 0.1 points, for {unknown} there is no evidence either way. {size}");
    }

    private static string Decided(ExperimentSummary summary)
    {
        Comparison comparison = summary.Comparison!;
        string points = ReportFormat.Points(Math.Abs(comparison.Accuracy.Mean)).TrimStart('+');
        return $"{HtmlNames.Network(summary.Experiment)} is {ReportFormat.Text(comparison.Verdict)} by {points} points "
            + $"(95 % interval of the difference {ReportFormat.Points(comparison.Accuracy.Confidence)})";
    }

    private static string LossAnswer(IReadOnlyList<IdentityRow> rows)
    {
        int pairs = rows.Sum(row => row.Pairs.Count);
        int identical = rows.Sum(row => row.Identical);
        return identical == pairs
            ? FormattableString.Invariant($"No: it is the same loss. All {pairs} pairs of runs ended with bit-identical weights; ")
                + "the improvement that the report saw is noise between its single runs."
            : FormattableString.Invariant($"It should not, yet only {identical} of {pairs} pairs of runs ended ")
                + "with bit-identical weights. The runs of a pair must come from one version of NeuralCore.";
    }
}
