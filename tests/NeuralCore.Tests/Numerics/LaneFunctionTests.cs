using NeuralCore.Numerics;
using NeuralCore.Tests.Serialization;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Numerics;

public class LaneFunctionTests
{
    public static TheoryData<string> Names => new(LaneFunctions.Names);

    public static TheoryData<string> FixtureNames => new("Log", "Log1p", "Softplus", "Sigmoid", "Tanh", "Expm1", "NormalCdf");

    /// <summary>Every 1,499th of all bit patterns, a prime; all of them when long tests are wanted.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Errors_are_within_two_ulps_over_the_whole_range(string name)
    {
        const int block = 1 << 16;
        long stride = Long.IsWanted ? 1 : 1499;
        object gate = new();
        (double Ulps, float At) worst = default;
        Parallel.For(0, (int)((1L << 32) / (block * stride) + 1), new ParallelOptions { MaxDegreeOfParallelism = 2 }, number =>
        {
            float[] x = new float[block];
            for (int i = 0; i < block; i++)
                x[i] = BitConverter.UInt32BitsToSingle((uint)((number * (long)block + i) * stride));
            float[] y = LaneFunctions.Compute(InstructionSet.Current, name, x);
            (double Ulps, float At) found = LaneFunctions.WorstError(x, y, at => LaneFunctions.Reference(name, at));
            lock (gate)
                worst = found.Ulps > worst.Ulps ? found : worst;
        });
        worst.Ulps.Should().BeLessThanOrEqualTo(2, "{0} of {1:R}", name, worst.At);
        worst.Ulps.Should().BeGreaterThan(0.4, "an error of half a unit is unavoidable: else nothing was compared");
    }

    [SkippableTheory]
    [VectorPaths(Member = nameof(Names))]
    public void Every_path_gives_the_bits_of_the_scalar_one(VectorPath path, string name)
    {
        Kernels.Require(path);
        float[] x = new float[1 << 17];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = i % 2 == 0 ? BitConverter.UInt32BitsToSingle((uint)i * 32749u)
                : (i - x.Length / 2) * 0.0017f;
        }
        Kernels.WithSpecials(1 << 10, 1).CopyTo(x, 0);

        int[] expected = Kernels.Bits(LaneFunctions.Compute(VectorPath.Scalar, name, x));
        int[] actual = Kernels.Bits(LaneFunctions.Compute(path, name, x));

        int differs = Enumerable.Range(0, x.Length).FirstOrDefault(i => actual[i] != expected[i], -1);
        differs.Should().Be(-1, "{0} on {1} differs at {2:R}", name, path, differs < 0 ? 0 : x[differs]);
    }

    [Theory]
    [MemberData(nameof(FixtureNames))]
    public void Errors_are_within_two_ulps_of_mpmath(string name)
    {
        System.Text.Json.JsonElement table = PeerFixture.Load("elementary").GetProperty("floats").GetProperty(name);
        float[] x = table.Floats("x");
        double[] expected = table.Doubles("value");
        x.Length.Should().BeGreaterThan(300);
        float[] padded = [.. x, .. new float[LaneMath.Width - x.Length % LaneMath.Width]];

        float[] y = LaneFunctions.Compute(InstructionSet.Current, name, padded);

        for (int i = 0; i < x.Length; i++)
        {
            (double ulps, _) = LaneFunctions.WorstError([x[i]], [y[i]], _ => expected[i]);
            if (!(ulps <= 2))
                ulps.Should().BeLessThanOrEqualTo(2, "{0} of {1:R}", name, x[i]);
        }
    }

    [Theory]
    [InlineData("Log", 0f, float.NegativeInfinity)]
    [InlineData("Log", 1f, 0f)]
    [InlineData("Log", -1f, float.NaN)]
    [InlineData("Log", -float.Epsilon, float.NaN)]
    [InlineData("Log", float.NegativeInfinity, float.NaN)]
    [InlineData("Log", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Log", float.NaN, float.NaN)]
    [InlineData("Log", float.Epsilon, -103.27893f)]
    [InlineData("Log1p", -1f, float.NegativeInfinity)]
    [InlineData("Log1p", -1.0000001f, float.NaN)]
    [InlineData("Log1p", 0f, 0f)]
    [InlineData("Log1p", float.Epsilon, float.Epsilon)]
    [InlineData("Log1p", -float.Epsilon, -float.Epsilon)]
    [InlineData("Log1p", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Log1p", float.NegativeInfinity, float.NaN)]
    [InlineData("Log1p", float.NaN, float.NaN)]
    [InlineData("Log1p", float.MaxValue, 88.72284f)]
    [InlineData("Softplus", float.NegativeInfinity, 0f)]
    [InlineData("Softplus", -104f, 0f)]
    [InlineData("Softplus", -103.9f, float.Epsilon)]
    [InlineData("Softplus", 0f, 0.6931472f)]
    [InlineData("Softplus", 100f, 100f)]
    [InlineData("Softplus", float.MaxValue, float.MaxValue)]
    [InlineData("Softplus", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Softplus", float.NaN, float.NaN)]
    [InlineData("Sigmoid", float.NegativeInfinity, 0f)]
    [InlineData("Sigmoid", -104f, 0f)]
    [InlineData("Sigmoid", -103.9f, float.Epsilon)]
    [InlineData("Sigmoid", 0f, 0.5f)]
    [InlineData("Sigmoid", 17.5f, 1f)]
    [InlineData("Sigmoid", float.MaxValue, 1f)]
    [InlineData("Sigmoid", float.PositiveInfinity, 1f)]
    [InlineData("Sigmoid", float.NaN, float.NaN)]
    [InlineData("Tanh", 0f, 0f)]
    [InlineData("Tanh", float.Epsilon, float.Epsilon)]
    [InlineData("Tanh", 9.1f, 1f)]
    [InlineData("Tanh", -9.1f, -1f)]
    [InlineData("Tanh", float.MaxValue, 1f)]
    [InlineData("Tanh", float.PositiveInfinity, 1f)]
    [InlineData("Tanh", float.NegativeInfinity, -1f)]
    [InlineData("Tanh", float.NaN, float.NaN)]
    [InlineData("Expm1", 0f, 0f)]
    [InlineData("Expm1", -float.Epsilon, -float.Epsilon)]
    [InlineData("Expm1", -17.4f, -1f)]
    [InlineData("Expm1", float.NegativeInfinity, -1f)]
    [InlineData("Expm1", 88.72284f, float.PositiveInfinity)]
    [InlineData("Expm1", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Expm1", float.NaN, float.NaN)]
    [InlineData("NormalCdf", 0f, 0.5f)]
    [InlineData("NormalCdf", float.NegativeInfinity, 0f)]
    [InlineData("NormalCdf", float.MinValue, 0f)]
    [InlineData("NormalCdf", float.PositiveInfinity, 1f)]
    [InlineData("NormalCdf", 6f, 1f)]
    [InlineData("NormalCdf", float.NaN, float.NaN)]
    [InlineData("NormalDensity", float.NegativeInfinity, 0f)]
    [InlineData("NormalDensity", 0f, 0.3989423f)]
    [InlineData("NormalDensity", float.NaN, float.NaN)]
    public void Special_values_are_those_of_C99(string name, float x, float expected)
    {
        float[] y = LaneFunctions.Compute(InstructionSet.Current, name, Enumerable.Repeat(x, LaneMath.Width).ToArray());
        y.Select(value => Kernels.Bits(value)).Should().OnlyContain(bits => bits == Kernels.Bits(expected));
    }

    [Theory]
    [InlineData("Log", float.NegativeInfinity)]
    [InlineData("Log1p", -0f)]
    [InlineData("Softplus", 0.6931472f)]
    [InlineData("Sigmoid", 0.5f)]
    [InlineData("Tanh", -0f)]
    [InlineData("Expm1", -0f)]
    public void Negative_zero_is_what_C99_makes_of_it(string name, float expected) => Special_values_are_those_of_C99(name, -0f, expected);

    [Fact]
    public void Expm1_reaches_its_largest_finite_value() =>
        LaneFunctions.Compute(InstructionSet.Current, "Expm1", Enumerable.Repeat(88.72283f, LaneMath.Width).ToArray())
            .Should().OnlyContain(value => float.IsFinite(value));

    [Fact]
    public void An_error_of_three_ulps_would_be_found()
    {
        float three = MathF.BitIncrement(MathF.BitIncrement(MathF.BitIncrement(1)));
        LaneFunctions.WorstError([0f], [three], _ => 1).Ulps.Should().Be(3);
        LaneFunctions.WorstError([0f], [-0f], _ => 0).Ulps.Should().Be(double.PositiveInfinity);
        LaneFunctions.WorstError([0f], [float.NaN], _ => 1).Ulps.Should().Be(double.PositiveInfinity);
        LaneFunctions.WorstError([0f], [1], _ => double.NaN).Ulps.Should().Be(double.PositiveInfinity);
        LaneFunctions.WorstError([0f], [4 * float.Epsilon], _ => float.Epsilon).Ulps.Should().Be(3);
    }
}
