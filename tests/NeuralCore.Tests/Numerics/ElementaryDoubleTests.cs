using System.Text.Json;
using NeuralCore.Numerics;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Numerics;

/// <summary>The functions of one double against mpmath.</summary>
public class ElementaryDoubleTests
{
    [Theory]
    [InlineData("Exp")]
    [InlineData("Log")]
    [InlineData("Pow")]
    [InlineData("Cos")]
    public void Errors_are_within_one_ulp_of_mpmath(string name)
    {
        JsonElement table = PeerFixture.Load("elementary").GetProperty("doubles").GetProperty(name);
        double[] x = table.Doubles("x"), value = table.Doubles("value"), rest = table.Doubles("rest");
        double[] y = name == "Pow" ? table.Doubles("y") : x;
        x.Length.Should().BeGreaterThan(200);

        for (int i = 0; i < x.Length; i++)
        {
            double actual = name switch
            {
                "Exp" => Elementary.Exp(x[i]),
                "Log" => Elementary.Log(x[i]),
                "Pow" => Elementary.Pow(x[i], y[i]),
                _ => Elementary.Cos(x[i]),
            };
            // The difference of neighbours is exact; the rest is what the nearest double leaves of the true value.
            double ulp = Math.BitIncrement(Math.Abs(value[i])) - Math.Abs(value[i]);
            double error = Math.Abs(actual - value[i] - rest[i]) / ulp;
            if (!(error <= 1))
                error.Should().BeLessThanOrEqualTo(1, "{0} of {1:R}, {2:R} is {3:R}", name, x[i], y[i], actual);
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-0.0, 1)]
    [InlineData(double.NegativeInfinity, 0)]
    [InlineData(-746, 0)]
    [InlineData(-745.13, double.Epsilon)]
    [InlineData(709.79, double.PositiveInfinity)]
    [InlineData(1e300, double.PositiveInfinity)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(double.NaN, double.NaN)]
    public void Exp_at_special_values(double x, double expected) => Elementary.Exp(x).Should().Be(expected);

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(double.NaN, 0, 1)]
    [InlineData(1, double.NaN, 1)]
    [InlineData(1, double.PositiveInfinity, 1)]
    [InlineData(2, double.NaN, double.NaN)]
    [InlineData(double.NaN, 2, double.NaN)]
    [InlineData(-2, 2, double.NaN)]
    [InlineData(0, 2, 0)]
    [InlineData(0, -2, double.PositiveInfinity)]
    [InlineData(double.PositiveInfinity, 2, double.PositiveInfinity)]
    [InlineData(double.PositiveInfinity, -2, 0)]
    [InlineData(0.5, double.PositiveInfinity, 0)]
    [InlineData(0.5, double.NegativeInfinity, double.PositiveInfinity)]
    [InlineData(2, double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(2, double.NegativeInfinity, 0)]
    [InlineData(2, 10, 1024)]
    [InlineData(2, -1074, double.Epsilon)]
    [InlineData(2, 1024, double.PositiveInfinity)]
    [InlineData(2, -1e300, 0)]
    [InlineData(2, 1e300, double.PositiveInfinity)]
    [InlineData(1e300, double.MaxValue, double.PositiveInfinity)]
    [InlineData(1e-300, double.MaxValue, 0)]
    [InlineData(9, 0.5, 3)]
    [InlineData(10, 2, 100)]
    public void Pow_at_special_values(double x, double y, double expected) => Elementary.Pow(x, y).Should().Be(expected);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(Math.PI, -1)]
    [InlineData(2 * Math.PI, 1)]
    [InlineData(Math.PI / 2, 6.123233995736766e-17)]
    [InlineData(1e3, double.NaN)]
    [InlineData(double.NaN, double.NaN)]
    [InlineData(double.NegativeInfinity, double.NaN)]
    public void Cos_at_special_values(double x, double expected) => Elementary.Cos(x).Should().Be(expected);
}
