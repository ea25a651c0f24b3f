using System.Numerics.Tensors;

namespace NeuralCore.Losses;

/// <summary>Checks targets that may be any finite numbers.</summary>
internal static class FiniteTargets
{
    /// <exception cref="ArgumentException">A target is infinite or NaN.</exception>
    internal static void Check(Loss<float> loss, ReadOnlySpan<float> targets, int width, int firstRow)
    {
        if (targets.IsEmpty || TensorPrimitives.IsFiniteAll(targets))
            return;
        int position = 0;
        while (float.IsFinite(targets[position]))
            position++;
        throw new ArgumentException(
            $"{loss.Name}: row {firstRow + position / width} of the targets contains {targets[position]}; a target is a finite number. "
            + "Are values missing in the data?");
    }
}
