namespace NeuralCore.Diagnostics;

/// <summary>NC002: labels that are shifted by one. NC003: labels that look one-hot where class indices or values are expected.</summary>
internal static class LabelCheck
{
    // With two classes, labels without class 0 are simply all of class 1.
    private const int FewestClasses = 3;

    // Losses for values, by their usual names; a custom loss may be meant for anything.
    private static readonly string[] RegressionLosses = ["MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh"];

    internal static void Run(TargetProfile targets, Shape output, string? loss, List<Finding> findings)
    {
        int classes = output.Size;
        if (targets.AreIndices)
        {
            CheckIndices(targets, classes, findings);
        }
        else if (targets is { IsInteger: true, AreOneHot: true })
        {
            findings.Add(new Finding(
                "NC003",
                Severity.Error,
                $"The targets are one-hot rows of {targets.Width} whole numbers, where the network expects class indices.",
                "Pass the index of each sample's class (OneHot.Decode); or pass floats and use CategoricalCrossEntropy."));
        }
        else if (targets.AreOneHot && targets.Width == classes && classes >= FewestClasses)
        {
            CheckFirstClass(targets, classes, findings);
            if (loss is not null && Array.Exists(RegressionLosses, name => loss.StartsWith(name, StringComparison.Ordinal)))
            {
                findings.Add(new Finding(
                    "NC003",
                    Severity.Hint,
                    $"All {targets.Rows} targets read are one-hot rows of {targets.Width}, and the loss is {loss}, which is for values.",
                    "To classify, end the network with a Softmax and use CategoricalCrossEntropy."));
            }
        }
    }

    private static void CheckIndices(TargetProfile targets, int classes, List<Finding> findings)
    {
        if (targets.Largest == classes && targets.Smallest >= 1)
        {
            findings.Add(new Finding(
                "NC002",
                Severity.Error,
                $"The labels run from {targets.Smallest} to {targets.Largest}, but the network's {classes} classes are 0 to {classes - 1}.",
                "Labels start at 0: subtract 1 from each."));
        }
        else if (targets is { AreBinary: true, Smallest: 0, Largest: 1 } && classes >= FewestClasses)
        {
            findings.Add(new Finding(
                "NC003",
                Severity.Warning,
                $"All {targets.Rows} labels read are 0 or 1, and the network has {classes} classes: are they a column of one-hot rows?",
                "Pass the index of each sample's class; or give the network two classes."));
        }
        else
        {
            CheckFirstClass(targets, classes, findings);
        }
    }

    private static void CheckFirstClass(TargetProfile targets, int classes, List<Finding> findings)
    {
        double[] counts = targets.ClassCounts;
        if (classes < FewestClasses || counts.Length != classes || counts[0] != 0 || Array.IndexOf(counts, 0.0, 1) >= 0)
            return;
        findings.Add(new Finding(
            "NC002",
            Severity.Warning,
            $"None of {targets.Rows} labels read is class 0, while each of the other {classes - 1} classes occurs.",
            "Labels start at 0: subtract 1 from each, and give the network one output fewer."));
    }
}
