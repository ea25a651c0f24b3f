using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>The report as one self-contained page, <c>report.html</c>: no network access, no scripts, system fonts only.</summary>
internal static class HtmlReport
{
    internal static string Write(ReportData report)
    {
        Section[] sections = Sections(report).ToArray();
        Markup page = new();
        page.Doctype();
        page.In("html", [("lang", "en")], () =>
        {
            page.In("head", () => Head(page));
            page.In("body", () =>
            {
                page.Element("a", "Skip to the findings", ("class", "skip"), ("href", "#answer"));
                page.In("header", () => Header(page, report));
                page.In("nav", [("aria-label", "Sections")], () => page.In("ul", () =>
                {
                    foreach (Section section in sections)
                        page.In("li", () => page.Element("a", section.Short, ("href", "#" + section.Id)));
                }));
                page.In("main", () =>
                {
                    foreach (Section section in sections)
                    {
                        page.In("section", [("id", section.Id), ("aria-labelledby", section.Id + "-title")], () =>
                        {
                            page.Element("h2", section.Title, ("id", section.Id + "-title"));
                            section.Write(page);
                        });
                    }
                });
                page.In("footer", () => page.Element("p", $"Written by the MNIST sample of NeuralCore {report.Provenance.Version}."));
            });
        });
        return page.ToString();
    }

    private static IEnumerable<Section> Sections(ReportData report)
    {
        yield return new("answer", "Findings", "Do width, dropout, depth or the loss make a difference?", page =>
            AnswerSection.Write(page, report));
        if (report.Of(ExperimentGroup.Categorical).Count > 0)
        {
            yield return new("categorical", "Categorical", "Categorical cross-entropy (the report's figure 4)", page =>
                GroupSection.Write(page, report, ExperimentGroup.Categorical));
        }
        if (report.Of(ExperimentGroup.Sparse).Count > 0)
        {
            yield return new("sparse", "Sparse", "Sparse categorical cross-entropy (the report's figure 5)", page =>
                GroupSection.Write(page, report, ExperimentGroup.Sparse));
        }
        if (report.Identity.Count > 0)
            yield return new("identity", "Same bits", "Categorical against sparse", page => IdentitySection.Write(page, report));
        if (report.Basic is { } basic)
            yield return new("basic", "Basic", "Basic: where 35.08 comes from", page =>
                BasicSection.Write(page, basic, report.HasPublished));
        yield return new("curves", "Curves", "Training curves", page => CurvesSection.Write(page, report));
        if (Reference(report) is { } reference)
        {
            yield return new("confusion", "Confusion", "Which digits are taken for which", page =>
                ConfusionSection.Write(page, reference, report.Test));
            yield return new("mistakes", "Mistakes", "The worst mistakes", page => MistakesSection.Write(page, reference, report.Test));
        }
        yield return new("models", "Models", "The networks", page => ModelsSection.Write(page, report));
        yield return new("means", "Means", "Means over seeds", page => HtmlTable.Write(
            page,
            "means-table",
            "Every experiment: test loss and accuracy over its seeds",
            ReportTables.Means(report.Experiments)));
        yield return new("repeat", "Repeat", "How to repeat this", page => RepeatSection.Write(page, report));
    }

    /// <summary>The experiment whose predictions are shown: the baseline, else the first one.</summary>
    private static ExperimentSummary? Reference(ReportData report) =>
        report.Find("categorical-baseline")
        ?? report.Find(ExperimentTable.BaselineId)
        ?? report.Find("sparse-baseline")
        ?? report.Experiments.FirstOrDefault();

    private static void Head(Markup page)
    {
        page.Void("meta", ("charset", "utf-8"));
        // The page needs nothing from the network, and the browser enforces that.
        page.Void(
            "meta",
            ("http-equiv", "Content-Security-Policy"),
            ("content", "default-src 'none'; img-src data:; style-src 'unsafe-inline'"));
        page.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        page.Void("meta", ("name", "color-scheme"), ("content", "light dark"));
        page.Element("title", ReportText.Title);
        page.Void("link", ("rel", "icon"), ("href", "data:,"));
        page.Style(HtmlStyle.Css);
    }

    private static void Header(Markup page, ReportData report)
    {
        page.Element("h1", ReportText.Title);
        page.Element("p", Lead(report), ("class", "lead"));
        if (ReportText.Warning(report) is { } warning)
            page.Element("p", warning, ("class", "warning"), ("role", "note"));
    }

    private static string Lead(ReportData report)
    {
        Provenance made = report.Provenance;
        return $"{Count(report.Experiments.Count, "experiment")}, {Count(report.Seeds.Count, "seed")}, "
            + $"{Count(report.Runs.Count, "training run")} of {Count(made.Epochs, "epoch")} on "
            + (made.IsSynthetic ? "synthetic digits." : "MNIST; the published figures, single runs with Keras, are in brackets.");
    }

    internal static string Count(int count, string what) =>
        FormattableString.Invariant($"{count:N0} {what}{(count == 1 ? "" : "s")}");

    private sealed record Section(string Id, string Short, string Title, Action<Markup> Write);
}
