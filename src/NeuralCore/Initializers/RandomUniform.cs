using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>Uniform in <c>[minimum, maximum]</c>, whatever the layer's size.</summary>
public sealed class RandomUniform : Initializer
{
    /// <summary>Describes the initializer; the defaults are Keras'.</summary>
    /// <param name="minimum">The smallest value; finite.</param>
    /// <param name="maximum">The largest value; finite, at least the smallest.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is not finite, or the maximum is below the minimum.</exception>
    public RandomUniform(double minimum = -0.05, double maximum = 0.05)
    {
        Minimum = SettingChecks.Finite(minimum, "The minimum");
        Maximum = SettingChecks.Finite(maximum, "The maximum");
        if (maximum < minimum)
            throw new ArgumentOutOfRangeException(nameof(maximum), maximum, $"The maximum must be at least the minimum, {minimum}.");
    }

    /// <summary>The smallest value.</summary>
    public double Minimum { get; }

    /// <summary>The largest value.</summary>
    public double Maximum { get; }

    /// <inheritdoc/>
    protected internal override void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(Minimum + (Maximum - Minimum) * stream.UniformAt((ulong)i));
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() =>
        new LayerDescription("RandomUniform", $"{LayerDescription.Format(Minimum)}, {LayerDescription.Format(Maximum)}")
            .With("minimum", Minimum).With("maximum", Maximum);
}
