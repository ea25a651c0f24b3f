using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Samples.Mnist.Reporting.Html;

namespace NeuralCore.Samples.Mnist.Reporting;

/// <summary>Writes all formats of a report, and prints its main tables.</summary>
internal static class ReportFiles
{
    internal const string Markdown = "report.md";
    internal const string Csv = "report.csv";
    internal const string Page = "report.html";

    /// <summary>Checks before training that the files can be written.</summary>
    /// <exception cref="SampleException">One of them is a folder, a pipe or a device.</exception>
    internal static void Check(string folder)
    {
        foreach (string path in new[] { Markdown, Csv, Page }.Select(name => Path.Combine(folder, name)))
        {
            if (Directory.Exists(path) || OrdinaryFile.IsSpecial(path))
                throw new SampleException($"Cannot write {path}: it is {(Directory.Exists(path) ? "a folder" : "a pipe or a device")}.");
        }
    }

    /// <summary>Writes the files into the folder and the tables to the terminal.</summary>
    /// <exception cref="SampleException">A file cannot be written.</exception>
    internal static void Write(Terminal terminal, string folder, ReportData report)
    {
        AtomicFile.Write(Path.Combine(folder, Markdown), MarkdownReport.Write(report));
        AtomicFile.Write(Path.Combine(folder, Csv), CsvReport.Write(report));
        AtomicFile.Write(Path.Combine(folder, Page), HtmlReport.Write(report));
        Show(terminal, report);
        terminal.Line();
        terminal.Line($"Written to {folder}: {Markdown}, {Csv}, {Page}");
    }

    private static void Show(Terminal terminal, ReportData report)
    {
        if (ReportText.Warning(report) is { } warning)
        {
            terminal.Line();
            terminal.Line(warning);
        }
        foreach (ExperimentGroup group in (ExperimentGroup[])[ExperimentGroup.Categorical, ExperimentGroup.Sparse])
        {
            IReadOnlyList<ExperimentSummary> summaries = report.Of(group);
            if (summaries.Count == 0)
                continue;
            Table(
                terminal,
                $"{group}, means over seeds{(report.HasPublished ? " (the report's single runs)" : "")}",
                ReportTables.AsPublished(summaries, report.HasPublished));
            if (summaries.Any(summary => summary.Comparison is not null))
                Table(terminal, $"{group}: accuracy against the baseline, in points", ReportTables.Differences(summaries));
        }
        if (report.Of(ExperimentGroup.Baseline) is { Count: > 0 } baseline)
            Table(terminal, "Baseline" + (report.HasPublished ? " (report: loss 0.07, accuracy 0.981)" : ""), ReportTables.Means(baseline));
        if (report.Basic is { } basic)
            Table(terminal, "Basic" + (report.HasPublished ? " (report: loss 35.08, accuracy 0.91)" : ""), ReportTables.Basic(basic));
        terminal.Line();
        foreach (string finding in ReportText.Findings(report))
            terminal.Line(finding);
        terminal.Line();
        foreach ((string what, string value) in ReportText.Provenance(report.Provenance))
            terminal.Line($"{what}: {value.Trim('`')}");
    }

    private static void Table(Terminal terminal, string title, ReportTable table)
    {
        terminal.Line();
        terminal.Line(title);
        foreach (string line in table.Lines(terminal.Width))
            terminal.Line(line);
    }
}
