using System.Runtime.CompilerServices;

namespace NeuralCore.Losses;

/// <summary>Checks targets that are rows of class probabilities.</summary>
internal static class ProbabilityRows
{
    /// <exception cref="ArgumentException">A value is not from 0 to 1, or a row does not sum to 1.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Check(Loss<float> loss, ReadOnlySpan<float> targets, int classes, int firstRow)
    {
        for (int row = 0; row < targets.Length / classes; row++)
        {
            double sum = 0;
            foreach (float target in targets.Slice(row * classes, classes))
            {
                if (!(target >= 0 && target <= 1))
                    throw new ArgumentException(
                        $"{loss.Name}: row {firstRow + row} of the targets contains {target}; "
                        + "a target is a row of probabilities from 0 to 1, usually one-hot.");
                sum += target;
            }
            if (!(Math.Abs(sum - 1) <= 1e-3))
                throw new ArgumentException(
                    $"{loss.Name}: row {firstRow + row} of the targets sums to {sum}, not to 1; "
                    + "a target is a row of probabilities, usually one-hot.");
        }
    }
}
