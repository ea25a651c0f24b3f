namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>How to reproduce the same bits.</summary>
internal static class RepeatSection
{
    internal static void Write(Markup page, ReportData report)
    {
        page.Element(
            "p",
            "The same version, seeds and data give the same weights, bit for bit, "
            + "on any processor with FMA and any number of threads or machines.");
        page.In("dl", [("class", "facts")], () =>
        {
            foreach ((string what, string value) in ReportText.Provenance(report.Provenance))
            {
                page.Element("dt", what);
                page.In("dd", () => page.Element(what == "Command" ? "code" : "span", value.Trim('`')));
            }
        });
    }
}
