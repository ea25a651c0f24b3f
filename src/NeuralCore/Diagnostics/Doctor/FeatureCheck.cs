using NeuralCore.Layers;

namespace NeuralCore.Diagnostics;

/// <summary>NC004: values that are not finite. NC005: constant features. NC006: features that are not scaled.</summary>
internal static class FeatureCheck
{
    // A column of fewer rows may be constant by chance.
    private const int FewestRows = 20;

    // So many columns are pixels, words or one-hot categories, of which some never occur: constants at the background's value are usual.
    private const int ManyColumns = 64;

    // The gradient of a weight grows with its feature, and the curvature with its square: 100 times the magnitude is 10,000 times the
    // curvature, and no single learning rate suits both.
    private const double LargestSpread = 100;

    // Initializers expect features of about 1. Pixels 0..255 have about 150.
    private const double LargestMagnitude = 100;

    // The magnitude of a column that is almost always zero is that of a few values.
    private const double FewestNonZeros = 0.1;

    internal static void Run(FeatureProfile features, IReadOnlyList<Layer> layers, List<Finding> findings)
    {
        // An imputer fills the gaps that NaN marks.
        if (features.NonFinite is { } found && !layers.Any(layer => layer.Kind == "Imputer"))
        {
            findings.Add(new Finding(
                "NC004",
                Severity.Error,
                $"Feature {found.Column} of row {found.Row} is {found.Value}.",
                "Leave the row out, or replace the value before training: by the column's mean, or by 0 and a column that says so."));
            return;
        }
        if (features.Rows < FewestRows)
            return;
        CheckConstants(features, findings);
        if (ReadsRawFeatures(layers))
            CheckScales(features, findings);
    }

    // Whether nothing that could scale the features precedes the first Dense.
    private static bool ReadsRawFeatures(IReadOnlyList<Layer> layers) =>
        layers.FirstOrDefault(layer => !layer.Bound.IsView && layer is not Dropout) is Dense;

    private static void CheckConstants(FeatureProfile features, List<Finding> findings)
    {
        float background = features.SmallestValue;
        int count = 0;
        int example = 0;
        for (int j = 0; j < features.Columns; j++)
        {
            if (!features.IsConstant(j) || (features.Columns >= ManyColumns && features.Min[j] == background))
                continue;
            if (count++ == 0)
                example = j;
        }
        if (count == 0)
            return;
        findings.Add(new Finding(
            "NC005",
            Severity.Hint,
            $"{count} of {features.Columns} features are constant in {features.Rows} rows, for example feature {example
            }, which is {features.Min[example]:G4}.",
            "A constant tells nothing: leave the column out, or look whether it was read wrongly."));
    }

    private static void CheckScales(FeatureProfile features, List<Finding> findings)
    {
        int smallest = -1;
        int largest = -1;
        for (int j = 0; j < features.Columns; j++)
        {
            if (features.IsConstant(j) || features.NonZeros[j] < FewestNonZeros * features.Rows)
                continue;
            smallest = smallest < 0 || features.Magnitude(j) < features.Magnitude(smallest) ? j : smallest;
            largest = largest < 0 || features.Magnitude(j) > features.Magnitude(largest) ? j : largest;
        }
        if (largest < 0)
            return;
        double low = features.Magnitude(smallest);
        double high = features.Magnitude(largest);
        if (high <= LargestMagnitude && high <= LargestSpread * low)
            return;
        findings.Add(new Finding(
            "NC006",
            Severity.Warning,
            $"The features are not scaled: typical values are {low:G3} in feature {smallest} and {high:G3} in feature {largest}.",
            "Standardize each column to mean 0 and deviation 1, or divide pixels by 255, with the numbers of the training data."));
    }
}
