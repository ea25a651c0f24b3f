namespace NeuralCore.Samples.Mnist.Statistics;

/// <summary>Holm's step-down correction for several tests (Holm 1979, "A simple sequentially rejective multiple test procedure").</summary>
internal static class HolmCorrection
{
    /// <summary>
    /// Adjusted p values in the original order: the running maximum of (m - rank) p over the sorted p, at most 1.
    /// </summary>
    internal static double[] Adjust(IReadOnlyList<double> p)
    {
        double[] adjusted = new double[p.Count];
        double least = 0;
        int rank = 0;
        foreach (int i in Enumerable.Range(0, p.Count).OrderBy(i => p[i]))
        {
            least = Math.Max(least, Math.Min(1, (p.Count - rank) * p[i]));
            adjusted[i] = least;
            rank++;
        }
        return adjusted;
    }
}
