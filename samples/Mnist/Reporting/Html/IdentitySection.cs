namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>The comparison of the categorical and the sparse form of the loss.</summary>
internal static class IdentitySection
{
    internal static void Write(Markup page, ReportData report)
    {
        IReadOnlyList<IdentityRow> rows = report.Identity;
        page.Element("p", ReportText.SameFunction);
        HtmlTable.Write(
            page, "identity-table", "Trained weights of both losses, compared run by run by their SHA-256", ReportTables.Identity(rows));
        if (report.HasPublished)
            HtmlTable.Write(page, "identity-published", "What the report published for these networks, one run each", Published(rows));
    }

    private static ReportTable Published(IReadOnlyList<IdentityRow> rows) => new(
        ["Network", "Loss, categorical", "Loss, sparse", "Accuracy, categorical", "Accuracy, sparse"],
        rows.Select(row => (IReadOnlyList<string>)
        [
            HtmlNames.Network(row.Categorical),
            Figure(row.Categorical.ReportLoss),
            Figure(row.Sparse.ReportLoss),
            Figure(row.Categorical.ReportAccuracy),
            Figure(row.Sparse.ReportAccuracy),
        ]).ToArray());

    private static string Figure(decimal value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
