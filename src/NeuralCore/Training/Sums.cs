using System.Runtime.CompilerServices;

namespace NeuralCore.Training;

/// <summary>Sums whose order never changes.</summary>
internal static class Sums
{
    /// <summary>Adds values one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double InOrder(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
            sum += value;
        return sum;
    }
}
