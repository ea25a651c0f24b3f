using NeuralCore.Numerics;

namespace NeuralCore.Tests.Numerics;

public unsafe class ReductionsTests
{
    /// <summary>The documented tree over sixteen running values.</summary>
    internal static float Tree(float[] lanes)
    {
        float[] values = [.. lanes];
        for (int half = 8; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
                values[i] = values[i] + values[i + half];
        }
        return values[0];
    }

    [Fact]
    public void Sum_has_the_documented_order()
    {
        for (int n = 0; n <= 130; n++)
        {
            float[] x = Kernels.Normals(n, n);
            var lanes = new float[16];
            for (int i = 0; i < n; i++)
                lanes[i % 16] += x[i];

            fixed (float* p = x)
                Kernels.Bits(Reductions.Sum(p, n)).Should().Be(Kernels.Bits(Tree(lanes)));
        }
    }

    [Fact]
    public void Max_finds_the_largest_and_keeps_NaN()
    {
        foreach (VectorPath path in Kernels.Paths)
        {
            for (int n = 1; n <= 70; n++)
            {
                float[] x = Kernels.Normals(n, n);
                fixed (float* p = x)
                {
                    Reductions.Max(path, p, n).Should().Be(x.Max());
                    x[n / 2] = float.PositiveInfinity;
                    Reductions.Max(path, p, n).Should().Be(float.PositiveInfinity);
                    x[n / 3] = float.NaN;
                    Reductions.Max(path, p, n).Should().Be(float.NaN);
                }
            }
            float nothing;
            Reductions.Max(path, &nothing, 0).Should().Be(float.NegativeInfinity);
            float lowest = float.NegativeInfinity;
            Reductions.Max(path, &lowest, 1).Should().Be(float.NegativeInfinity);
        }
    }

    [Theory]
    [InlineData(new float[0], -1)]
    [InlineData(new[] { 5f }, 0)]
    [InlineData(new[] { 1f, 3f, 2f, 3f }, 1)]
    [InlineData(new[] { 0f, -0f }, 0)]
    [InlineData(new[] { 1f, float.NaN, float.PositiveInfinity, float.NaN }, 1)]
    [InlineData(new[] { float.NaN, 1f }, 0)]
    [InlineData(new[] { float.NegativeInfinity, float.NegativeInfinity }, 0)]
    public void ArgMax_takes_the_first_of_several_and_the_first_NaN(float[] x, int expected)
    {
        fixed (float* p = x)
        {
            foreach (VectorPath path in Kernels.Paths)
                Reductions.ArgMax(path, p, x.Length).Should().Be(expected, "on {0}", path);
        }
    }

    [Fact]
    public void ArgMax_is_the_same_on_all_paths()
    {
        // Few different values, so that there are equals, and all that is not finite among them.
        float[] values = [0f, -0f, 1f, -1f, 1e-45f, -1e-45f, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN];
        Random random = new(7);
        for (int run = 0; run < 3000; run++)
        {
            float[] x = new float[random.Next(1, 20)];
            int kinds = random.Next(2, values.Length + 1);
            for (int i = 0; i < x.Length; i++)
                x[i] = values[random.Next(kinds)];
            int expected = Array.FindIndex(x, float.IsNaN);
            if (expected < 0)
                expected = Array.FindIndex(x, value => value == x.Max());
            fixed (float* p = x)
            {
                foreach (VectorPath path in Kernels.Paths)
                    Reductions.ArgMax(path, p, x.Length).Should().Be(expected, "on {0}, of {1}", path, string.Join(", ", x));
            }
        }
    }

    [Fact]
    public void Column_sums_add_the_rows_in_order()
    {
        foreach (int columns in new[] { 1, 10, 16, 63, 64, 65, 130 })
        {
            const int rows = 9;
            int stride = columns + 3;
            float[] x = Kernels.Normals(rows * stride, columns);
            var expected = new float[columns];
            for (int row = 0; row < rows; row++)
            {
                for (int j = 0; j < columns; j++)
                    expected[j] += x[row * stride + j];
            }
            var y = new float[columns];

            fixed (float* px = x, py = y)
                Reductions.ColumnSums(px, rows, stride, columns, py);

            Kernels.Bits(y).Should().Equal(Kernels.Bits(expected));
        }
    }

    [Fact]
    public void AllFinite_finds_one_bad_value_anywhere()
    {
        foreach (VectorPath path in Kernels.Paths)
        {
            float[] x = Kernels.Normals(40, 1);
            x[3] = float.MaxValue;
            x[4] = float.Epsilon;
            fixed (float* p = x)
            {
                Reductions.AllFinite(path, p, 40).Should().BeTrue();
                Reductions.AllFinite(path, p, 0).Should().BeTrue();
                for (int i = 0; i < 40; i++)
                {
                    float kept = x[i];
                    foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
                    {
                        x[i] = bad;
                        Reductions.AllFinite(path, p, 40).Should().BeFalse("{0}, {1} at {2}", path, bad, i);
                    }
                    x[i] = kept;
                }
            }
        }
    }
}
