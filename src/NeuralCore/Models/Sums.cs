using System.Runtime.CompilerServices;

namespace NeuralCore.Models;

/// <summary>Sums in a fixed order, and a check for finite values.</summary>
internal static class Sums
{
    /// <summary>Adds values in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double InOrder(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
            sum += value;
        return sum;
    }

    /// <summary>Whether no value is infinite or NaN.</summary>
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
