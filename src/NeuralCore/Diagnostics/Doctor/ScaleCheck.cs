namespace NeuralCore.Diagnostics;

/// <summary>
/// NC001: the evaluation data is on another scale than the training data, as pixels 0..255 after training on 0..1. A ReLU network's
/// logits grow with its input, so that accuracy hardly moves and the loss explodes.
/// </summary>
internal static class ScaleCheck
{
    // Fewer rows do not show a column's range.
    private const int FewestRows = 20;

    // With ranges widened by their own width at both ends, even samples of lognormal values stay inside.
    private const double Widening = 1;

    // Means that differ by three times the larger standard deviation: outliers cannot do that, since they widen the deviation more.
    private const double FarMean = 3;

    // A tenth of the columns: one column of ten that was not scaled is found, one pixel of 784 is not looked at.
    private const double LargestShare = 0.1;

    // The magnitude of a column that is almost always zero is that of a few values.
    private const double FewestNonZeros = 0.1;

    internal static void Run(FeatureProfile training, FeatureProfile evaluation, List<Finding> findings)
    {
        if (training.Rows < FewestRows || evaluation.Rows < FewestRows)
            return;
        int compared = 0;
        int off = 0;
        int example = -1;
        for (int j = 0; j < training.Columns; j++)
        {
            if (training.IsConstant(j) || evaluation.IsConstant(j))
                continue;
            compared++;
            if (IsOff(training, evaluation, j))
            {
                off++;
                example = example < 0 || evaluation.NonZeros[j] > evaluation.NonZeros[example] ? j : example;
            }
        }
        if (off == 0 || off < LargestShare * compared)
            return;
        findings.Add(new Finding(
            "NC001",
            Severity.Error,
            $"The evaluation data is on another scale than the training data: {off} of {compared} features differ, for example feature {example
            } with {Range(training, example)} in training and {Range(evaluation, example)} in evaluation.",
            "Prepare both with the same code and the numbers of the training data: the same division by 255, the same scaler."));
    }

    private static bool IsOff(FeatureProfile training, FeatureProfile evaluation, int column)
    {
        double deviation = Math.Max(training.Deviation(column), evaluation.Deviation(column));
        return Math.Abs(training.Mean(column) - evaluation.Mean(column)) > FarMean * deviation
            || Exceeds(evaluation, training, column) || Exceeds(training, evaluation, column);
    }

    // Whether the typical value, not only the largest, lies outside the other's widened range. The typical value of a column that is mostly
    // zero is that of the rest.
    private static bool Exceeds(FeatureProfile a, FeatureProfile b, int column)
    {
        double width = Widening * ((double)b.Max[column] - b.Min[column]);
        double farthest = Math.Max(Math.Abs(b.Max[column] + width), Math.Abs(b.Min[column] - width));
        return a.NonZeros[column] >= FewestNonZeros * a.Rows && a.Magnitude(column) > farthest;
    }

    private static FormattableString Range(FeatureProfile profile, int column) =>
        $"{profile.Min[column]:G4} to {profile.Max[column]:G4}";
}
