using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>
/// Values with mean 0 and variance <c>scale / n</c>, n being fan-in, fan-out or their mean: the family that Glorot's, He's and LeCun's
/// initializers belong to. Uniform values lie in <c>[-a, a)</c> with <c>a = sqrt(3 scale / n)</c>.
/// </summary>
/// <remarks>
/// <para>With the same initializer for kernel and bias, a Dense layer starts as in other libraries:</para>
/// <para>PyTorch's <c>Linear</c>, ±1/sqrt(fanIn): <c>new VarianceScaling(1.0 / 3, FanMode.FanIn, ScaledDistribution.Uniform)</c>.</para>
/// <para>scikit-learn's MLP, ±sqrt(6 / (fanIn + fanOut)): <c>new GlorotUniform()</c>; with logistic activation, ±sqrt(2 / (fanIn +
/// fanOut)): <c>new VarianceScaling(1.0 / 3, FanMode.FanAverage, ScaledDistribution.Uniform)</c>.</para>
/// </remarks>
public sealed class VarianceScaling : Initializer
{
    /// <summary>Describes the initializer; the defaults are Keras'.</summary>
    /// <param name="scale">The variance times n; finite, above 0.</param>
    /// <param name="mode">What n is.</param>
    /// <param name="distribution">What the values are drawn from.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not finite and above 0, or an enum value is unknown.</exception>
    public VarianceScaling(
        double scale = 1, FanMode mode = FanMode.FanIn, ScaledDistribution distribution = ScaledDistribution.TruncatedNormal)
    {
        Scale = SettingChecks.FiniteAndPositive(scale, "The scale");
        Mode = SettingChecks.Defined(mode, "The mode");
        Distribution = SettingChecks.Defined(distribution, "The distribution");
    }

    /// <summary>The variance times n.</summary>
    public double Scale { get; }

    /// <summary>What n is.</summary>
    public FanMode Mode { get; }

    /// <summary>What the values are drawn from.</summary>
    public ScaledDistribution Distribution { get; }

    /// <inheritdoc/>
    protected internal override void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream)
    {
        double n = Mode switch { FanMode.FanIn => fans.In, FanMode.FanOut => fans.Out, _ => (fans.In + fans.Out) / 2.0 };
        switch (Distribution)
        {
            case ScaledDistribution.Uniform: Draws.Uniform(values, Math.Sqrt(3 * Scale / n), stream); break;
            case ScaledDistribution.Normal: Draws.Normal(values, 0, Math.Sqrt(Scale / n), stream); break;
            default: Draws.ScaledTruncatedNormal(values, Math.Sqrt(Scale / n), stream); break;
        }
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() =>
        new LayerDescription("VarianceScaling", $"{LayerDescription.Format(Scale)}, {Mode}, {Distribution}")
            .With("scale", Scale).With("mode", Mode.ToString()).With("distribution", Distribution.ToString());
}
