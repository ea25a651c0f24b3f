using System.Runtime.CompilerServices;
using NeuralCore.Layers;

namespace NeuralCore.Diagnostics;

/// <summary>NC008: units of a ReLU that are active for no row. Their gradient is zero, so training cannot bring them back.</summary>
internal static class DeadUnits
{
    internal const string Code = "NC008";

    // Some units of every ReLU network are dead, which costs capacity only; half of them point to a fault.
    private const double LargestShare = 0.5;

    // A small layer may lose half of its units by chance.
    private const int FewestUnits = 8;

    // A unit that is active for one row in a hundred is often inactive in fewer.
    private const int FewestRows = 64;

    internal static void Run(Layer layer, ReadOnlySpan<float> output, int rows, List<Finding> findings)
    {
        int units = layer.OutputShape.Size;
        if (!layer.Bound.IsReLU || units < FewestUnits || rows < FewestRows)
            return;
        // Behind a layer that is dead as a whole, every row is the same.
        if (findings.Exists(finding => finding is { Code: Code, Severity: Severity.Error }))
            return;
        int dead = Count(output, units);
        if (dead < LargestShare * units)
            return;
        findings.Add(new Finding(
            Code,
            dead == units ? Severity.Error : Severity.Warning,
            $"{layer.Name}: {dead} of {units} units are active for none of {rows} rows.",
            "Lower the learning rate and train anew; scale the features; HeNormal weights help, and LeakyReLU has no dead units."));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Count(ReadOnlySpan<float> output, int units)
    {
        bool[] active = new bool[units];
        for (int first = 0; first < output.Length; first += units)
        {
            for (int j = 0; j < units; j++)
                active[j] |= output[first + j] != 0;
        }
        return active.Count(isActive => !isActive);
    }
}
