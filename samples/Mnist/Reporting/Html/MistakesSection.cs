using System.Globalization;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>The worst mistakes of one experiment over all its seeds.</summary>
internal static class MistakesSection
{
    private const int Shown = 18;

    internal static void Write(Markup page, ExperimentSummary summary, LabelledImages test)
    {
        (Mistake Worst, int Runs)[] worst = summary.Runs.SelectMany(run => run.WorstMistakes)
            .Where(mistake => mistake.Image >= 0 && mistake.Image < test.Count)
            .GroupBy(mistake => mistake.Image)
            .Select(image => (
                Worst: image.MinBy(mistake => mistake.TruthProbability)!,
                Runs: summary.Runs.Count(run => IsWrong(run, image.Key, test))))
            .OrderByDescending(image => image.Runs).ThenBy(image => image.Worst.TruthProbability).ThenBy(image => image.Worst.Image)
            .Take(Shown).ToArray();
        if (worst.Length == 0)
        {
            page.Element("p", "No mistakes.");
            return;
        }
        page.Element(
            "p",
            $"Test images that {summary.Experiment.Id} classified wrongly with the largest loss. "
            + $"Those wrong in most of its {HtmlReport.Count(summary.Runs.Count, "run")} come first. "
            + "p is the probability given to the wrong digit in the worst run.");
        page.In("ul", [("class", "mistakes")], () =>
        {
            foreach ((Mistake mistake, int runs) in worst)
                page.In("li", () => Write(page, mistake, runs, summary.Runs.Count, test));
        });
    }

    private static void Write(Markup page, Mistake mistake, int wrong, int runs, LabelledImages test)
    {
        // Dark ink on light paper, as the digits were written.
        byte[] pixels = test.Pixels(mistake.Image).ToArray();
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(byte.MaxValue - pixels[i]);
        string text = FormattableString.Invariant($"{mistake.Truth} taken for {mistake.Predicted}");
        page.In("figure", () =>
        {
            page.Void(
                "img", ("src", GrayPng.DataUri(pixels, Experiment.ImageSide)), ("width", "84"), ("height", "84"),
                ("alt", FormattableString.Invariant($"Test image {mistake.Image}: a {text}")));
            page.In("figcaption", () =>
            {
                page.Element("strong", text);
                page.Element("span", mistake.Probability > 0.999
                    ? "p > 0.999"
                    : "p = " + mistake.Probability.ToString("F3", CultureInfo.InvariantCulture));
                page.Element("span", FormattableString.Invariant($"{wrong} of {runs} runs"));
                page.Element("span", FormattableString.Invariant($"image {mistake.Image:N0}"));
            });
        });
    }

    private static bool IsWrong(RunRecord run, int image, LabelledImages test) =>
        image < run.Predictions.Length && run.Predictions[image] != test.Label(image);
}
