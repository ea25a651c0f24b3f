namespace NeuralCore.Metrics;

/// <summary>
/// The share of the rows predicted to be of a class that are of it: <c>TP / (TP + FP)</c>; for one class, or averaged
/// over classes.
/// </summary>
/// <remarks>
/// The name says which: <c>precision</c>, <c>precision_class_2</c>, <c>precision_macro</c>, <c>precision_micro</c>,
/// <c>precision_weighted</c>. 0 where it is undefined, as in scikit-learn.
/// </remarks>
public sealed class Precision : ClassCountsMetric
{
    /// <summary>Describes the metric.</summary>
    /// <param name="average">How the classes' figures become one. Binary is that of the positive class alone.</param>
    /// <param name="positiveClass">The class whose figure it is; null for class 1 of two, or for an average.</param>
    /// <param name="threshold">For a network of one output: a prediction above it is class 1. Give 0 if the output is a logit.</param>
    /// <exception cref="ArgumentException">An average was given with a positive class.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The class is negative or the threshold is NaN.</exception>
    public Precision(Averaging average = Averaging.Binary, int? positiveClass = null, double threshold = 0.5)
        : base("precision", average, positiveClass, threshold)
    {
    }

    private protected override double Figure(double truePositives, double predicted, double support) =>
        ClassFigures.Precision(truePositives, predicted);
}
