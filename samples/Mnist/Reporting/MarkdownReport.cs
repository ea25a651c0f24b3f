using System.Text;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Reporting;

/// <summary>The report as <c>report.md</c>.</summary>
internal static class MarkdownReport
{
    internal static string Write(ReportData report)
    {
        StringBuilder text = new();
        text.Append($"# {ReportText.Title}\n\n");
        if (ReportText.Warning(report) is { } warning)
            text.Append($"**{warning}**\n\n");
        foreach (string finding in ReportText.Findings(report))
            text.Append($"- {finding}\n");
        text.Append($"\n{ReportText.SingleRuns}\n{ReportText.NothingChosen}\n");
        Group(text, report, ExperimentGroup.Categorical, "Categorical cross-entropy (the report's figure 4)");
        Group(text, report, ExperimentGroup.Sparse, "Sparse categorical cross-entropy (the report's figure 5)");
        if (report.Identity.Count > 0)
        {
            text.Append($"\n## Categorical against sparse\n\n{ReportText.SameFunction}\n\n")
                .Append(ReportTables.Identity(report.Identity).Markdown());
        }
        if (report.Basic is { } basic)
            text.Append($"\n## Basic: where 35.08 comes from\n\n{ReportText.RawPixels}\n\n{ReportTables.Basic(basic).Markdown()}");
        text.Append($"\n## Means over seeds\n\n{ReportTables.Means(report.Experiments).Markdown()}");
        text.Append("\n## How this was made\n\n");
        foreach ((string what, string value) in ReportText.Provenance(report.Provenance))
            text.Append($"- {what}: {value}\n");
        return text.ToString();
    }

    private static void Group(StringBuilder text, ReportData report, ExperimentGroup group, string title)
    {
        IReadOnlyList<ExperimentSummary> summaries = report.Of(group);
        if (summaries.Count == 0)
            return;
        string brackets = report.HasPublished ? ", the report's single runs in brackets" : "";
        text.Append($"\n## {title}\n\nMeans over seeds{brackets}; changes are against the first row.\n\n");
        text.Append(ReportTables.AsPublished(summaries, report.HasPublished).Markdown());
        if (summaries.Any(summary => ExperimentTable.ChangesTwoWidths(summary.Experiment)))
            text.Append($"\n{ReportText.TwoWidths}\n");
        if (summaries.All(summary => summary.Comparison is null))
            return;
        text.Append($"\n### Accuracy against the baseline\n\n{ReportText.Rule}\n\n{ReportTables.Differences(summaries).Markdown()}");
        text.Append($"\n{ReportText.Information}\n\n{ReportTables.ForInformation(summaries).Markdown()}");
    }
}
