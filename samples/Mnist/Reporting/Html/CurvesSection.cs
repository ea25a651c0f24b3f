using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>The training curves: large charts of the baseline, then a small one for each experiment, with its group's baseline.</summary>
internal static class CurvesSection
{
    // A second published run of the baseline network (Keras, same batch size and optimizer, 11 epochs): training loss and accuracy.
    private static readonly double[] PublishedLoss = [.5851, .2259, .1634, .1268, .1040, .0891, .0747, .0662, .0576, .0507, .0455];
    private static readonly double[] PublishedAccuracy = [.8294, .9350, .9520, .9632, .9684, .9728, .9776, .9806, .9823, .9848, .9860];

    internal static void Write(Markup page, ReportData report)
    {
        page.Element("p", "Loss and accuracy on the training images during training, with dropout. " + (report.Provenance.Epochs == 1
            ? "One epoch has no curve. Point: mean over seeds; bar: from the lowest to the highest seed; ring: the baseline."
            : "Line: mean over seeds; band: from the lowest to the highest seed. Losses are on a logarithmic axis."));
        ExperimentSummary? baseline = report.Find("categorical-baseline")
            ?? report.Find(ExperimentTable.BaselineId)
            ?? report.Find("sparse-baseline");
        if (baseline is not null)
            Baseline(page, report, baseline);
        foreach (ExperimentGroup group in Enum.GetValues<ExperimentGroup>())
        {
            IReadOnlyList<ExperimentSummary> summaries = report.Of(group);
            if (summaries.Count > 0 && (group != ExperimentGroup.Baseline || report.Find("categorical-baseline") is null))
                Group(page, group, summaries, group == ExperimentGroup.Sparse && AreSame(report));
        }
    }

    private static void Baseline(Markup page, ReportData report, ExperimentSummary baseline)
    {
        bool hasPublished = !report.Provenance.IsSynthetic && report.Provenance.IsAsPublished;
        page.Element("h3", "Baseline");
        page.In("div", [("class", "pair")], () =>
        {
            CurveChart.Write(page, new CurveChart("baseline-loss", "Training loss of the baseline", "loss", SeedCurve.Loss(baseline))
            {
                IsLogarithmic = true,
                Points = hasPublished ? PublishedLoss : [],
            });
            SeedCurve accuracy = SeedCurve.Accuracy(baseline);
            CurveChart.Write(page, new CurveChart("baseline-accuracy", "Training accuracy of the baseline", "accuracy", accuracy)
            {
                Points = hasPublished ? PublishedAccuracy : [],
            });
        });
        if (hasPublished)
        {
            page.Element(
                "p",
                "Crosses: a second published run of the same network (Keras, 11 epochs); "
                + "it ended with a test loss of 0.0728 and an accuracy of 0.9766.",
                ("class", "note"));
        }
    }

    // Identical weights have identical curves.
    private static bool AreSame(ReportData report) =>
        report.Identity.Count > 0 && report.Identity.All(row => row.Identical == row.Pairs.Count);

    private static void Group(Markup page, ExperimentGroup group, IReadOnlyList<ExperimentSummary> summaries, bool isKnown)
    {
        ExperimentSummary? baseline = summaries.FirstOrDefault(summary => ExperimentTable.BaselineOf(summary.Experiment) is null);
        SeedCurve? reference = baseline is null || summaries.Count == 1 ? null : SeedCurve.Loss(baseline);
        SeedCurve[] curves = summaries.Select(SeedCurve.Loss).ToArray();
        double low = curves.Min(curve => curve.Low.Min());
        double high = curves.Max(curve => curve.High.Max());
        page.Element("h3", reference is null ? $"{group}: training loss"
            : $"{group}: training loss, the baseline {(curves[0].Mean.Count == 1 ? "ringed" : "dashed")}");
        if (!isKnown)
        {
            Charts();
            return;
        }
        page.Element("p", "The weights are those of the categorical loss, bit for bit, and so are the curves.");
        page.In("details", () =>
        {
            page.Element("summary", "Show them anyway");
            Charts();
        });

        void Charts() => page.In("div", [("class", "multiples")], () =>
        {
            for (int i = 0; i < summaries.Count; i++)
            {
                Experiment experiment = summaries[i].Experiment;
                string title = $"{experiment.Id}: {HtmlNames.Network(experiment)}";
                CurveChart.Write(page, new CurveChart($"curve-{experiment.Id}", title, "loss", curves[i])
                {
                    IsSmall = true,
                    Caption = $"{HtmlNames.Number(experiment)}: {HtmlNames.Network(experiment)}",
                    IsLogarithmic = true,
                    Range = (low, high),
                    Reference = summaries[i] == baseline ? null : reference,
                });
            }
        });
    }
}
