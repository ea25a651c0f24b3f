using System.Text.RegularExpressions;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>Tables fold to the available width without losing a cell.</summary>
public class ReportTableTests
{
    public static TheoryData<string, int> Widths()
    {
        TheoryData<string, int> data = [];
        foreach (string table in (string[])["published", "means", "differences", "basic"])
        {
            foreach (int width in (int[])[24, 40, 60, 80, 120, 4000])
                data.Add(table, width);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_cell_is_there_and_no_line_is_too_long(string name, int width)
    {
        ReportTable table = Table(name);

        string[] lines = table.Lines(width).ToArray();

        lines.Should().OnlyContain(line => line.Length < width);
        // Whole cells up to the fold between words.
        string text = string.Join(' ', lines);
        foreach (string word in table.Rows.SelectMany(row => row).Concat(table.Titles).SelectMany(cell => cell.Split(' ')).Distinct())
            Regex.IsMatch(text, $@"(?<!\S){Regex.Escape(word)}:?(?!\S)").Should().BeTrue($"{word} is to be there at {width}");
        int figures = table.Rows.SelectMany(row => row).Count(cell => cell.Contains('.'));
        Regex.Count(text, @"\.").Should().BeGreaterThanOrEqualTo(figures);
    }

    [Fact]
    public void Eighty_columns_cut_the_published_table_between_its_groups()
    {
        string[] lines = Table("published").Lines(80).ToArray();

        lines.Where(line => line.StartsWith("Description", StringComparison.Ordinal))
            .Select(line => string.Join('|', Regex.Split(line.Trim(), " {2,}"))).Should().Equal(
            "Description|1st|2nd|3rd|Dropout", "Description|Loss (report)|+/-|+/- %", "Description|Accuracy (report)|+/-|+/- %");
    }

    [Fact]
    public void Too_narrow_for_columns_each_row_becomes_lines()
    {
        string[] lines = new ReportTable(["Name", "A long title"], [["x", "1"], ["y", "2"]]).Lines(16).ToArray();

        lines.Should().Equal("Name: x", "  A long title:", "  1", "Name: y", "  A long title:", "  2");
    }

    private static ReportTable Table(string name)
    {
        ReportData report = SampleRuns.Everything();
        return name switch
        {
            "published" => ReportTables.AsPublished(report.Of(ExperimentGroup.Categorical), hasPublished: true),
            "means" => ReportTables.Means(report.Experiments),
            "differences" => ReportTables.Differences(report.Of(ExperimentGroup.Sparse)),
            _ => ReportTables.Basic(report.Basic!),
        };
    }
}
