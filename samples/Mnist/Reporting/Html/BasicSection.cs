using System.Globalization;

namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>The basic model's test loss of 35.08, explained.</summary>
internal static class BasicSection
{
    internal static void Write(Markup page, BasicReadings basic, bool hasPublished)
    {
        page.Element("p", ReportText.RawPixels);
        string published = hasPublished ? " (published: loss 35.08, accuracy 0.91)" : "";
        HtmlTable.Write(page, "basic-table", "The basic network on scaled and on raw pixels" + published, ReportTables.Basic(basic));
        if (basic.RawTraining.Count == 0)
            return;
        page.In("details", () =>
        {
            page.Element("summary", "Training on raw pixels, seed by seed");
            HtmlTable.Write(page, "basic-raw", "Trained and tested on 0..255", new ReportTable(
                ["Seed", "Not finite at step", "Test loss", "Test accuracy"],
                basic.RawTraining.Select(seed => (IReadOnlyList<string>)
                [
                    seed.Seed.ToString(CultureInfo.InvariantCulture),
                    seed.Outcome.DivergedAtStep?.ToString("N0", CultureInfo.InvariantCulture) ?? ReportFormat.None,
                    ReportFormat.Value(seed.Outcome.TestLoss),
                    ReportFormat.Value(seed.Outcome.TestAccuracy),
                ]).ToArray()));
        });
    }
}
