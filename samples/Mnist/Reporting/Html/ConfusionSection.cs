using System.Globalization;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>The confusion matrix of one experiment, summed over its seeds.</summary>
internal static class ConfusionSection
{
    internal static void Write(Markup page, ExperimentSummary summary, LabelledImages test)
    {
        int[,] counts = Count(summary, test);
        int mostWrong = Math.Max(
            1, Cells().Where(cell => cell.Truth != cell.Predicted).Max(cell => counts[cell.Truth, cell.Predicted]));
        page.Element(
            "p",
            $"{summary.Experiment.Id} ({HtmlNames.Network(summary.Experiment)}), {HtmlReport.Count(summary.Runs.Count, "run")} added: "
            + "how often a digit (row) was taken for another (column). "
            + "Wrong cells are tinted by their count; the framed diagonal is correct.");
        HtmlTable.Scroll(page, "confusion-caption", () => page.In("table", [("class", "confusion")], () =>
        {
            HtmlTable.Caption(page, "confusion-caption", "Confusion matrix: rows are true digits, columns are predictions");
            page.In("thead", () => page.In("tr", () =>
            {
                page.Element("th", "true", ("scope", "col"));
                for (int digit = 0; digit < Experiment.Classes; digit++)
                    page.Element("th", Whole(digit), ("scope", "col"));
                page.Element("th", "right", ("scope", "col"));
            }));
            page.In("tbody", () =>
            {
                for (int truth = 0; truth < Experiment.Classes; truth++)
                    Row(page, counts, truth, mostWrong);
            });
        }));
    }

    private static void Row(Markup page, int[,] counts, int truth, int mostWrong) => page.In("tr", () =>
    {
        page.Element("th", Whole(truth), ("scope", "row"));
        int all = 0;
        for (int predicted = 0; predicted < Experiment.Classes; predicted++)
        {
            int count = counts[truth, predicted];
            all += count;
            string share = ((double)count / mostWrong).ToString("0.##", CultureInfo.InvariantCulture);
            page.Element("td", Whole(count), predicted == truth ? ("class", "right") : ("style", $"--share:{share}"));
        }
        double right = (double)counts[truth, truth] / all;
        page.Element("td", all == 0 ? ReportFormat.None : right.ToString("P1", CultureInfo.InvariantCulture));
    });

    private static int[,] Count(ExperimentSummary summary, LabelledImages test)
    {
        int[,] counts = new int[Experiment.Classes, Experiment.Classes];
        foreach (RunRecord run in summary.Runs)
        {
            for (int image = 0; image < Math.Min(run.Predictions.Length, test.Count); image++)
                counts[test.Label(image), run.Predictions[image]]++;
        }
        return counts;
    }

    private static IEnumerable<(int Truth, int Predicted)> Cells() =>
        Enumerable.Range(0, Experiment.Classes * Experiment.Classes).Select(i => (i / Experiment.Classes, i % Experiment.Classes));

    private static string Whole(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
