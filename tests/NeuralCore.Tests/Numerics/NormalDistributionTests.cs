using NeuralCore.Numerics;

namespace NeuralCore.Tests.Numerics;

public class NormalDistributionTests
{
    // Quantiles to 16 digits from published tables; the last two reach into the outer formula (sqrt(-ln p) > 5).
    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.75, 0.6744897501960817)]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.99, 2.326347874040841)]
    [InlineData(0.001, -3.090232306167813)]
    [InlineData(0.022750131948179207, -2)]
    [InlineData(0.8413447460685429, 1)]
    [InlineData(1e-10, -6.361340902404056)]
    [InlineData(9.865876450376981e-10, -6)]
    [InlineData(6.22096057427178e-16, -8)]
    [InlineData(1.1285884059538405e-19, -9)]
    public void Inverts_the_distribution_function(double probability, double expected) =>
        NormalDistribution.InverseCdf(probability).Should().BeApproximately(expected, 1e-14 * Math.Max(1, Math.Abs(expected)));

    [Fact]
    public void Is_odd_about_one_half_and_rises()
    {
        double last = double.NegativeInfinity;
        for (int i = 1; i < 4096; i++)
        {
            double z = NormalDistribution.InverseCdf(i / 4096.0);
            z.Should().BeGreaterThan(last);
            NormalDistribution.InverseCdf(1 - i / 4096.0).Should().Be(-z);
            last = z;
        }
    }

    [Fact]
    public void Ends_are_infinite_and_nonsense_is_NaN()
    {
        NormalDistribution.InverseCdf(0).Should().Be(double.NegativeInfinity);
        NormalDistribution.InverseCdf(1).Should().Be(double.PositiveInfinity);
        NormalDistribution.InverseCdf(-0.1).Should().Be(double.NaN);
        NormalDistribution.InverseCdf(1.1).Should().Be(double.NaN);
        NormalDistribution.InverseCdf(double.NaN).Should().Be(double.NaN);
    }
}
