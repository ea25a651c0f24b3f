using NeuralCore.Numerics;

namespace NeuralCore.Tests.Numerics;

public unsafe class SoftmaxKernelTests
{
    public static TheoryData<float[]> HardRows => new()
    {
        new[] { 1e4f, -1e4f, 0f, 9999.5f },
        new[] { 1e30f, -1e30f, 1f },
        new[] { -1e30f, -1e30f, -1e30f },
        Enumerable.Repeat(7f, 19).ToArray(),
        new[] { float.MaxValue, float.MinValue, 0f },
        new[] { 1f, float.NegativeInfinity, 2f },
        new[] { 3f },
    };

    [Theory]
    [MemberData(nameof(HardRows))]
    public void Hard_rows_sum_to_one(float[] row)
    {
        float[] y = Forward(row, 1);

        y.Should().OnlyContain(p => p >= 0 && p <= 1);
        y.Sum(p => (double)p).Should().BeApproximately(1, 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(1000)]
    public void Agrees_with_double_precision_and_sums_to_one(int columns)
    {
        const int rows = 20;
        float[] x = Kernels.Normals(rows * columns, columns, 8);

        float[] y = Forward(x, rows);

        for (int row = 0; row < rows; row++)
        {
            double[] distances = x.Skip(row * columns).Take(columns).Select(v => (double)v).ToArray();
            double largest = distances.Max();
            distances = distances.Select(v => v - largest).ToArray();
            double sum = distances.Sum(Math.Exp);
            for (int j = 0; j < columns; j++)
            {
                // Half an ulp of x - max, one ulp of exp (here and in the sum), the additions of one lane and the tree, half an ulp of the
                // division.
                double roundings = Math.Abs(distances[j]) + 2 + 2 + columns / 16 + 4 + 1;
                double expected = Math.Exp(distances[j]) / sum;
                ((double)y[row * columns + j]).Should().BeApproximately(expected, roundings * Math.Pow(2, -24) * expected);
            }
            y.Skip(row * columns).Take(columns).Sum(p => (double)p).Should().BeApproximately(1, 1e-6);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_broken_logit_breaks_its_row_and_no_other(float broken)
    {
        float[] x = Kernels.Normals(3 * 20, 1);
        x[20 + 17] = broken;

        float[] y = Forward(x, 3);

        y[20..40].Should().OnlyContain(p => float.IsNaN(p));
        y[..20].Concat(y[40..]).Should().OnlyContain(p => float.IsFinite(p));
    }

    [Fact]
    public void A_row_has_the_same_bits_alone_and_in_a_block()
    {
        float[] x = Kernels.Normals(5 * 21, 2, 3);
        float[] together = Forward(x, 5);

        for (int row = 0; row < 5; row++)
            Forward(x[(row * 21)..((row + 1) * 21)], 1).Should().Equal(together[(row * 21)..((row + 1) * 21)]);
    }

    [Fact]
    public void Sums_have_the_documented_order()
    {
        const int columns = 53;
        float[] x = Kernels.Normals(columns, 3, 3);
        float largest = x.Max();
        var lanes = new float[16];
        for (int j = 0; j < columns; j++)
            lanes[j % 16] += Elementary.Exp(x[j] - largest);
        float sum = ReductionsTests.Tree(lanes);

        Forward(x, 1).Should().Equal(x.Select(v => Elementary.Exp(v - largest) / sum));
    }

    [Fact]
    public void Backward_agrees_with_the_Jacobian()
    {
        const int rows = 4, columns = 23;
        float[] y = Forward(Kernels.Normals(rows * columns, 4), rows);
        float[] dy = Kernels.Normals(rows * columns, 5);
        var dx = new float[dy.Length];

        fixed (float* py = y, pdy = dy, pdx = dx)
            SoftmaxKernel.Backward(py, pdy, pdx, rows, columns);

        for (int row = 0; row < rows; row++)
        {
            for (int j = 0; j < columns; j++)
            {
                double expected = 0;
                for (int k = 0; k < columns; k++)
                    expected += (double)y[row * columns + k] * ((j == k ? 1 : 0) - (double)y[row * columns + j]) * dy[row * columns + k];
                ((double)dx[row * columns + j]).Should().BeApproximately(expected, 1e-6);
            }
        }
    }

    private static float[] Forward(float[] x, int rows)
    {
        var y = new float[x.Length];
        fixed (float* px = x, py = y)
            SoftmaxKernel.Forward(px, py, rows, x.Length / rows);
        return y;
    }
}
