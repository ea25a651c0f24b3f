using NeuralCore.Data;

namespace NeuralCore.Diagnostics;

/// <summary>NC007: evaluation rows that are training rows too, so that the evaluation rewards learning by heart.</summary>
internal static class DuplicateCheck
{
    // One or two equal rows happen by chance, in iris too.
    private const int FewestHits = 3;

    // Data of few distinct rows repeats itself within the training data as well; only what is clearly more often than that is a leak.
    private const double NaturalFactor = 3;

    private const double SmallestShare = 0.01;

    internal static void Run(FeatureSource training, FeatureSource evaluation, List<Finding> findings)
    {
        ulong[] seen = RowHashes.Of(training);
        ulong[] asked = RowHashes.Of(evaluation);
        HashSet<ulong> distinct = new(seen.Length);
        int repeats = 0;
        foreach (ulong hash in seen)
            repeats += distinct.Add(hash) ? 0 : 1;
        int hits = 0;
        foreach (ulong hash in asked)
            hits += distinct.Contains(hash) ? 1 : 0;

        double natural = (double)repeats / seen.Length * asked.Length;
        // Of a part of the training rows, a part of the hits.
        double share = Math.Min((double)hits / asked.Length * training.Count / seen.Length, 1);
        if (hits < FewestHits || hits <= NaturalFactor * natural || share < SmallestShare)
            return;
        findings.Add(new Finding(
            "NC007",
            Severity.Warning,
            $"{hits} of {asked.Length} evaluation rows read are among {seen.Length} of the {training.Count} training rows: about {
                100 * share:F0} % of the evaluation data is training data.",
            "Remove duplicates before splitting; split by patient, user or file where several rows belong together."));
    }
}
