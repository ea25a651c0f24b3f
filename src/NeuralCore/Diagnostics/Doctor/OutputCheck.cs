using NeuralCore.Layers;
using NeuralCore.Losses;

namespace NeuralCore.Diagnostics;

/// <summary>
/// NC012: accuracy on a regression. NC013: probabilities where the loss takes logits, or the reverse. NC014: a softmax of one output.
/// NC015: accuracy where most rows are of one class.
/// </summary>
internal static class OutputCheck
{
    // Rows of a softmax in single precision sum to 1 within a few ulps for any number of classes.
    private const double SumTolerance = 1e-4;

    // Whoever answers the majority's class is right so often; four of five is where accuracy says little about the rest.
    private const double LargestMajority = 0.8;

    private const int FewestRows = 50;

    internal static void CheckLayers(IReadOnlyList<Layer> layers, List<Finding> findings)
    {
        foreach (Layer layer in layers)
        {
            if (layer is not Softmax || layer.OutputShape[layer.OutputShape.Rank - 1] != 1)
                continue;
            findings.Add(new Finding(
                "NC014",
                Severity.Error,
                $"{layer.Name}: a softmax of one output is 1 for every row.",
                "For two classes use a Sigmoid, or two outputs; for values use no activation."));
        }
    }

    internal static void CheckMetrics(TargetProfile targets, IEnumerable<string> metrics, List<Finding> findings)
    {
        string? accuracy = metrics.FirstOrDefault(metric => metric.Contains("accuracy", StringComparison.OrdinalIgnoreCase));
        if (accuracy is null)
            return;
        if (!targets.AreIndices && !targets.AreProbabilities && !targets.AreBinary)
        {
            findings.Add(new Finding(
                "NC012",
                Severity.Warning,
                $"The metric is {accuracy}, but the targets are values from {targets.Smallest:G4} to {targets.Largest:G4}, not classes.",
                "Accuracy counts equal classes. For a regression, measure an error: its mean square or its mean absolute value."));
        }
        else if (targets.Rows >= FewestRows && targets.ClassCounts is { Length: > 1 } counts
            && counts.Max() >= LargestMajority * targets.Rows && counts.Max() < targets.Rows)
        {
            int majority = Array.IndexOf(counts, counts.Max());
            findings.Add(new Finding(
                "NC015",
                Severity.Hint,
                $"Class {majority} has {100 * counts[majority] / targets.Rows:F1} % of the rows: always answering it has that {accuracy}.",
                "Compare with that figure, and look at each class: a confusion matrix, F1, balanced accuracy."));
        }
    }

    internal static void CheckOutputs<TTarget>(Loss<TTarget> loss, ReadOnlySpan<float> output, int rows, List<Finding> findings)
        where TTarget : unmanaged
    {
        if (loss is not CrossEntropy<TTarget> crossEntropy)
            return;
        bool areProbabilities = AreProbabilities(output, rows, out float outside, out double sum);
        if (crossEntropy.FromLogits && areProbabilities)
        {
            findings.Add(new Finding(
                "NC013",
                Severity.Warning,
                $"{loss.Name} takes logits, but the outputs of {rows} rows are probabilities: from 0 to 1, with the sum 1.",
                "Remove the last layer's softmax, or drop fromLogits."));
        }
        else if (!crossEntropy.FromLogits && !areProbabilities)
        {
            findings.Add(new Finding(
                "NC013",
                Severity.Error,
                $"{loss.Name} takes probabilities, but the network gives {(float.IsNaN(outside) ? sum : outside):G4} as {
                    (float.IsNaN(outside) ? "a row's sum" : "an output")}.",
                "End the network with a Softmax, or pass fromLogits: true."));
        }
    }

    private static bool AreProbabilities(ReadOnlySpan<float> output, int rows, out float outside, out double sum)
    {
        outside = float.NaN;
        sum = 0;
        int classes = output.Length / rows;
        for (int row = 0; row < rows; row++)
        {
            sum = 0;
            foreach (float value in output.Slice(row * classes, classes))
            {
                if (!(value >= 0 && value <= 1))
                {
                    outside = value;
                    return false;
                }
                sum += value;
            }
            if (Math.Abs(sum - 1) > SumTolerance)
                return false;
        }
        return true;
    }
}
