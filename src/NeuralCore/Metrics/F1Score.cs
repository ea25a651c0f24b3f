namespace NeuralCore.Metrics;

/// <summary>
/// The harmonic mean of precision P and recall R: <c>2 P R / (P + R)</c>; for one class, or averaged
/// over classes.
/// </summary>
/// <remarks>
/// The name says which: <c>f1</c>, <c>f1_class_2</c>, <c>f1_macro</c>, <c>f1_micro</c>,
/// <c>f1_weighted</c>. 0 where it is undefined, as in scikit-learn.
/// </remarks>
public sealed class F1Score : ClassCountsMetric
{
    /// <summary>Describes the metric.</summary>
    /// <param name="average">How the classes' figures become one. Binary is that of the positive class alone.</param>
    /// <param name="positiveClass">The class whose figure it is; null for class 1 of two, or for an average.</param>
    /// <param name="threshold">For a network of one output: a prediction above it is class 1. Give 0 if the output is a logit.</param>
    /// <exception cref="ArgumentException">An average was given with a positive class.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The class is negative or the threshold is NaN.</exception>
    public F1Score(Averaging average = Averaging.Binary, int? positiveClass = null, double threshold = 0.5)
        : base("f1", average, positiveClass, threshold)
    {
    }

    private protected override double Figure(double truePositives, double predicted, double support) =>
        ClassFigures.F1(truePositives, predicted, support);
}
