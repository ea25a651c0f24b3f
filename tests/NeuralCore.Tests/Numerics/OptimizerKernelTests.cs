using NeuralCore.Numerics;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Numerics;

/// <summary>A thousand steps of each optimizer kernel against its published formula in double.</summary>
public unsafe class OptimizerKernelTests
{
    private const int N = 77;
    private const int Steps = 1000;

    [Fact]
    public void Adam_follows_the_formula_for_a_thousand_steps()
    {
        const double rate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7;
        float[] w = Kernels.Normals(N, 1), m = new float[N], v = new float[N];
        double[] expected = [.. w.Select(x => (double)x)], mean = new double[N], square = new double[N];
        double power1 = 1, power2 = 1;

        for (int step = 1; step <= Steps; step++)
        {
            float[] g = Gradient(step);
            power1 *= beta1;
            power2 *= beta2;
            double alpha = rate * Math.Sqrt(1 - power2) / (1 - power1);
            for (int i = 0; i < N; i++)
            {
                mean[i] += (g[i] - mean[i]) * (1 - beta1);
                square[i] += ((double)g[i] * g[i] - square[i]) * (1 - beta2);
                expected[i] -= mean[i] * alpha / (Math.Sqrt(square[i]) + epsilon);
            }
            fixed (float* pw = w, pg = g, pm = m, pv = v)
                AdamKernel.Update(pw, pg, pm, pv, N, (float)alpha, (float)(1 - beta1), (float)(1 - beta2), (float)epsilon).Should()
                    .BeTrue();
        }

        RelativeError(w, expected).Should().BeLessThanOrEqualTo(1e-5);
        RelativeError(m, mean).Should().BeLessThanOrEqualTo(1e-5);
        RelativeError(v, square).Should().BeLessThanOrEqualTo(1e-5);
    }

    [Fact]
    public void Sgd_follows_the_formula_for_a_thousand_steps()
    {
        const double rate = 0.01;
        float[] w = Kernels.Normals(N, 2);
        double[] expected = [.. w.Select(x => (double)x)];

        for (int step = 1; step <= Steps; step++)
        {
            float[] g = Gradient(step);
            for (int i = 0; i < N; i++)
                expected[i] -= rate * g[i];
            fixed (float* pw = w, pg = g)
                SgdKernel.Update(pw, pg, N, (float)rate).Should().BeTrue();
        }

        RelativeError(w, expected).Should().BeLessThanOrEqualTo(1e-5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Momentum_follows_the_formula_for_a_thousand_steps(bool nesterov)
    {
        const double rate = 0.01, momentum = 0.9;
        float[] w = Kernels.Normals(N, 3), velocity = new float[N];
        double[] expected = [.. w.Select(x => (double)x)], speed = new double[N];

        for (int step = 1; step <= Steps; step++)
        {
            float[] g = Gradient(step);
            for (int i = 0; i < N; i++)
            {
                speed[i] = momentum * speed[i] - rate * g[i];
                expected[i] += nesterov ? momentum * speed[i] - rate * g[i] : speed[i];
            }
            fixed (float* pw = w, pg = g, pv = velocity)
                SgdKernel.Momentum(pw, pg, pv, N, (float)rate, (float)momentum, nesterov).Should().BeTrue();
        }

        RelativeError(w, expected).Should().BeLessThanOrEqualTo(1e-5);
        RelativeError(velocity, speed).Should().BeLessThanOrEqualTo(1e-5);
    }

    [Fact]
    public void Padding_of_zeros_stays_exactly_zero()
    {
        float[] w = new float[20], g = new float[20], m = new float[20], v = new float[20];
        fixed (float* pw = w, pg = g, pm = m, pv = v)
        {
            AdamKernel.Update(pw, pg, pm, pv, 20, 0.001f, 0.1f, 0.001f, 1e-7f).Should().BeTrue();
            SgdKernel.Momentum(pw, pg, pv, 20, 0.01f, 0.9f, nesterov: true).Should().BeTrue();
        }
        w.Concat(m).Should().OnlyContain(value => value == 0);
    }

    [Fact]
    public void An_epsilon_of_zero_finds_no_fault_in_the_padding()
    {
        for (int n = 1; n <= 33; n++)
        {
            float[] w = Kernels.Normals(n, n), g = Kernels.Normals(n, n + 1), m = new float[n], v = new float[n];
            fixed (float* pw = w, pg = g, pm = m, pv = v)
                AdamKernel.Update(pw, pg, pm, pv, n, 0.001f, 0.1f, 0.001f, 0f).Should().BeTrue();
        }
    }

    [SkippableTheory]
    [VectorPaths]
    public void A_weight_that_is_not_finite_is_reported_wherever_it_is(VectorPath path)
    {
        Kernels.Require(path);
        foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            for (int i = 0; i < 37; i++)
            {
                float[] w = new float[37], g = new float[37], m = new float[37], v = new float[37];
                g[i] = bad;
                fixed (float* pw = w, pg = g, pm = m, pv = v)
                {
                    AdamKernel.Update(path, pw, pg, pm, pv, 37, 0.001f, 0.1f, 0.001f, 1e-7f).Should().BeFalse();
                    Array.Clear(w);
                    SgdKernel.Update(path, pw, pg, 37, 0.01f).Should().BeFalse();
                    Array.Clear(w);
                    SgdKernel.Momentum(path, pw, pg, pm, 37, 0.01f, 0.9f, nesterov: false).Should().BeFalse();
                }
            }
        }
    }

    [SkippableTheory]
    [VectorPaths]
    public void Every_update_rule_reports_a_value_that_is_not_finite_wherever_it_is(VectorPath path)
    {
        Kernels.Require(path);
        foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            for (int i = -1; i < 37; i++)
            {
                bool isFinite = i < 0;
                Reports(path, new AdamWRule<Off>(0.99f, 0.01f, 0.1f, 0.001f, 1e-7f), i, bad).Should().Be(isFinite);
                Reports(path, new AdamWRule<On>(0.99f, 0.01f, 0.1f, 0.001f, 1e-7f), i, bad).Should().Be(isFinite);
                Reports(path, new RmsPropRule<Off, Off>(0.01f, 0.1f, 0, 1e-7f), i, bad).Should().Be(isFinite);
                Reports(path, new RmsPropRule<On, Off>(0.01f, 0.1f, 0.9f, 1e-7f), i, bad).Should().Be(isFinite);
                Reports(path, new RmsPropRule<Off, On>(0.01f, 0.1f, 0, 1e-7f), i, bad).Should().Be(isFinite);
                Reports(path, new RmsPropRule<On, On>(0.01f, 0.1f, 0.9f, 1e-7f), i, bad).Should().Be(isFinite);
                Reports(path, new NadamRule(0.01f, 0.02f, 0.1f, 0.001f, 1e-7f), i, bad).Should().Be(isFinite);
                Reports(path, new LionRule(0.01f, 0.1f, 0.01f), i, bad).Should().Be(isFinite);
            }
            // A square that overflows leaves its weight finite.
            Reports(path, new AdamWRule<Off>(0.99f, 0.01f, 0.1f, 0.001f, 1e-7f), 36, 1e30f).Should().BeFalse();
            Reports(path, new AdamWRule<On>(0.99f, 0.01f, 0.1f, 0.001f, 1e-7f), 3, 1e30f).Should().BeFalse();
            Reports(path, new RmsPropRule<Off, Off>(0.01f, 0.1f, 0, 1e-7f), 36, 1e30f).Should().BeFalse();
            Reports(path, new NadamRule(0.01f, 0.02f, 0.1f, 0.001f, 1e-7f), 3, 1e30f).Should().BeFalse();
        }

        static bool Reports<TRule>(VectorPath path, TRule rule, int place, float bad)
            where TRule : struct, IUpdateRule
        {
            float[] w = new float[37], g = new float[37], a = new float[37], b = new float[37], c = new float[37];
            if (place >= 0)
                g[place] = bad;
            fixed (float* pw = w, pg = g, pa = a, pb = b, pc = c)
                return UpdateKernel.Run(path, rule, new UpdateArrays(pw, pg, pa, pb, pc), 37);
        }
    }

    [SkippableTheory]
    [VectorPaths]
    public void A_variance_that_rounding_makes_negative_counts_as_zero(VectorPath path)
    {
        Kernels.Require(path);
        const int n = 3;
        // v is the largest float below 1, a is 1: v - a^2 is below -epsilon.
        float[] w = new float[n], g = [1, 1, 1], v = [1 - 6e-8f, 1, 1], u = new float[n], a = [1, 1, 1];
        fixed (float* pw = w, pg = g, pv = v, pu = u, pa = a)
        {
            RmsPropRule<Off, On> rule = new(0.01f, 0, 0, 1e-8f);
            UpdateKernel.Run(path, rule, new UpdateArrays(pw, pg, pv, pu, pa), n).Should().BeTrue();
        }
        w.Should().OnlyContain(value => Math.Abs(value + 100) < 0.01f, "the step is 0.01 / sqrt(1e-8)");
    }

    [SkippableTheory]
    [VectorPaths]
    public void A_square_that_overflows_is_reported_although_its_weight_stays_finite(VectorPath path)
    {
        Kernels.Require(path);
        // In whole vectors and in the rest behind them.
        for (int i = 0; i < 37; i++)
        {
            float[] w = Enumerable.Repeat(1f, 37).ToArray(), g = new float[37], m = new float[37], v = new float[37];
            g[i] = 1e30f;
            fixed (float* pw = w, pg = g, pm = m, pv = v)
                AdamKernel.Update(path, pw, pg, pm, pv, 37, 0.001f, 0.1f, 0.001f, 1e-7f).Should().BeFalse("{0}, {1}", path, i);
            w.Should().OnlyContain(x => x == 1f);
        }
    }

    // Noise about a drift, so that the moments do not vanish.
    private static float[] Gradient(int step)
    {
        float[] g = Kernels.Normals(N, 1000 + step);
        for (int i = 0; i < N; i++)
            g[i] += (i % 7) - 3;
        return g;
    }

    private static double RelativeError(float[] actual, double[] expected) =>
        Math.Sqrt(actual.Zip(expected, (a, e) => (a - e) * (a - e)).Sum() / expected.Sum(e => e * e));
}
