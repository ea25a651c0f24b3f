using System.Runtime.CompilerServices;

namespace NeuralCore.Models;

/// <summary>Sums whose order never changes, and whether they can be taken.</summary>
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

    /// <summary>Whether no value is infinite or not a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool AreFinite(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
                return false;
        }
        return true;
    }
}
