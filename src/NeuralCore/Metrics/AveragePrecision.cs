namespace NeuralCore.Metrics;

/// <summary>
/// The average precision, a summary of the precision-recall curve: <c>Σ (R_n - R_(n-1)) P_n</c> over all scores as thresholds, from the
/// highest down. For several classes, the mean over the classes, each against the rest.
/// </summary>
/// <remarks>
/// <inheritdoc cref="RankingMetric" path="/remarks/node()"/> As in scikit-learn, the points of the curve are not connected by lines, and a
/// class without rows counts 0; NaN if a score is NaN.
/// </remarks>
public sealed class AveragePrecision : RankingMetric
{
    /// <summary>Describes the metric.</summary>
    public AveragePrecision()
        : base("average_precision")
    {
    }

    private protected override double Area(RankedScores ranked) => ranked.Positives == 0 ? 0 : ranked.AveragePrecision();
}
