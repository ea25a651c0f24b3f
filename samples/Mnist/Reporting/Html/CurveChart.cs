using System.Globalization;

namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>One curve over the epochs with its band of seeds.</summary>
/// <param name="id">Of the chart, unique in the page.</param>
/// <param name="title">What it shows.</param>
/// <param name="unit">What the curve measures.</param>
/// <param name="curve">The figures.</param>
internal sealed class CurveChart(string id, string title, string unit, SeedCurve curve)
{
    /// <summary>One of many.</summary>
    internal bool IsSmall { get; init; }

    /// <summary>Whether equal ratios are equally far apart.</summary>
    internal bool IsLogarithmic { get; init; }

    /// <summary>The ends of the axis, or null for the curve's own.</summary>
    internal (double Low, double High)? Range { get; init; }

    /// <summary>Another curve to see this one against, dashed.</summary>
    internal SeedCurve? Reference { get; init; }

    /// <summary>What stands under a small chart, shorter than its title.</summary>
    internal string? Caption { get; init; }

    /// <summary>Published values, as crosses.</summary>
    internal IReadOnlyList<double> Points { get; init; } = [];

    internal static void Write(Markup page, CurveChart chart) => chart.Write(page);

    private void Write(Markup page)
    {
        (int width, int height, int left, int bottom) = IsSmall ? (260, 150, 38, 24) : (420, 260, 44, 38);
        // The ticks of one epoch have more digits.
        left += curve.Mean.Count == 1 ? 16 : 0;
        const int top = 8;
        const int right = 8;
        int epochs = curve.Mean.Count;
        (double low, double high) = Range ?? (curve.Low.Concat(Points).Min(), curve.High.Concat(Points).Max());
        // A single epoch stands in the middle.
        Scale x = epochs == 1 ? Scale.Linear(0, 2, left, width - right) : Scale.Linear(1, epochs, left, width - right);
        // The losses of one epoch lie close together: ratios between them say nothing.
        double pad = epochs == 1 ? 0.1 * (high - low) : 0;
        Scale y = IsLogarithmic && epochs > 1 ? Scale.Logarithmic(low, high, height - bottom, top)
            : Scale.Linear(low - pad, high + pad, height - bottom, top);

        page.In("figure", [("class", IsSmall ? "chart small" : "chart")], () =>
        {
            page.In("svg", [("role", "img"), ("aria-labelledby", $"{id}-title {id}-desc"), ("viewBox", FormattableString.Invariant($"0 0 {width} {height}"))], () =>
            {
                page.Element("title", title, ("id", id + "-title"));
                page.Element("desc", Describe(), ("id", id + "-desc"));
                Axes(page, x, y, epochs, width, height, left, right, bottom);
                if (epochs == 1)
                    Marks(page, x, y);
                else
                    Curves(page, x, y);
                for (int i = 0; i < Math.Min(Points.Count, epochs); i++)
                    page.Void("path", ("class", "cross"), ("d", FormattableString.Invariant($"M{x.At(i + 1) - 4:0.#},{y.At(Points[i]) - 4:0.#} l8,8 m0,-8 l-8,8")));
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

    // One epoch has no curve: a point, a bar over the seeds, and a ring for the reference.
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
            page.Void("line", ("class", "grid"), ("x1", Markup.Number(left)), ("x2", Markup.Number(width - right)), ("y1", Markup.Number(y.At(tick))), ("y2", Markup.Number(y.At(tick))));
            page.Element("text", tick.ToString("0.####", CultureInfo.InvariantCulture), ("class", "small"), ("x", Markup.Number(left - 5)), ("y", Markup.Number(y.At(tick) + 4)), ("text-anchor", "end"));
        }
        int axis = height - bottom;
        page.Void("line", ("class", "axis"), ("x1", Markup.Number(left)), ("x2", Markup.Number(width - right)), ("y1", Markup.Number(axis)), ("y2", Markup.Number(axis)));
        foreach (double tick in x.Ticks(4).Where(tick => tick >= 1 && tick <= epochs && tick == Math.Floor(tick)))
            page.Element("text", Markup.Number(tick), ("class", "small"), ("x", Markup.Number(x.At(tick))), ("y", Markup.Number(axis + 15)), ("text-anchor", x.At(tick) > width - 12 ? "end" : "middle"));
        if (!IsSmall)
            page.Element("text", "epoch", ("class", "small"), ("x", Markup.Number((left + width - right) / 2.0)), ("y", Markup.Number(height - 4)), ("text-anchor", "middle"));
    }

    private static string Path(IReadOnlyList<double> values, Scale x, Scale y, bool isReturn = false)
    {
        IEnumerable<int> order = Enumerable.Range(0, values.Count);
        return string.Concat((isReturn ? order.Reverse() : order)
            .Select((epoch, i) => FormattableString.Invariant($"{(i == 0 && !isReturn ? "M" : "L")}{x.At(epoch + 1):0.#},{y.At(values[epoch]):0.#}")));
    }

    private string Describe()
    {
        string start = curve.Mean.Count == 1 ? "" : $"from {ReportFormat.Value(curve.Mean[0])} after epoch 1 to ";
        string last = curve.Mean.Count.ToString(CultureInfo.InvariantCulture);
        string end = $"{unit} {start}{ReportFormat.Value(curve.Mean[^1])} after epoch {last}, mean over seeds";
        return $"{end}; seeds at the end from {ReportFormat.Value(curve.Low[^1])} to {ReportFormat.Value(curve.High[^1])}.";
    }
}
