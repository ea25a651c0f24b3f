using NeuralCore.Numerics;
using NeuralCore.Tests.Support;

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

    [SkippableTheory]
    [VectorPaths(new float[0], -1)]
    [VectorPaths(new[] { 5f }, 0)]
    [VectorPaths(new[] { 1f, 3f, 2f, 3f }, 1)]
    [VectorPaths(new[] { 0f, -0f }, 0)]
    [VectorPaths(new[] { 1f, float.NaN, float.PositiveInfinity, float.NaN }, 1)]
    [VectorPaths(new[] { float.NaN, 1f }, 0)]
    [VectorPaths(new[] { float.NegativeInfinity, float.NegativeInfinity }, 0)]
    public void ArgMax_takes_the_first_of_several_and_the_first_NaN(VectorPath path, float[] x, int expected)
    {
        Kernels.Require(path);
        fixed (float* p = x)
        {
            Reductions.ArgMax(path, p, x.Length).Should().Be(expected, "on {0}", path);
        }
    }

    [SkippableTheory]
    [VectorPaths]
    public void ArgMax_is_the_same_on_all_paths(VectorPath path)
    {
        Kernels.Require(path);
        // Few different values, so that there are equals, and all that is not finite among them.
        float[] values = [0f, -0f, 1f, -1f, 1e-45f, -1e-45f, float.MaxValue, float.MinValue, float.PositiveInfinity,
            float.NegativeInfinity, float.NaN];
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
}
