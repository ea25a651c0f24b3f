using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;

namespace NeuralCore.Tests.Contracts;

/// <summary>
/// Settings are written as doubles: <c>new LeakyReLU(0.1)</c>. They are checked as the floats that they become.
/// </summary>
public class DoubleSettingsTests
{
    [Fact]
    public void A_double_becomes_the_nearest_float()
    {
        new LeakyReLU().NegativeSlope.Should().Be(0.3f);
        new LeakyReLU(0.1).NegativeSlope.Should().Be(0.1f);
        new ELU(0.7).Alpha.Should().Be(0.7f);
        new Constant(0.1).Value.Should().Be(0.1f);
        new MinMaxScaler(lower: -0.3, upper: 0.1).Lower.Should().Be(-0.3f);
        new Imputer(ImputeStrategy.Constant, fillValue: 0.1).FillValue.Should().Be(0.1f);
        new SparseCategoricalCrossEntropy(labelSmoothing: 0.1).LabelSmoothing.Should().Be(0.1f);
        new Huber(0.1).ToString().Should().Be("Huber(delta: 0.1)");
        new Precision(threshold: 0.7).Settings.Should().Be("precision(threshold: 0.7)");
        new Quantile(0.1, 0.9).TargetWidth([2]).Should().Be(1);
    }

    [Fact]
    public void A_double_that_no_float_holds_is_refused()
    {
        Refused(() => new LeakyReLU(1e300));
        Refused(() => new ELU(1e300));
        Refused(() => new Constant(1e300));
        Refused(() => new MinMaxScaler(lower: 0, upper: 1e300));
        Refused(() => new MinMaxScaler(lower: 1, upper: 1 + 1e-12));
        Refused(() => new Imputer(ImputeStrategy.Constant, fillValue: 1e300));
        Refused(() => new CategoricalCrossEntropy(labelSmoothing: 1 - 1e-12));
        Refused(() => new Huber(1e-300));
        Refused(() => new Quantile(1 - 1e-12));
    }

    private static void Refused(Func<object> create) => create.Should().Throw<ArgumentException>();
}
