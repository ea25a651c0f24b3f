namespace NeuralCore.Metrics;

/// <summary>
/// What <see cref="RocAuc"/> and <see cref="AveragePrecision"/> have in common: they rank all rows by a score, so they keep every row until
/// the end of the epoch or evaluation.
/// </summary>
/// <remarks>
/// Memory, also in checkpoints: 16 bytes a row for two classes, <c>8 (1 + K)</c> bytes for K, and 9 more while the figure is computed. The
/// figure takes a sort of the rows for each class, once an epoch; progress reports show NaN instead. For two classes the score is that of
/// class 1: the single output, or the second of two. Any increasing function of a probability ranks alike, so logits of a single output do
/// as well; for several classes give probabilities.
/// </remarks>
public abstract class RankingMetric : ClassificationMetric
{
    private protected RankingMetric(string name)
        : base(name)
    {
    }

    /// <inheritdoc/>
    public sealed override bool KeepsRows => true;

    /// <inheritdoc/>
    public sealed override int RowWidth(Shape prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return prediction.Size <= 2 ? 2 : 1 + prediction.Size;
    }

    /// <inheritdoc/>
    public sealed override double Result(ReadOnlySpan<double> state, int rows)
    {
        RankedScores ranked = new(rows);
        int scores = state.Length / rows - 1;
        if (scores == 1)
            return ranked.Rank(state, column: 1, positive: 1) ? Area(ranked) : double.NaN;
        double sum = 0;
        for (int k = 0; k < scores; k++)
            sum += ranked.Rank(state, column: 1 + k, positive: k) ? Area(ranked) : double.NaN;
        return sum / scores;
    }

    /// <summary>The area under the curve of one class against the rest.</summary>
    private protected abstract double Area(RankedScores ranked);

    private protected sealed override void EvaluateRow(ReadOnlySpan<float> prediction, int target, Span<double> values)
    {
        values[0] = target;
        if (values.Length == 2)
        {
            values[1] = prediction[^1];
            // The score of class 0 is not kept, but a row with a NaN has no rank.
            if (float.IsNaN(prediction[0]))
                values[1] = double.NaN;
            return;
        }
        for (int k = 0; k < prediction.Length; k++)
            values[1 + k] = prediction[k];
    }
}
