using System.Globalization;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>Short names for charts.</summary>
internal static class HtmlNames
{
    /// <summary>The network: <c>128-128, dropout 25 %</c>.</summary>
    internal static string Network(Experiment experiment) =>
        experiment.Dropout > 0
            ? $"{experiment.Widths}, dropout {(100 * experiment.Dropout).ToString("0.#", CultureInfo.InvariantCulture)} %"
            : experiment.Widths;

    /// <summary>A sentence with typographic signs.</summary>
    internal static string Prose(string text) => text.Replace("+-", "±", StringComparison.Ordinal);

    /// <summary>The part of the id after the group: <c>7</c>, <c>baseline</c>.</summary>
    internal static string Number(Experiment experiment) => experiment.Id[(experiment.Id.LastIndexOf('-') + 1)..];
}
