namespace NeuralCore.Training;

/// <summary>
/// The global norm of all gradients: squares are summed in double over fixed chunks, which do not depend on the workers, and the chunks in
/// order.
/// </summary>
internal static class GradientNorm
{
    /// <summary>The number of values in a chunk.</summary>
    internal const int ChunkLength = 4096;

    private const int Chains = 8;

    /// <summary>The sum of squares of a chunk: eight partial sums, combined in order.</summary>
    internal static double Squares(ReadOnlySpan<float> gradients, StepPartition.WeightRange chunk)
    {
        ReadOnlySpan<float> values = gradients.Slice(chunk.Parameter.Offset + chunk.Start, chunk.Length);
        Span<double> sums = stackalloc double[Chains];
        sums.Clear();
        for (int i = 0; i < values.Length; i++)
            sums[i % Chains] += (double)values[i] * values[i];
        double sum = 0;
        foreach (double chain in sums)
            sum += chain;
        return sum;
    }
}
