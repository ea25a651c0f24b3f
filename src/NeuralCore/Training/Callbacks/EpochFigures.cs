using System.Globalization;

namespace NeuralCore.Training;

/// <summary>The named figures of an epoch, as logs write them.</summary>
internal static class EpochFigures
{
    /// <summary>What the names of validation figures begin with, as in Keras.</summary>
    internal const string ValidationPrefix = "val_";

    /// <summary>
    /// <c>loss</c>, the metrics, the same with <c>val_</c> if there is validation, <c>learning_rate</c> (of the epoch's last step),
    /// <c>seconds</c> and <c>samples_per_second</c>.
    /// </summary>
    internal static IEnumerable<(string Name, double Value)> Of(EpochResult result) =>
    [
        .. Of(result.Training),
        .. result.Validation is null ? [] : Of(result.Validation).Select(figure => (ValidationPrefix + figure.Name, figure.Value)),
        ("learning_rate", Widen(result.LearningRate)),
        ("seconds", result.Duration.TotalSeconds),
        ("samples_per_second", result.SamplesPerSecond),
    ];

    /// <summary>The loss and the metrics.</summary>
    internal static IEnumerable<(string Name, double Value)> Of(Evaluation evaluation) =>
        evaluation.Metrics.Select(metric => (metric.Name, metric.Value)).Prepend(("loss", evaluation.Loss));

    /// <summary>All digits, in the invariant culture.</summary>
    internal static string Format(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    // 0.1f is written as 0.1, not as 0.10000000149011612.
    private static double Widen(float value) =>
        double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
