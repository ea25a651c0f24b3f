using System.Globalization;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Reporting;

/// <summary>The sentences of the report, for all formats.</summary>
internal static class ReportText
{
    internal const string Title = "Basic Neural Networks: MNIST, reproduced";

    internal const string TwoWidths = "(1) As published: \"Decrease neurons in 1st layer\" changes two widths at once, 128-128 to 100-156.";

    internal const string Rule =
        "Each experiment is paired with its group's baseline seed by seed: "
        + "both start from the same random numbers (shuffling, dropout, first weights where shapes agree). "
        + "One rule decides on test accuracy: "
        + "a paired t test with Holm's correction over the group's comparisons says better or worse (adjusted p below 0.05); "
        + "else two one-sided t tests at 0.05 say equivalent (within 0.1 points); else there is no evidence. "
        + "Detectable is the difference in points that this many seeds would have found with a power of 80 % "
        + "at the strictest step of the correction; "
        + "where that is more than 5 points, or there are fewer than three pairs, the seeds are too few to find a difference.";

    internal const string Information =
        "For information only; no verdict rests on it. Bootstrap: 95 % percentile interval of the mean difference. "
        + "McNemar: images that only this experiment got right against images that only the baseline did, "
        + "and its p with continuity correction; it judges two trained networks, not two settings.";

    internal const string RawPixels =
        "The report gives a test loss of 35.08 at an accuracy of 0.91 and blames labels that are not one-hot. "
        + "The cause is another: the network was trained on pixels scaled to 0..1 and tested on raw pixels 0..255. "
        + "A ReLU network is nearly homogeneous: 255 times the input gives about 255 times the logits. "
        + "The largest stays the largest, so accuracy hardly moves; "
        + "but a wrong image costs as much as its logits are apart, about 255 times as much. "
        + "Training on raw pixels as well is ruled out: it diverges or stays at chance.";

    internal const string SameFunction =
        "Categorical cross-entropy on one-hot labels and sparse categorical cross-entropy on class indices "
        + "are the same function with the same gradient. From one seed both train to the same bits, "
        + "so the report's finding that the sparse loss \"saw much more improvement\" is the noise of single runs: "
        + "its own baseline, one and the same network, appears as 0.981, 0.979 and 0.977.";

    internal const string SingleRuns =
        "The report trained each network once. The 95 % interval of one accuracy of 0.979 on 10,000 images is about +-0.0028, "
        + "and every accuracy of both its tables lies within 0.977 to 0.981.";

    internal const string NothingChosen =
        "Nothing was chosen by looking at the test images: settings and epochs are the report's, "
        + "there is no early stopping, and each run is scored once, at its end.";

    /// <summary>The warning to show above all figures; null if there is none.</summary>
    internal static string? Warning(ReportData report)
    {
        List<string> parts = [];
        if (report.Provenance.IsSynthetic)
            parts.Add("SYNTHETIC DATA: digits drawn by the sample itself. No figure here may be compared with MNIST's.");
        if (!report.Provenance.IsAsPublished)
        {
            parts.Add(
                FormattableString.Invariant($"Epochs: {report.Provenance.Epochs} instead of {report.Experiments[0].Experiment.Epochs}. ")
                + "Figures are not comparable with the report's.");
        }
        return parts.Count == 0 ? null : string.Join(' ', parts);
    }

    /// <summary>The answer in a few sentences.</summary>
    internal static IReadOnlyList<string> Findings(ReportData report)
    {
        List<string> findings = [];
        foreach (ExperimentGroup group in (ExperimentGroup[])[ExperimentGroup.Categorical, ExperimentGroup.Sparse])
        {
            (string Id, Comparison Comparison)[] compared = ReportTables.Compared(report.Of(group)).ToArray();
            if (compared.Length == 0)
                continue;
            string verdicts = string.Join("; ", compared.GroupBy(pair => pair.Comparison.Verdict).OrderBy(its => its.Key)
                .Select(its => $"{ReportFormat.Text(its.Key)}: {string.Join(", ", its.Select(pair => pair.Id))}"));
            findings.Add($"Against {compared[0].Comparison.Baseline.Id}: {verdicts}.");
            if (Reach(compared) is { } reach)
                findings.Add($"{reach} ({ExperimentTable.NameOf(group)}).");
        }
        if (report.Identity.Count > 0)
        {
            int identical = report.Identity.Sum(row => row.Identical);
            int pairs = report.Identity.Sum(row => row.Pairs.Count);
            findings.Add(FormattableString.Invariant(
                $"Categorical and sparse cross-entropy gave bit-identical weights in {identical} of {pairs} pairs of runs."));
        }
        if (report.Basic is { } basic)
        {
            string published = report.HasPublished ? " (report: 35.08)" : "";
            findings.Add(
                $"basic: test loss {ReportFormat.Value(basic.ScaledLoss.Mean)} on scaled pixels, "
                + $"{ReportFormat.Value(basic.RawLoss.Mean)} on raw ones{published}.");
        }
        return findings;
    }

    /// <summary>The smallest difference that the seeds would have found, without a full stop; null if it is unknown.</summary>
    internal static string? Reach(IReadOnlyList<(string Id, Comparison Comparison)> compared)
    {
        (string Id, Comparison Comparison)[] few = compared.Where(pair => pair.Comparison.HasTooFewSeeds).ToArray();
        double[] detectable = compared.Except(few).Where(pair => pair.Comparison.Detectable is not null)
            .Select(pair => 100 * pair.Comparison.Detectable!.Value).ToArray();
        int seeds = compared.Min(pair => pair.Comparison.Seeds.Count);
        if (detectable.Length == 0)
            return few.Length == 0 ? null
                : FormattableString.Invariant($"{seeds} {(seeds == 1 ? "seed is" : "seeds are")} too few to find a difference");
        string points = detectable.Length == 1
            ? FormattableString.Invariant($"{detectable[0]:F2} points")
            : FormattableString.Invariant($"{detectable.Min():F2} to {detectable.Max():F2} points, depending on the experiment,");
        string others = few.Length == 0 ? "" : $"; for {string.Join(", ", few.Select(pair => pair.Id))} the seeds are too few to find one";
        return FormattableString.Invariant($"With {seeds} seeds, a true difference of {points} ")
            + $"would have been found with a power of 80 %{others}";
    }

    /// <summary>How the runs were made, as named values.</summary>
    internal static IReadOnlyList<(string What, string Value)> Provenance(Provenance made)
    {
        PartRecord[] machines = made.Parts
            .DistinctBy(part => (part.Processor, part.Processors, part.VectorBits, part.Runtime, part.System, part.Version)).ToArray();
        return
        [
            ("Command", $"`{made.Command}`"),
            ("NeuralCore", string.Join("; ", machines.Select(part => part.Version).Distinct())),
            ("Machine", string.Join("; ", machines.Select(Machine).Distinct())),
            ("Data", $"{made.Data}, SHA-256 {made.DataSha256}"),
            ("Processes", made.Parts.Count.ToString(CultureInfo.InvariantCulture)),
            ("Wall time", string.Create(CultureInfo.InvariantCulture, $"{made.WallSeconds:F1} s, the processes' times added")),
            ("Dense operations", string.Create(CultureInfo.InvariantCulture, $"{made.DenseFlops / 1e12:F1} TFLOP")),
            ("FMA peak", string.Create(
                CultureInfo.InvariantCulture, $"{made.PeakFlops / 1e9:F1} GFLOP/s, all processors, measured before and after")),
            ("Wall time over dense operations at peak", made.Ratio.ToString("F3", CultureInfo.InvariantCulture)),
        ];
    }

    private static string Machine(PartRecord part)
    {
        string vectors = part.VectorBits == 0 ? "no vectors" : FormattableString.Invariant($"{part.VectorBits}-bit vectors");
        return FormattableString.Invariant(
            $"{part.Processor}, {part.Processors} processors, {vectors}, {part.System}, {part.Runtime}");
    }
}
