using Microsoft.Playwright;
using NeuralCore.Samples.Mnist.Reporting.Html;
using NeuralCore.Samples.Tests.Mnist;

namespace NeuralCore.BrowserTests;

/// <summary>report.html in a real browser. Screenshots are saved next to the test assembly.</summary>
public sealed class ReportPageTests(Browser browser) : IClassFixture<Browser>
{
    [SkippableTheory]
    [InlineData(1280, ColorScheme.Light, ReportFixture.Epochs)]
    [InlineData(1280, ColorScheme.Dark, ReportFixture.Epochs)]
    [InlineData(390, ColorScheme.Light, ReportFixture.Epochs)]
    [InlineData(390, ColorScheme.Dark, ReportFixture.Epochs)]
    [InlineData(1280, ColorScheme.Light, 1)]
    [InlineData(390, ColorScheme.Dark, 1)]
    public async Task Page_shows_without_errors_requests_or_sideways_scrolling(int width, ColorScheme scheme, int epochs)
    {
        string path = Path.Combine(AppContext.BaseDirectory, $"report.{epochs}.html");
        IPage page = await browser.OpenAsync(width, scheme);
        List<string> said = [];
        List<string> requests = [];
        page.Console += (_, message) => said.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => said.Add(error);
        page.Request += (_, request) => requests.Add(request.Url);
        await File.WriteAllTextAsync(path, HtmlReport.Write(ReportFixture.Build(epochs: epochs)));

        await page.GotoAsync(new Uri(path).AbsoluteUri);
        await page.EvaluateAsync("document.querySelectorAll('details').forEach(details => details.open = true)");
        await page.ScreenshotAsync(new() { Path = Path.ChangeExtension(path, $"{width}.{scheme}.png"), FullPage = true });

        said.Should().BeEmpty();
        // The file itself, and images that are part of it.
        requests.Where(request => !request.StartsWith("data:", StringComparison.Ordinal)).Should().ContainSingle().Which
            .Should().EndWith($"report.{epochs}.html");
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(width);
        (await page.EvaluateAsync<string[]>(TextBeyondItsChart)).Should().BeEmpty();
        (await page.EvaluateAsync<string[]>(BrokenImages)).Should().BeEmpty();
        (await page.EvaluateAsync<string[]>(PaleText)).Should().BeEmpty();
        (await page.EvaluateAsync<string[]>(CrowdedLabels)).Should().BeEmpty();
    }

    [SkippableFact]
    public async Task The_looks_find_faults()
    {
        IPage page = await browser.OpenAsync(390, ColorScheme.Light);
        List<string> said = [];
        page.Console += (_, message) => said.Add(message.Text);

        await page.SetContentAsync(HtmlReport.Write(ReportFixture.Build()).Replace(
            "<main>",
            """
            <main><div style="width: 2000px">wide</div><p style="color: #bbb">pale</p><img alt="broken" src="data:image/png;base64,AA"/>
            <img alt="outside" src="http://127.0.0.1:9/x.png"/>
            <figure class="chart wide"><svg role="img" width="100" height="20">
              <text class="label" y="15">a name much too long</text><text class="label" y="15" x="60">verdict</text>
            </svg></figure>
            """,
            StringComparison.Ordinal));

        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).Should().BeGreaterThan(390);
        (await page.EvaluateAsync<string[]>(TextBeyondItsChart)).Should().Contain("a name much too long");
        (await page.EvaluateAsync<string[]>(CrowdedLabels)).Should().Equal("a name much too long");
        (await page.EvaluateAsync<string[]>(PaleText)).Should().Equal("P: pale");
        (await page.EvaluateAsync<string[]>(BrokenImages)).Should().Equal("broken", "outside");
        // The page's own policy blocks network access.
        said.Should().ContainSingle(text => text.Contains("127.0.0.1:9") && text.Contains("Content Security Policy"));
    }

    // Text that extends beyond its chart.
    private const string TextBeyondItsChart = """
        [...document.querySelectorAll('svg[role=img] text')].filter(text => {
          const box = text.getBoundingClientRect(), chart = text.closest('svg[role=img]').getBoundingClientRect();
          return box.left < chart.left - 1 || box.right > chart.right + 1 || box.top < chart.top - 1 || box.bottom > chart.bottom + 1;
        }).map(text => text.textContent)
        """;

    private const string BrokenImages =
        "[...document.images].filter(image => !image.complete || image.naturalWidth !== 28).map(image => image.alt)";

    // Text on the page's own background with a contrast below 4.5 (WCAG 2.2, 1.4.3).
    private const string PaleText = """
        (() => {
          const parse = colour => colour.match(/[\d.]+/g).map(Number);
          const light = colour => {
            const [r, g, b] = parse(colour).slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const paper = light(getComputedStyle(document.body).backgroundColor);
          const elements = 'p, td, th, dt, dd, li, a, summary, caption, figcaption, h1, h2, h3, text';
          return [...document.querySelectorAll(elements)].filter(element => {
            const style = getComputedStyle(element);
            const ink = light(element.tagName === 'text' ? style.fill : style.color);
            return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05) < 4.5;
          }).map(element => element.tagName + ': ' + element.textContent.slice(0, 40));
        })()
        """;

    // The name and the verdict of a row share a line and must not overlap.
    private const string CrowdedLabels = """
        [...document.querySelectorAll('.chart.wide svg[role=img]')].flatMap(chart => {
          const labels = [...chart.querySelectorAll('text.label')];
          const [left, right] = [label => label.getBoundingClientRect().left, label => label.getBoundingClientRect().right];
          return labels.filter((label, i) => i % 2 === 0 && right(label) + 4 > left(labels[i + 1])).map(label => label.textContent);
        })
        """;
}
