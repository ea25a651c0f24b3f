using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>Normal with a given mean and standard deviation, whatever the layer's size.</summary>
public sealed class RandomNormal : Initializer
{
    /// <summary>Describes the initializer; the defaults are Keras'.</summary>
    /// <param name="mean">The mean; finite.</param>
    /// <param name="standardDeviation">The standard deviation; finite, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public RandomNormal(double mean = 0, double standardDeviation = 0.05)
    {
        Mean = SettingChecks.Finite(mean, "The mean");
        StandardDeviation = SettingChecks.FiniteAndNotNegative(standardDeviation, "The standard deviation");
    }

    /// <summary>The mean.</summary>
    public double Mean { get; }

    /// <summary>The standard deviation.</summary>
    public double StandardDeviation { get; }

    /// <inheritdoc/>
    protected internal override void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream) =>
        Draws.Normal(values, Mean, StandardDeviation, stream);

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() =>
        new LayerDescription("RandomNormal", $"{LayerDescription.Format(Mean)}, {LayerDescription.Format(StandardDeviation)}")
            .With("mean", Mean).With("standardDeviation", StandardDeviation);
}
