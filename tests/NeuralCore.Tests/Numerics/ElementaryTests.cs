using NeuralCore.Numerics;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Numerics;

public unsafe class ElementaryTests
{
    [Fact]
    public void Exp_is_within_one_ulp_everywhere_and_underflows_through_the_subnormals()
    {
        double worst = 0;
        float worstAt = 0;
        // Every 997th float from -104 to 88.7: about a million of each sign, subnormals and subnormal results included.
        for (uint bits = 0; bits < BitConverter.SingleToUInt32Bits(104f); bits += 997)
        {
            float magnitude = BitConverter.UInt32BitsToSingle(bits);
            Check(-magnitude);
            if (magnitude < 88.7f)
                Check(magnitude);
        }
        worst.Should().BeLessThan(1.0, "the worst is at {0:R}", worstAt);

        void Check(float x)
        {
            double exact = Math.Exp(x);
            double ulp = Math.Max(Math.Pow(2, Math.Floor(Math.Log2(exact)) - 23), float.Epsilon);
            double error = Math.Abs(Elementary.Exp(x) - exact) / ulp;
            if (error > worst)
                (worst, worstAt) = (error, x);
        }
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(88.72284f, float.PositiveInfinity)]
    [InlineData(1000f, float.PositiveInfinity)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(-103.97209f, 0f)]
    [InlineData(-1e30f, 0f)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(-103.9f, float.Epsilon)]
    public void Exp_at_its_ends(float x, float expected) => Kernels.Bits(Elementary.Exp(x)).Should().Be(Kernels.Bits(expected));

    [Fact]
    public void Exp_and_log_of_negative_zero()
    {
        Elementary.Exp(-0f).Should().Be(1f);
        Elementary.Log(-0.0).Should().Be(double.NegativeInfinity);
    }

    [Fact]
    public void Exp_reaches_its_largest_finite_value() => float.IsFinite(Elementary.Exp(88.72283f)).Should().BeTrue();

    [SkippableTheory]
    [VectorPaths]
    public void Exp_of_lanes_has_the_same_bits_on_every_path(VectorPath path)
    {
        Kernels.Require(path);
        var x = new float[400_000];
        var random = new Random(5);
        for (int i = 0; i < x.Length; i++)
            x[i] = i % 4 == 0 ? BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue))
                : (float)(random.NextDouble() * 220 - 115);
        var expected = new float[x.Length];
        for (int i = 0; i < x.Length; i++)
            expected[i] = Elementary.Exp(x[i]);

        var y = new float[x.Length];
        switch (path)
        {
            case VectorPath.Vector512: Run<Lanes512>(x, y); break;
            case VectorPath.Vector256: Run<Lanes256>(x, y); break;
            case VectorPath.Vector128: Run<Lanes128>(x, y); break;
            default: Run<LanesScalar>(x, y); break;
        }
        Kernels.Bits(y).AsSpan().SequenceEqual(Kernels.Bits(expected)).Should().BeTrue("{0}", path);

        static void Run<T>(float[] x, float[] y)
            where T : struct, ILanes<T>
        {
            fixed (float* source = x, target = y)
            {
                for (int i = 0; i < x.Length; i += LaneMath.Width)
                    T.Store(LaneMath.Exp(T.Load(source + i)), target + i);
            }
        }
    }

    [Fact]
    public void Log_is_within_one_ulp()
    {
        var random = new Random(6);
        for (int i = 0; i < 1_000_000; i++)
        {
            // Every exponent, and a dense look around 1 where cancellation would show.
            double x = (i & 1) == 0
                ? BitConverter.Int64BitsToDouble(random.NextInt64(0x7FF0000000000000))
                : 0.5 + 1.5 * random.NextDouble();
            double expected = Math.Log(x);
            double ulp = Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected);
            double error = Math.Abs(Elementary.Log(x) - expected);
            if (!(error <= ulp))
                error.Should().BeLessThanOrEqualTo(ulp, "x is {0:R}", x);
        }
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, double.NegativeInfinity)]
    [InlineData(-1, double.NaN)]
    [InlineData(double.NegativeInfinity, double.NaN)]
    [InlineData(double.NaN, double.NaN)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(2, 0.6931471805599453)]
    [InlineData(double.Epsilon, -744.4400719213812)]
    [InlineData(double.MaxValue, 709.782712893384)]
    public void Log_at_special_values(double x, double expected) => Elementary.Log(x).Should().Be(expected);
}
