using NeuralCore.Benchmarks.Comparison;

namespace NeuralCore.Tests.Benchmarks;

public class QuartilesTests
{
    // Expected values: numpy.quantile(samples, [0.25, 0.5, 0.75]).
    [Theory]
    [InlineData(new double[] { 7 }, 7, 7, 7)]
    [InlineData(new double[] { 4, 1 }, 1.75, 2.5, 3.25)]
    [InlineData(new double[] { 3, 1, 2 }, 1.5, 2, 2.5)]
    [InlineData(new double[] { 5, 1, 4, 2, 3 }, 2, 3, 4)]
    [InlineData(new double[] { 10, 0, 0, 0, 100, 0 }, 0, 0, 7.5)]
    public void Are_those_of_numpy(double[] samples, double lower, double median, double upper)
    {
        double[] before = [.. samples];

        Quartiles.Of(samples).Should().Be(new Quartiles(lower, median, upper));
        samples.Should().Equal(before, "the measurements stay in their order");
    }

    [Fact]
    public void Of_nothing_are_an_error() =>
        FluentActions.Invoking(() => Quartiles.Of([])).Should().Throw<ArgumentException>().WithMessage("*no measurements*");

    [Fact]
    public void Of_rates_swap_ends_with_those_of_times() =>
        Quartiles.Of([1, 2, 4]).Inverted(seconds => 12 / seconds).Should().Be(new Quartiles(4, 6, 8));

    [Fact]
    public void Geometric_mean_of_ratios_ignores_their_direction()
    {
        double[] ratios = [2, 0.5, 3, 1.25];

        Quartiles.GeometricMean(ratios).Should().BeApproximately(Math.Pow(3.75, 0.25), 1e-15);
        (Quartiles.GeometricMean(ratios) * Quartiles.GeometricMean([.. ratios.Select(ratio =>
            1 / ratio)])).Should().BeApproximately(1, 1e-15);
    }
}
