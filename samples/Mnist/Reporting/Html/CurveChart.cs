using System.Globalization;

namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>One curve over the epochs with a band for its seeds.</summary>
/// <param name="id">The id of the chart, unique in the page.</param>
/// <param name="title">The title of the chart.</param>
/// <param name="unit">The quantity that the curve shows.</param>
/// <param name="curve">The values.</param>
internal sealed class CurveChart(string id, string title, string unit, SeedCurve curve)
{
    /// <summary>Whether this is one of many small charts.</summary>
    internal bool IsSmall { get; init; }

    /// <summary>Whether the axis of values is logarithmic.</summary>
    internal bool IsLogarithmic { get; init; }

    /// <summary>The range of the axis, or null for the curve's own range.</summary>
    internal (double Low, double High)? Range { get; init; }

    /// <summary>Another curve for comparison, dashed.</summary>
    internal SeedCurve? Reference { get; init; }

    /// <summary>The caption of a small chart, shorter than its title.</summary>
    internal string? Caption { get; init; }

    /// <summary>Published values, as crosses.</summary>
    internal IReadOnlyList<double> Points { get; init; } = [];

    internal static void Write(Markup page, CurveChart chart) => chart.Write(page);

    private void Write(Markup page)
    {
        (int width, int height, int left, int bottom) = IsSmall ? (260, 150, 38, 24) : (420, 260, 44, 38);
        // Tick labels have more digits if there is only one epoch.
        left += curve.Mean.Count == 1 ? 16 : 0;
        const int top = 8;
        const int right = 8;
        int epochs = curve.Mean.Count;
        (double low, double high) = Range ?? (curve.Low.Concat(Points).Min(), curve.High.Concat(Points).Max());
        // A single epoch is centred.
        Scale x = epochs == 1 ? Scale.Linear(0, 2, left, width - right) : Scale.Linear(1, epochs, left, width - right);
        // The losses of one epoch are close together, so a logarithmic axis has no use.
        double pad = epochs == 1 ? 0.1 * (high - low) : 0;
        Scale y = IsLogarithmic && epochs > 1 ? Scale.Logarithmic(low, high, height - bottom, top)
            : Scale.Linear(low - pad, high + pad, height - bottom, top);

        page.In("figure", [("class", IsSmall ? "chart small" : "chart")], () =>
        {
            (string, string?)[] attributes =
            [
                ("role", "img"),
                ("aria-labelledby", $"{id}-title {id}-desc"),
                ("viewBox", FormattableString.Invariant($"0 0 {width} {height}")),
            ];
            page.In("svg", attributes, () =>
            {
                page.Element("title", title, ("id", id + "-title"));
                page.Element("desc", Describe(), ("id", id + "-desc"));
                Axes(page, x, y, epochs, width, height, left, right, bottom);
                if (epochs == 1)
                    Marks(page, x, y);
                else
                    Curves(page, x, y);
                for (int i = 0; i < Math.Min(Points.Count, epochs); i++)
                {
                    string cross = FormattableString.Invariant(
                        $"M{x.At(i + 1) - 4:0.#},{y.At(Points[i]) - 4:0.#} l8,8 m0,-8 l-8,8");
                    page.Void("path", ("class", "cross"), ("d", cross));
                }
            });
            string range = epochs == 1 ? "epoch 1" : $"epochs 1 to {epochs.ToString(CultureInfo.InvariantCulture)}";
            page.Element("figcaption", IsSmall ? Caption ?? title : $"{title}, {range}");
        });
    }

    private void Curves(Markup page, Scale x, Scale y)
    {
        page.Void("path", ("class", "band"), ("d", Path(curve.High, x, y) + Path(curve.Low, x, y, isReturn: true) + "Z"));
        if (Reference is { } reference)
            page.Void("path", ("class", "reference"), ("d", Path(reference.Mean, x, y)));
        page.Void("path", ("class", "curve"), ("d", Path(curve.Mean, x, y)));
    }

    // One epoch has no curve; draw a point, a bar for the seeds, and a ring for the reference.
    private void Marks(Markup page, Scale x, Scale y)
    {
        page.Void("path", ("class", "spread"),
            ("d", FormattableString.Invariant($"M{x.At(1):0.#},{y.At(curve.Low[0]):0.#}V{y.At(curve.High[0]):0.#}")));
        if (Reference is { } reference)
            Circle("reference", 6, reference.Mean[0]);
        Circle("point", 4, curve.Mean[0]);

        void Circle(string type, int radius, double value) =>
            page.Void("circle", ("class", type), ("cx", Markup.Number(x.At(1))), ("cy", Markup.Number(y.At(value))),
                ("r", Markup.Number(radius)));
    }

    private void Axes(Markup page, Scale x, Scale y, int epochs, int width, int height, int left, int right, int bottom)
    {
        foreach (double tick in y.Ticks(IsSmall ? 3 : 5).Where((_, i) => !IsSmall || !IsLogarithmic || epochs == 1 || i % 2 == 0))
        {
            Line("grid", y.At(tick));
            Label(tick.ToString("0.####", CultureInfo.InvariantCulture), left - 5, y.At(tick) + 4, "end");
        }
        int axis = height - bottom;
        Line("axis", axis);
        foreach (double tick in x.Ticks(4).Where(tick => tick >= 1 && tick <= epochs && tick == Math.Floor(tick)))
            Label(Markup.Number(tick), x.At(tick), axis + 15, x.At(tick) > width - 12 ? "end" : "middle");
        if (!IsSmall)
            Label("epoch", (left + width - right) / 2.0, height - 4, "middle");

        void Line(string type, double at) => page.Void(
            "line",
            ("class", type),
            ("x1", Markup.Number(left)),
            ("x2", Markup.Number(width - right)),
            ("y1", Markup.Number(at)),
            ("y2", Markup.Number(at)));

        void Label(string text, double atX, double atY, string anchor) => page.Element(
            "text",
            text,
            ("class", "small"),
            ("x", Markup.Number(atX)),
            ("y", Markup.Number(atY)),
            ("text-anchor", anchor));
    }

    private static string Path(IReadOnlyList<double> values, Scale x, Scale y, bool isReturn = false)
    {
        IEnumerable<int> order = Enumerable.Range(0, values.Count);
        return string.Concat((isReturn ? order.Reverse() : order).Select((epoch, i) => FormattableString.Invariant(
            $"{(i == 0 && !isReturn ? "M" : "L")}{x.At(epoch + 1):0.#},{y.At(values[epoch]):0.#}")));
    }

    private string Describe()
    {
        string start = curve.Mean.Count == 1 ? "" : $"from {ReportFormat.Value(curve.Mean[0])} after epoch 1 to ";
        string last = curve.Mean.Count.ToString(CultureInfo.InvariantCulture);
        string end = $"{unit} {start}{ReportFormat.Value(curve.Mean[^1])} after epoch {last}, mean over seeds";
        return $"{end}; seeds at the end from {ReportFormat.Value(curve.Low[^1])} to {ReportFormat.Value(curve.High[^1])}.";
    }
}
