namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>
/// The differences of a group with their intervals, one row each. Horizontal positions are percentages, so that the chart fills any width
/// at a constant text size.
/// </summary>
internal static class IntervalChart
{
    private const int RowHeight = 46;
    private const int Top = 26;
    private const int Bottom = 44;
    private const int BandHeight = 22;

    // In points, like all values in this chart.
    private const double Margin = 100 * ReportBuilder.EquivalenceMargin;

    internal static void Write(Markup page, string id, IReadOnlyList<ExperimentSummary> summaries)
    {
        double[] ends = summaries.SelectMany(summary => Ends(summary.Comparison!.Accuracy)).Select(value => 100 * value)
            .Append(-Margin).Append(Margin).ToArray();
        double pad = 0.04 * (ends.Max() - ends.Min());
        Scale x = Scale.Linear(ends.Min() - pad, ends.Max() + pad, 1, 99);
        int height = Top + RowHeight * summaries.Count + Bottom;
        int axis = height - Bottom;

        page.In("figure", [("class", "chart wide")], () =>
        {
            (string, string?)[] attributes =
            [
                ("role", "img"), ("aria-labelledby", $"{id}-title {id}-desc"), ("width", "100%"), ("height", Markup.Number(height)),
            ];
            page.In("svg", attributes, () =>
            {
                page.Element("title", "Difference of test accuracy against the baseline, with 95 % intervals", ("id", id + "-title"));
                page.Element("desc", string.Join(" ", summaries.Select(Describe)), ("id", id + "-desc"));
                Label(page, "small", "shaded: within ±0.1 points", x.At(0), 16, "middle");
                foreach (double tick in x.Ticks(5))
                    Label(page, "small", Tick(tick), x.At(tick), axis + 17, Anchor(x.At(tick)));
                Label(page, "small", "← worse · points of accuracy · better →", 50, axis + 37, "middle");
                for (int i = 0; i < summaries.Count; i++)
                    Row(page, summaries[i], x, Top + i * RowHeight);
            });
            page.Element(
                "figcaption",
                "Mean difference (mark), 95 % interval (bar), single seeds (ticks). "
                + "Marks: ▲ better, ▼ worse, ● equivalent within 0.1 points, ○ no evidence. The table below has the numbers.");
        });
    }

    private static void Row(Markup page, ExperimentSummary summary, Scale x, int top)
    {
        Comparison comparison = summary.Comparison!;
        int middle = top + 32;
        page.Element(
            "text",
            $"{HtmlNames.Number(summary.Experiment)}  {HtmlNames.Network(summary.Experiment)}",
            ("class", "label"),
            ("x", "0"),
            ("y", Markup.Number(top + 16)));
        Label(page, "label " + Class(comparison.Verdict), ReportFormat.Text(comparison.Verdict), 100, top + 16, "end");
        Background(page, x, middle);
        foreach (double value in comparison.Accuracy.Values)
            Line(page, "seed", x.At(100 * value), x.At(100 * value), middle - 5, middle + 5);
        if (comparison.Accuracy.Confidence is { } interval)
            Line(page, "interval " + Class(comparison.Verdict), x.At(100 * interval.Low), x.At(100 * interval.High), middle, middle);
        Mark(page, comparison.Verdict, x.At(100 * comparison.Accuracy.Mean), middle);
    }

    // Only behind the interval, so that nothing crosses the names.
    private static void Background(Markup page, Scale x, int middle)
    {
        (int top, int bottom) = (middle - BandHeight / 2, middle + BandHeight / 2);
        page.Void(
            "rect",
            ("class", "zone"),
            ("x", Percent(x.At(-Margin))),
            ("y", Markup.Number(top)),
            ("width", Percent(x.At(Margin) - x.At(-Margin))),
            ("height", Markup.Number(BandHeight)));
        foreach (double tick in x.Ticks(5))
            Line(page, Math.Abs(tick) < 1e-9 ? "zero" : "grid", x.At(tick), x.At(tick), top, bottom);
    }

    private static void Mark(Markup page, Verdict verdict, double x, int y)
    {
        string css = "mark " + Class(verdict);
        if (verdict is not (Verdict.Better or Verdict.Worse))
        {
            page.Void(
                "circle",
                ("class", verdict == Verdict.Equivalent ? css : css + " hollow"),
                ("cx", Percent(x)),
                ("cy", Markup.Number(y)),
                ("r", "5"));
            return;
        }
        // A path cannot use percentages, but a nested svg element can.
        (string, string?)[] attributes =
            [("x", Percent(x)), ("y", Markup.Number(y)), ("width", "1"), ("height", "1"), ("overflow", "visible")];
        page.In("svg", attributes, () =>
            page.Void("path", ("class", css), ("d", verdict == Verdict.Better ? "M0,-7 L7,6 L-7,6 Z" : "M0,7 L7,-6 L-7,-6 Z")));
    }

    private static void Label(Markup page, string css, string text, double x, int y, string anchor) => page.Element(
        "text", text, ("class", css), ("x", Percent(x)), ("y", Markup.Number(y)), ("text-anchor", anchor));

    private static void Line(Markup page, string css, double fromX, double toX, int fromY, int toY) => page.Void(
        "line",
        ("class", css),
        ("x1", Percent(fromX)),
        ("x2", Percent(toX)),
        ("y1", Markup.Number(fromY)),
        ("y2", Markup.Number(toY)));

    private static IEnumerable<double> Ends(PairedDifference difference)
    {
        foreach (double value in difference.Values)
            yield return value;
        if (difference.Confidence is { } interval)
        {
            yield return interval.Low;
            yield return interval.High;
        }
    }

    private static string Describe(ExperimentSummary summary)
    {
        PairedDifference difference = summary.Comparison!.Accuracy;
        return $"{HtmlNames.Network(summary.Experiment)}: {ReportFormat.Points(difference.Mean)} points, "
            + $"interval {ReportFormat.Points(difference.Confidence)}, {ReportFormat.Text(summary.Comparison.Verdict)}.";
    }

    private static string Class(Verdict verdict) => verdict switch
    {
        Verdict.Better => "better",
        Verdict.Worse => "worse",
        Verdict.Equivalent => "equivalent",
        _ => "unknown",
    };

    private static string Anchor(double percent) => percent < 6 ? "start" : percent > 94 ? "end" : "middle";

    private static string Tick(double value) => value.ToString("+0.###;-0.###;0", System.Globalization.CultureInfo.InvariantCulture);

    private static string Percent(double value) => value.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture) + "%";
}
