namespace NeuralCore.Metrics;

/// <summary>
/// The area under the receiver operating characteristic, exact: the share of pairs of a row of the class and another row in which the first
/// has the higher score, a tie counting half. For several classes, the mean over the classes, each against the rest (one-vs-rest, macro).
/// </summary>
/// <remarks>
/// <inheritdoc cref="RankingMetric" path="/remarks/node()"/> NaN where it is undefined: a class has no rows or there are no others, or a
/// score is NaN. Source: Hanley and McNeil, "The meaning and use of the area under a ROC curve", Radiology 143, 1982; several classes:
/// Provost and Domingos, 2000.
/// </remarks>
public sealed class RocAuc : RankingMetric
{
    /// <summary>Describes the metric.</summary>
    public RocAuc()
        : base("roc_auc")
    {
    }

    private protected override double Area(RankedScores ranked) =>
        ranked.Positives == 0 || ranked.Negatives == 0 ? double.NaN : ranked.Area();
}
