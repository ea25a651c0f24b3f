namespace NeuralCore.Metrics;

/// <summary>Precision, recall and F1 of counts, rounded as in scikit-learn 1.2. 0 where the denominator is 0.</summary>
internal static class ClassFigures
{
    internal static double Precision(double truePositives, double predicted) => predicted == 0 ? 0 : truePositives / predicted;

    internal static double Recall(double truePositives, double support) => support == 0 ? 0 : truePositives / support;

    internal static double F1(double truePositives, double predicted, double support)
    {
        double precision = Precision(truePositives, predicted);
        double recall = Recall(truePositives, support);
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }
}
