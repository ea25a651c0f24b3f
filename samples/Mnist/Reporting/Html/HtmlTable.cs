namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>A report table as an HTML table with a caption, scoped headings and its own scroll box.</summary>
internal static class HtmlTable
{
    // With this many columns or more, the first column's text wraps.
    private const int WrappingColumns = 10;

    /// <summary>Writes a table.</summary>
    /// <param name="page">The page.</param>
    /// <param name="id">The id of the caption.</param>
    /// <param name="caption">The caption.</param>
    /// <param name="table">The cells.</param>
    /// <param name="emphasis">The class of a row, or null.</param>
    internal static void Write(
        Markup page, string id, string caption, ReportTable table, Func<IReadOnlyList<string>, string?>? emphasis = null) =>
        Scroll(page, id, () => page.In("table", [("class", table.Titles.Count >= WrappingColumns ? "wrapping" : null)], () =>
        {
            Caption(page, id, caption);
            page.In("thead", () => page.In("tr", () =>
            {
                for (int i = 0; i < table.Titles.Count; i++)
                    page.Element("th", table.Titles[i], ("scope", "col"), ("class", i < table.TextColumns ? null : "number"));
            }));
            page.In("tbody", () =>
            {
                foreach (IReadOnlyList<string> row in table.Rows)
                {
                    page.In("tr", [("class", emphasis?.Invoke(row))], () =>
                    {
                        for (int i = 0; i < row.Count; i++)
                            Cell(page, row[i], i == 0, i < table.TextColumns);
                    });
                }
            });
        }));

    /// <summary>A caption that stays in view while its table scrolls.</summary>
    internal static void Caption(Markup page, string id, string caption) =>
        page.In("caption", () => page.Element("span", caption, ("id", id)));

    /// <summary>A box that scrolls sideways if the page is narrow, also by keyboard.</summary>
    internal static void Scroll(Markup page, string labelledBy, Action content) =>
        page.In("div", [("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-labelledby", labelledBy)], content);

    private static void Cell(Markup page, string text, bool isHeading, bool isText)
    {
        (string, string?)[] attributes = isHeading ? [("scope", "row")] : [("class", isText ? null : "number")];
        // The published value in brackets is less prominent than ours.
        int bracket = isText ? -1 : text.IndexOf(" (", StringComparison.Ordinal);
        page.In(isHeading ? "th" : "td", attributes, () =>
        {
            page.Text(bracket < 0 ? text : text[..bracket]);
            if (bracket >= 0)
                page.Element("span", text[bracket..], ("class", "published"));
        });
    }
}
