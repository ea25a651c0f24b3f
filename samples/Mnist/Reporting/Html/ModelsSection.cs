using System.Globalization;
using NeuralCore.Models;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>The summaries that the report printed: basic and baseline.</summary>
internal static class ModelsSection
{
    internal static void Write(Markup page, ReportData report)
    {
        page.Element(
            "p",
            "The report's figures 1 to 3. The other networks are the baseline with other widths, another dropout rate or a third layer.");
        foreach (string id in (string[])[ExperimentTable.BasicId, ExperimentTable.BaselineId])
        {
            // Show a network only if an experiment of its kind was run.
            bool isShown = id == ExperimentTable.BasicId
                ? report.Basic is not null
                : report.Experiments.Any(summary => summary.Experiment.Id != ExperimentTable.BasicId);
            if (isShown)
                Write(page, ExperimentTable.Find(id)!);
        }
    }

    private static void Write(Markup page, Experiment experiment)
    {
        Sequential model = experiment.BuildModel(seed: 0);
        page.Element("h3", experiment.Title);
        HtmlTable.Write(page, $"model-{experiment.Id}", $"Layers of {experiment.Id}", new ReportTable(
            ["Layer (type)", "Output shape", "Param #"],
            model.Layers.Select(layer => (IReadOnlyList<string>)
            [
                $"{layer.Name} ({layer.Kind})",
                $"(None, {string.Join(", ", layer.OutputShape)})",
                Whole(layer.Parameters.Sum(parameter => (long)parameter.Shape.Size)),
            ]).ToArray(),
            TextColumns: 2));
        // The totals as in the library's own summary.
        string[] lines = model.Summary().ReplaceLineEndings("\n").Split('\n');
        page.In("ul", [("class", "plain note")], () =>
        {
            foreach (string line in lines.Where(line => line.Contains("params:", StringComparison.Ordinal)))
                page.Element("li", line);
        });
    }

    private static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
