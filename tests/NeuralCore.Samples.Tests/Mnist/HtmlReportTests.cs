using System.Xml.Linq;
using NeuralCore.Samples.Mnist.Reporting;
using NeuralCore.Samples.Mnist.Reporting.Html;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>The content and the accessibility of report.html. Separate tests open it in a browser.</summary>
public class HtmlReportTests
{
    private static readonly Lazy<XDocument> Whole = new(() => Parse(ReportFixture.Build()));

    [Fact]
    public void Nothing_comes_from_elsewhere_and_nothing_runs()
    {
        XElement[] elements = Whole.Value.Descendants().ToArray();

        elements.Where(element => element.Name.LocalName is "script" or "iframe" or "object" or "embed" or "base" or "form")
            .Should().BeEmpty();
        elements.Attributes().Where(attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal)).Should().BeEmpty();
        elements.Attributes().Where(attribute => attribute.Name.LocalName is "src" or "href")
            .Should().OnlyContain(attribute => attribute.Value.StartsWith("data:") || attribute.Value.StartsWith('#'));
        Whole.Value.ToString().Should().NotContain("http:").And.NotContain("https:").And.NotContain("url(").And.NotContain("@import");
    }

    [Fact]
    public void Texts_are_escaped() =>
        Whole.Value.Descendants("dd").Select(element => element.Value.Trim())
            .Should().Contain(ReportFixture.Hostile).And.Contain(text => text.Contains("A <b>processor</b> & its cache"));

    [Fact]
    public void Everything_asked_for_is_there()
    {
        Whole.Value.Descendants("section").Select(section => section.Attribute("id")!.Value).Should().Equal(
            "answer", "categorical", "sparse", "identity", "basic", "curves", "confusion", "mistakes", "models", "means", "repeat");
        // One row for each network in both groups' tables, with the published value next to ours.
        Table("categorical-published").Descendants("tbody").Elements().Should().HaveCount(11);
        Table("sparse-published").Descendants("tbody").Elements().First().Value.Should().Contain("(0.079)").And.Contain("(0.977)");
        Section("categorical").Value.Should().Contain(ReportText.TwoWidths);
        Charts().Select(chart => chart.Element("title")!.Value)
            .Should().Contain("Training loss of the baseline").And.Contain("Training accuracy of the baseline");
        Section("categorical").Descendants("circle").Count()
            .Should().Be(10 - Section("categorical").Descendants("svg").Elements("path").Count());
        Section("confusion").Descendants("td").Take(10).Sum(cell => int.Parse(cell.Value)).Should().BePositive();
        Section("mistakes").Descendants("img").Should().HaveCount(18)
            .And.OnlyContain(image => image.Attribute("src")!.Value.StartsWith("data:image/png;base64,"));
        Section("models").Value.Should().ContainAll(
            "dense_1 (Dense)", "30,100",
            "Total params: 266,610 (1.02 MB)", "Total params: 118,282 (462.04 KB)", "Non-trainable params: 0 (0.00 Byte)");
        Section("basic").Value.Should().ContainAll("nearly homogeneous", "35.08", "3 of 5 diverged");
        Section("identity").Value.Should().ContainAll("same function", "5 of 5", "0.981, 0.979 and 0.977");
        Section("repeat").Value.Should().ContainAll("0.1.0", "2 processors, 512-bit vectors", new string('a', 64), "800.0 s");
    }

    [Fact]
    public void Screen_readers_are_told()
    {
        XElement root = Whole.Value.Root!;
        string[] ids = root.Descendants().Attributes("id").Select(id => id.Value).ToArray();

        root.Attribute("lang")!.Value.Should().Be("en");
        ids.Should().OnlyHaveUniqueItems();
        root.Descendants().Attributes("aria-labelledby").SelectMany(names => names.Value.Split(' ')).Should().BeSubsetOf(ids);
        root.Descendants("a").Attributes("href").Select(target => target.Value[1..]).Should().BeSubsetOf(ids);
        Charts().Should().HaveCountGreaterThan(20)
            .And.OnlyContain(chart => chart.Element("title")!.Value.Length > 0 && chart.Element("desc")!.Value.Length > 0);
        root.Descendants("svg").Where(svg => svg.Attribute("role") is null && !svg.Ancestors("svg").Any()).Should().BeEmpty();
        root.Descendants("table").Should().HaveCountGreaterThan(10).And.OnlyContain(table => table.Elements().First().Name == "caption");
        root.Descendants("th").Should().OnlyContain(heading => heading.Attribute("scope") != null);
        root.Descendants("tbody").Elements("tr").Should().OnlyContain(row => row.Elements().First().Name == "th");
        root.Descendants("img").Should().OnlyContain(image => image.Attribute("alt")!.Value.Length > 0);
        int[] levels = root.Descendants().Select(element => element.Name.LocalName)
            .Where(name => name is "h1" or "h2" or "h3" or "h4").Select(name => name[1] - '0').ToArray();
        levels.Count(level => level == 1).Should().Be(1);
        levels.Zip(levels.Skip(1)).Should().OnlyContain(pair => pair.Second <= pair.First + 1);
    }

    [Fact]
    public void Marks_tell_verdicts_without_colour()
    {
        // Twenty seeds find what five do not.
        XElement section = Section(Parse(ReportFixture.Build(seeds: 20)), "categorical");
        XElement chart = section.Descendants("svg").First();

        string[] verdicts = Table(section, "categorical-differences").Descendants("tbody").Elements()
            .Select(row => row.Elements().ElementAt(1).Value).ToArray();
        verdicts.Should().Contain("better").And.Contain("worse").And.Contain("equivalent");
        chart.Elements("text").Select(text => text.Value).Where(verdicts.Contains).Should().Equal(verdicts);
        chart.Elements("svg").Elements("path").Attributes("d").Select(path => path.Value.StartsWith("M0,-7") ? "better" : "worse")
            .Should().Equal(verdicts.Where(verdict => verdict is "better" or "worse"));
        chart.Elements("circle").Select(circle => circle.Attribute("class")!.Value.Contains("hollow") ? "no evidence" : "equivalent")
            .Should().Equal(verdicts.Where(verdict => verdict is "equivalent" or "no evidence"));
    }

    [Fact]
    public void Answers_follow_the_verdicts()
    {
        Dictionary<string, string> five = AnswerSection.Answers(ReportFixture.Build()).ToDictionary();
        Dictionary<string, string> twenty = AnswerSection.Answers(ReportFixture.Build(seeds: 20)).ToDictionary();

        five.Keys.Should().Equal("Width", "Dropout", "Width and dropout", "Depth", "Depth and dropout", "Loss");
        five["Depth"].Should().StartWith("These runs cannot tell");
        five["Loss"].Should().StartWith("No: it is the same loss. All 55 pairs");
        twenty["Width"].Should().StartWith("No: all 6 settings are equivalent");
        twenty["Width and dropout"].Should().StartWith("Yes. 156-156, dropout 50 % is better by 0.1");
        twenty["Depth"].Should().StartWith("Yes. 128-128-128, dropout 25 % is worse by 0.1");
    }

    [Fact]
    public void One_seed_claims_nothing()
    {
        ReportData report = ReportFixture.Build(seeds: 1);

        AnswerSection.Answers(report).Where(answer => answer.Question != "Loss")
            .Should().HaveCount(5).And.OnlyContain(answer => answer.Answer.StartsWith("One seed cannot tell"));
        Section(Parse(report), "categorical").Descendants("svg").Should().BeEmpty();
    }

    [Fact]
    public void Synthetic_results_say_so_first_and_show_no_published_curve()
    {
        XDocument page = Parse(ReportFixture.Build(data: "synthetic"));

        page.Descendants("header").Single().Value.Should().Contain("SYNTHETIC DATA").And.Contain("on synthetic digits");
        page.Descendants("path").Where(path => path.Attribute("class")!.Value == "cross").Should().BeEmpty();
        Whole.Value.Descendants("path").Where(path => path.Attribute("class")!.Value == "cross").Should().HaveCount(22);
    }

    [Theory]
    [InlineData("basic")]
    [InlineData("baseline")]
    [InlineData("categorical-3")]
    [InlineData("sparse-baseline")]
    public void Any_part_makes_a_page(string id)
    {
        XDocument page = Parse(ReportFixture.Build(seeds: 2, experiments: experiment => experiment.Id == id));

        page.Descendants("svg").Should().NotBeEmpty();
        page.Descendants("table").Should().NotBeEmpty();
        page.ToString().Should().NotContain("NaN").And.NotContain("Infinity").And.NotContain("∞");
    }

    [Fact]
    public void Wrong_pairs_are_not_called_identical()
    {
        ReportData report = ReportFixture.Build(seeds: 2);
        IdentityRow first = report.Identity[0];
        IdentityRow changed = first with { Pairs = [first.Pairs[0] with { SparseSha256 = "other" }] };
        ReportData other = report with { Identity = [changed, .. report.Identity.Skip(1)] };

        Dictionary<string, string> answers = AnswerSection.Answers(other).ToDictionary();
        answers["Loss"].Should().StartWith("It should not, yet only 20 of 21");
        answers.Keys.Should().Contain("Width (both losses)");
    }

    [Fact]
    public void One_epoch_is_drawn_as_points()
    {
        XElement curves = Parse(ReportFixture.Build(epochs: 1))
            .Descendants("section").Single(section => section.Attribute("id")!.Value == "curves");

        XElement[] charts = curves.Descendants("svg").ToArray();
        charts.Should().HaveCountGreaterThan(20)
            .And.OnlyContain(chart => chart.Elements("circle").Count(circle => circle.Attribute("class")!.Value == "point") == 1);
        charts.Elements("path").Should().OnlyContain(path => path.Attribute("class")!.Value == "spread");
        curves.Value.Should().Contain("One epoch has no curve").And.NotContain("epochs 1 to 1").And.NotContain("after epoch 1 to");
    }

    [Fact]
    public void Page_is_small() => HtmlReport.Write(ReportFixture.Build(seeds: 10)).Length.Should().BeLessThan(300_000);

    [Theory]
    [InlineData(-0.26, 0.23, 5, new[] { -0.2, -0.1, 0, 0.1, 0.2 })]
    [InlineData(1, 20, 4, new[] { 5.0, 10, 15, 20 })]
    [InlineData(3, 3, 2, new[] { 2.5, 3, 3.5 })]
    public void Ticks_are_round(double low, double high, int about, double[] expected) =>
        Scale.Linear(low, high, 0, 1).Ticks(about)
            .Should().HaveCount(expected.Length).And.Equal(expected, (found, wanted) => Math.Abs(found - wanted) < 1e-12);

    [Fact]
    public void Logarithmic_axes_keep_ratios()
    {
        Scale scale = Scale.Logarithmic(0.01, 1, 100, 0);

        scale.At(0.1).Should().BeApproximately(50, 1e-9);
        scale.At(5).Should().Be(0);
        scale.Ticks(5).Should().HaveCount(7);
        Scale.Logarithmic(0.2, 0.45, 0, 1).Ticks(5).Should().HaveCount(3);
    }

    [Fact]
    public void Markup_escapes_texts_and_attributes()
    {
        Markup markup = new();
        markup.Element("p", "<&>\"'\u0001", ("title", "\"<"), ("class", null));

        markup.ToString().Should().Be("<p title=\"&quot;&lt;\">&lt;&amp;&gt;&quot;&#39;\uFFFD</p>\n");
    }

    private static XDocument Parse(ReportData report)
    {
        string page = HtmlReport.Write(report);
        page.Should().StartWith("<!DOCTYPE html>\n");
        // Every element is closed, so a strict parser reads it too.
        return XDocument.Parse(page[page.IndexOf('\n')..]);
    }

    private static XElement Section(string id) => Section(Whole.Value, id);

    private static XElement Section(XContainer page, string id) =>
        page.Descendants("section").Single(section => section.Attribute("id")!.Value == id);

    private static XElement Table(string caption) => Table(Whole.Value.Root!, caption);

    private static XElement Table(XElement within, string caption) => within.Descendants("table")
        .Single(table => table.Element("caption")!.Element("span")!.Attribute("id")!.Value == caption);

    private static XElement[] Charts() => Whole.Value.Descendants("svg").Where(svg => svg.Attribute("role")?.Value == "img").ToArray();
}
