using System.Text.Json;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Initializers;

public class InitializerTests
{
    private const int FanIn = 400;
    private const int FanOut = 300;

    public static TheoryData<string> Names => new(Cases.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Deviation_and_bounds_are_the_formula_s(string name)
    {
        (Initializer initializer, double deviation, double? bound) = Cases[name];
        double[] values = Kernel(initializer);
        double mean = values.Average();

        // Four standard errors: the fourth moment of these distributions is at most 3 times the squared variance.
        mean.Should().BeApproximately(Center(initializer), 4 * deviation / Math.Sqrt(values.Length));
        double variance = values.Average(value => (value - mean) * (value - mean));
        variance.Should().BeApproximately(deviation * deviation, 4 * Math.Sqrt(2.0 / values.Length) * deviation * deviation);
        double largest = values.Max(value => Math.Abs(value - Center(initializer)));
        largest.Should().BeLessThanOrEqualTo((bound ?? 7 * deviation) * (1 + 1e-6));
        largest.Should().BeGreaterThan((bound ?? 4 * deviation) * 0.999);
        values.Distinct().Count().Should().BeGreaterThan(values.Length / 2);
    }

    [Fact]
    public void They_start_as_PyTorch_and_scikit_learn_do()
    {
        Dictionary<string, Initializer> initializers = new()
        {
            ["GlorotUniform"] = new GlorotUniform(), ["GlorotNormal"] = new GlorotNormal(), ["HeUniform"] = new HeUniform(),
            ["HeNormal"] = new HeNormal(), ["LeCunUniform"] = new LeCunUniform(), ["LeCunNormal"] = new LeCunNormal(),
            ["TruncatedNormal"] = new TruncatedNormal(), ["Orthogonal"] = new Orthogonal(), ["PyTorch"] = PyTorch,
            ["scikit-learn relu"] = new GlorotUniform(), ["scikit-learn logistic"] = Logistic,
        };
        foreach (JsonElement peer in PeerFixture.Load("layers").GetProperty("initializers").EnumerateArray())
        {
            string name = peer.GetProperty("name").GetString()!;
            bool isBias = name.EndsWith(" bias", StringComparison.Ordinal);
            Initializer initializer = initializers[name.Replace(" kernel", "").Replace(" bias", "")];
            double[] values = isBias ? Bias(initializer) : Kernel(initializer);
            double deviation = Math.Sqrt(values.Average(value => value * value));

            // A bias has 300 values, a kernel 120,000.
            double tolerance = isBias ? 0.1 : 0.01;
            deviation.Should().BeApproximately(peer.GetProperty("deviation").GetDouble(), tolerance * deviation, name);
            // PyTorch's normal initializers have no bound.
            if (!name.EndsWith("Normal", StringComparison.Ordinal) || name == "TruncatedNormal")
            {
                double largest = values.Max(Math.Abs);
                largest.Should().BeApproximately(
                    peer.GetProperty("largest").GetDouble(), (name == "Orthogonal" ? 0.15 : tolerance) * largest, name);
            }
        }
    }

    [Fact]
    public void A_bias_has_the_fans_of_its_kernel()
    {
        float[] bias = new Sequential([2], [new Dense(4000, biasInitializer: new GlorotUniform())], seed: 3).Parameters[1].Values.ToArray();
        double limit = Math.Sqrt(6.0 / 4002);
        bias.Max().Should().BeInRange((float)(0.99 * limit), (float)limit);
        bias.Min().Should().BeInRange((float)-limit, (float)(-0.99 * limit));
        bias = new Sequential([2], [new Dense(4000, biasInitializer: PyTorch)], seed: 3).Parameters[1].Values.ToArray();
        bias.Max().Should().BeInRange(0.7f, (float)Math.Sqrt(0.5));
        // A layer that states nothing has the fans of the parameter's own shape.
        Fans.Of([7]).Should().Be(new Fans(7, 7));
        Fans.Of([3, 3, 8, 16]).Should().Be(new Fans(72, 144));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 5)]
    [InlineData(64, 64)]
    [InlineData(300, 40)]
    [InlineData(17, 130)]
    [InlineData(1, 9)]
    public void Orthogonal_columns_or_rows_are_orthonormal_times_the_gain(int rows, int columns)
    {
        const double gain = 1.5;
        float[] w = Dense(new Orthogonal(gain), rows, columns, bias: false);
        int count = Math.Min(rows, columns);
        for (int a = 0; a < count; a++)
        {
            for (int b = 0; b <= a; b++)
            {
                double product = Enumerable.Range(0, Math.Max(rows, columns)).Sum(i =>
                    rows >= columns ? (double)w[i * columns + a] * w[i * columns + b] : (double)w[a * columns + i] * w[b * columns + i]);
                product.Should().BeApproximately(a == b ? gain * gain : 0, 1e-6);
            }
        }
    }

    [Fact]
    public void Orthogonal_is_uniformly_distributed_and_needs_a_matrix()
    {
        // Without the sign rule of the factorization, a matrix of one column would always point to one side.
        double[] firsts = Enumerable.Range(0, 200).Select(seed =>
            (double)new Sequential([3], [new Dense(1, kernelInitializer: new Orthogonal())], seed).Parameters[0].Values[0]).ToArray();
        firsts.Average().Should().BeApproximately(0, 4 / Math.Sqrt(3 * 200.0));
        firsts.Count(value => value > 0).Should().BeInRange(70, 130);
        FluentActions.Invoking(() => new Sequential([3], [new Dense(2, biasInitializer: new Orthogonal())])).Should()
            .Throw<ArgumentException>().WithMessage("Orthogonal initializes a matrix, got a parameter of shape [2].*");
    }

    [Fact]
    public void Wrong_settings_are_refused()
    {
        FluentActions.Invoking(() => new RandomNormal(double.NaN)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new RandomNormal(0, -1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new TruncatedNormal(0, double.PositiveInfinity)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new RandomUniform(1, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new RandomUniform(double.NaN, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Orthogonal(double.NaN)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new VarianceScaling(0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new VarianceScaling(1, (FanMode)9)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new VarianceScaling(1, FanMode.FanIn, (ScaledDistribution)9)).Should()
            .Throw<ArgumentOutOfRangeException>();
    }

    private static VarianceScaling PyTorch => new(1.0 / 3, FanMode.FanIn, ScaledDistribution.Uniform);

    private static VarianceScaling Logistic => new(1.0 / 3, FanMode.FanAverage, ScaledDistribution.Uniform);

    // The deviation, and the largest distance from the mean where there is one. A normal distribution with deviation 1, truncated at two,
    // has 0.87962566 left.
    private static Dictionary<string, (Initializer, double Deviation, double? Bound)> Cases { get; } = new()
    {
        ["GlorotUniform"] = (new GlorotUniform(), Math.Sqrt(2.0 / 700), Math.Sqrt(6.0 / 700)),
        ["GlorotNormal"] = (new GlorotNormal(), Math.Sqrt(2.0 / 700), 2 / 0.87962566 * Math.Sqrt(2.0 / 700)),
        ["HeUniform"] = (new HeUniform(), Math.Sqrt(2.0 / 400), Math.Sqrt(6.0 / 400)),
        ["HeNormal"] = (new HeNormal(), Math.Sqrt(2.0 / 400), 2 / 0.87962566 * Math.Sqrt(2.0 / 400)),
        ["LeCunUniform"] = (new LeCunUniform(), Math.Sqrt(1.0 / 400), Math.Sqrt(3.0 / 400)),
        ["LeCunNormal"] = (new LeCunNormal(), Math.Sqrt(1.0 / 400), 2 / 0.87962566 * Math.Sqrt(1.0 / 400)),
        ["VarianceScaling"] = (new VarianceScaling(), Math.Sqrt(1.0 / 400), 2 / 0.87962566 * Math.Sqrt(1.0 / 400)),
        ["VarianceScaling, fan-out"] = (
            new VarianceScaling(2, FanMode.FanOut, ScaledDistribution.Uniform), Math.Sqrt(2.0 / 300), Math.Sqrt(6.0 / 300)),
        ["VarianceScaling, normal"] = (
            new VarianceScaling(2, FanMode.FanAverage, ScaledDistribution.Normal), Math.Sqrt(2.0 / 350), null),
        ["PyTorch's Linear"] = (PyTorch, Math.Sqrt(1.0 / 1200), Math.Sqrt(1.0 / 400)),
        ["scikit-learn's logistic"] = (Logistic, Math.Sqrt(2.0 / 2100), Math.Sqrt(2.0 / 700)),
        ["RandomNormal"] = (new RandomNormal(3, 0.5), 0.5, null),
        ["TruncatedNormal"] = (new TruncatedNormal(3, 0.5), 0.5 * 0.87962566, 1),
        ["RandomUniform"] = (new RandomUniform(2.5, 3.5), Math.Sqrt(1.0 / 12), 0.5),
    };

    private static double Center(Initializer initializer) => initializer is RandomNormal or TruncatedNormal or RandomUniform ? 3 : 0;

    private static double[] Kernel(Initializer initializer) => TestData.Doubles(Dense(initializer, FanIn, FanOut, bias: false));

    private static double[] Bias(Initializer initializer) => TestData.Doubles(Dense(initializer, FanIn, FanOut, bias: true));

    private static float[] Dense(Initializer initializer, int inputs, int units, bool bias) => new Sequential(
        [inputs], [bias ? new Dense(units, biasInitializer: initializer) : new Dense(units, kernelInitializer: initializer)], seed: 5)
        .Parameters[bias ? 1 : 0].Values.ToArray();
}
