using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>
/// Normal with a given mean and standard deviation, truncated at two standard deviations from the mean. As in Keras, the deviation is that
/// of the normal distribution before it is truncated; what is left has 0.88 times as much.
/// </summary>
public sealed class TruncatedNormal : Initializer
{
    /// <summary>Describes the initializer; the defaults are Keras'.</summary>
    /// <param name="mean">The mean; finite.</param>
    /// <param name="standardDeviation">The standard deviation before truncation; finite, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public TruncatedNormal(double mean = 0, double standardDeviation = 0.05)
    {
        Mean = SettingChecks.Finite(mean, "The mean");
        StandardDeviation = SettingChecks.FiniteAndNotNegative(standardDeviation, "The standard deviation");
    }

    /// <summary>The mean.</summary>
    public double Mean { get; }

    /// <summary>The standard deviation before truncation.</summary>
    public double StandardDeviation { get; }

    /// <inheritdoc/>
    protected internal override void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream) =>
        Draws.TruncatedNormal(values, Mean, StandardDeviation, stream);

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() =>
        new LayerDescription("TruncatedNormal", $"{LayerDescription.Format(Mean)}, {LayerDescription.Format(StandardDeviation)}")
            .With("mean", Mean).With("standardDeviation", StandardDeviation);
}
