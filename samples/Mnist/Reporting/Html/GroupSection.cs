using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>One of the report's two tables of eleven networks: as published, then the tests of the differences.</summary>
internal static class GroupSection
{
    internal static void Write(Markup page, ReportData report, ExperimentGroup group)
    {
        IReadOnlyList<ExperimentSummary> summaries = report.Of(group);
        string name = ExperimentTable.NameOf(group);
        string brackets = report.HasPublished ? ", the report's single runs in brackets" : "";
        page.Element("p", $"Means over seeds{brackets}; changes are against the first row, from unrounded numbers.");
        HtmlTable.Write(
            page,
            name + "-published",
            $"{group}: test loss and accuracy{(report.HasPublished ? ", ours (published)" : "")}",
            ReportTables.AsPublished(summaries, report.HasPublished));
        if (summaries.Any(summary => ExperimentTable.ChangesTwoWidths(summary.Experiment)))
            page.Element("p", ReportText.TwoWidths, ("class", "note"));

        ExperimentSummary[] compared = summaries.Where(summary => summary.Comparison is not null).ToArray();
        if (compared.Length == 0)
            return;
        page.Element("h3", "Accuracy against the baseline");
        page.Element("p", ReportText.Rule);
        if (compared.Any(summary => summary.Comparison!.Accuracy.Confidence is not null))
            IntervalChart.Write(page, name + "-chart", compared);
        HtmlTable.Write(
            page,
            name + "-differences",
            $"{group}: paired difference of test accuracy, in points",
            ReportTables.Differences(summaries),
            row => row[1] is "better" or "worse" ? row[1] : null);
        page.In("details", () =>
        {
            page.Element("summary", "For information: bootstrap, McNemar and loss");
            page.Element("p", ReportText.Information);
            HtmlTable.Write(
                page,
                name + "-information",
                $"{group}: for information; no verdict depends on it",
                ReportTables.ForInformation(summaries));
        });
    }
}
