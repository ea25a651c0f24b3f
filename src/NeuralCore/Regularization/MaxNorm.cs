using NeuralCore.Layers;
using NeuralCore.Numerics;

namespace NeuralCore.Regularization;

/// <summary>
/// Bounds the norm of each column of a kernel, the weights into one unit: where <c>‖w‖ &gt; maximum</c>, <c>w ← w · maximum / ‖w‖</c>.
/// </summary>
/// <remarks>
/// Source: Srivastava et al. 2014, section 5.1, who use it with dropout and bounds of 3 to 4. Keras also divides by 1 + 1e-7/‖w‖, columns
/// within the bound included; here those keep their bits.
/// </remarks>
public sealed class MaxNorm : Constraint
{
    /// <summary>Describes the constraint.</summary>
    /// <param name="maximum">The largest norm; finite, above 0. Keras' default.</param>
    /// <exception cref="ArgumentOutOfRangeException">The norm is not finite and above 0.</exception>
    public MaxNorm(double maximum = 2)
    {
        Maximum = SettingChecks.FiniteAndPositive(maximum, "The largest norm");
    }

    /// <summary>The largest norm.</summary>
    public double Maximum { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() =>
        new LayerDescription("MaxNorm", LayerDescription.Format(Maximum)).With("maximum", Maximum);

    internal override unsafe void Apply(Span<float> values, int rows, int stride, int columns)
    {
        fixed (float* w = values)
            MaxNormKernel.Apply(w, rows, stride, columns, (float)Maximum);
    }
}
