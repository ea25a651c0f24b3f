using System.Globalization;
using System.Text;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Reporting;

/// <summary>The report as <c>report.csv</c>: one line per experiment, unrounded, without times.</summary>
internal static class CsvReport
{
    private static readonly string[] Titles =
    [
        "id", "group", "title", "hidden", "dropout", "loss_kind", "optimizer", "epochs", "batch", "data", "seeds",
        "report_loss", "report_accuracy",
        "loss", "loss_sd", "loss_low", "loss_high", "accuracy", "accuracy_sd", "accuracy_low", "accuracy_high",
        "raw_loss", "raw_accuracy",
        "accuracy_difference", "accuracy_difference_low", "accuracy_difference_high",
        "t", "p", "p_holm", "p_equivalence", "verdict", "detectable",
        "bootstrap_low", "bootstrap_high",
        "mcnemar_only_this", "mcnemar_only_baseline", "mcnemar_statistic", "mcnemar_p", "mcnemar_significant",
        "loss_difference", "loss_difference_low", "loss_difference_high", "loss_p",
    ];

    internal static string Write(ReportData report)
    {
        StringBuilder text = new();
        text.AppendJoin(',', Titles).Append('\n');
        foreach (ExperimentSummary summary in report.Experiments)
            text.AppendJoin(',', Cells(summary, report.Provenance, report.HasPublished).Select(Cell)).Append('\n');
        return text.ToString();
    }

    private static object?[] Cells(ExperimentSummary summary, Provenance made, bool hasPublished)
    {
        Experiment experiment = summary.Experiment;
        Comparison? comparison = summary.Comparison;
        BasicRaw raw = BasicRaw.Of(summary);
        return
        [
            experiment.Id, ExperimentTable.NameOf(experiment.Group), experiment.Title, experiment.Widths, experiment.Dropout,
            experiment.Loss.ToString().ToLowerInvariant(), experiment.Optimizer.ToString().ToLowerInvariant(),
            made.Epochs, experiment.BatchSize, made.Data, summary.Runs.Count,
            hasPublished ? experiment.ReportLoss : null, hasPublished ? experiment.ReportAccuracy : null,
            summary.TestLoss.Mean, summary.TestLoss.StandardDeviation,
            summary.TestLoss.Confidence?.Low, summary.TestLoss.Confidence?.High,
            summary.TestAccuracy.Mean, summary.TestAccuracy.StandardDeviation,
            summary.TestAccuracy.Confidence?.Low, summary.TestAccuracy.Confidence?.High,
            raw.Loss, raw.Accuracy,
            comparison?.Accuracy.Mean, comparison?.Accuracy.Confidence?.Low, comparison?.Accuracy.Confidence?.High,
            comparison?.Accuracy.T, comparison?.Accuracy.P, comparison?.HolmP, comparison?.EquivalenceP,
            comparison is null ? null : ReportFormat.Text(comparison.Verdict), comparison?.Detectable,
            comparison?.Bootstrap?.Low, comparison?.Bootstrap?.High,
            comparison?.McNemar.OnlyThisRight, comparison?.McNemar.OnlyBaselineRight,
            comparison?.McNemar.Statistic, comparison?.McNemar.P, comparison?.McNemarSignificant,
            comparison?.Loss.Mean, comparison?.Loss.Confidence?.Low, comparison?.Loss.Confidence?.High, comparison?.Loss.P,
        ];
    }

    private static string Cell(object? value)
    {
        string text = value switch
        {
            null => "",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };
        return text.AsSpan().ContainsAny(",\"\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    private readonly record struct BasicRaw(double? Loss, double? Accuracy)
    {
        internal static BasicRaw Of(ExperimentSummary summary) => summary.Experiment.WasTestedOnRawPixels
            ? new(summary.Runs.Average(run => run.RawTestLoss), summary.Runs.Average(run => run.RawTestAccuracy))
            : default;
    }
}
