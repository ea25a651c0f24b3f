using NeuralCore.Numerics;

namespace NeuralCore.Tests.Numerics;

public unsafe class CrossEntropyKernelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(16)]
    [InlineData(35)]
    public void Softmax_sparse_agrees_with_double_precision(int columns)
    {
        const int rows = 12;
        float[] x = Kernels.Normals(rows * columns, columns, 5);
        int[] labels = Labels(rows, columns);

        Result result = SoftmaxSparse(x, labels, 0.25f);

        for (int row = 0; row < rows; row++)
        {
            double[] logits = x.Skip(row * columns).Take(columns).Select(v => (double)v).ToArray();
            double[] p = Softmax(logits);
            result.Losses[row].Should().BeApproximately(-Math.Log(p[labels[row]]), 1e-6);
            for (int j = 0; j < columns; j++)
            {
                ((double)result.Probabilities[row * columns + j]).Should().BeApproximately(p[j], 1e-6);
                double gradient = (p[j] - (j == labels[row] ? 1 : 0)) * 0.25;
                ((double)result.Gradient[row * columns + j]).Should().BeApproximately(gradient, 1e-6);
            }
        }
    }

    [Theory]
    [InlineData(1e4f)]
    [InlineData(1e30f)]
    [InlineData(0f)]
    [InlineData(float.MaxValue)]
    public void Extreme_logits_give_finite_losses_and_gradients_that_cancel(float size)
    {
        const int rows = 10, columns = 10;
        float[] x = new float[rows * columns];
        for (int i = 0; i < x.Length; i++)
            x[i] = i * 7 % 3 == 0 ? -size : size;
        int[] labels = Labels(rows, columns);

        foreach (Result result in new[] { SoftmaxSparse(x, labels, 1), SoftmaxCategorical(x, OneHot(labels, columns), columns, 1) })
        {
            result.Losses.Should().OnlyContain(loss => double.IsFinite(loss) && loss >= 0);
            for (int row = 0; row < rows; row++)
            {
                result.Gradient.Skip(row * columns).Take(columns).Sum(g => (double)g).Should().BeApproximately(0, 1e-6);
                result.Probabilities.Skip(row * columns).Take(columns).Sum(g => (double)g).Should().BeApproximately(1, 1e-6);
            }
        }
    }

    [Fact]
    public void A_logit_of_minus_infinity_is_a_class_that_cannot_be()
    {
        float[] x = [1f, float.NegativeInfinity, 2f, 1f, float.NegativeInfinity, 2f];
        foreach (Result result in new[] { SoftmaxSparse(x, [0, 1], 1), SoftmaxCategorical(x, [1, 0, 0, 0, 1, 0], 3, 1) })
        {
            result.Losses[0].Should().BeApproximately(Math.Log(1 + Math.E), 1e-6);
            result.Losses[1].Should().Be(double.PositiveInfinity);
            result.Gradient.Should().OnlyContain(g => float.IsFinite(g));
            result.Probabilities[1].Should().Be(0f);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_broken_logit_shows_in_its_own_loss(float broken)
    {
        float[] x = Kernels.Normals(30, 1);
        x[13] = broken;

        double[] losses = SoftmaxSparse(x, [1, 2, 3], 1).Losses;

        losses.Select(double.IsNaN).Should().Equal(false, true, false);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(16)]
    [InlineData(47)]
    public void One_hot_rows_give_the_bits_of_class_indices(int columns)
    {
        const int rows = 50;
        int[] labels = Labels(rows, columns);
        float[] targets = OneHot(labels, columns);
        float[] x = Kernels.Normals(rows * columns, columns, 20);
        x[columns / 2] = 1e30f;

        Result sparse = SoftmaxSparse(x, labels, 1f / 512);
        Result categorical = SoftmaxCategorical(x, targets, columns, 1f / 512);
        SameBits(categorical, sparse);

        float[] predictions = x.Select(Math.Abs).ToArray();
        predictions[0] = 0;
        SameBits(Categorical(predictions, targets, columns, 1f / 512), Sparse(predictions, labels, 1f / 512));
        SameBits(Categorical(sparse.Probabilities, targets, columns, 1f / 512), Sparse(sparse.Probabilities, labels, 1f / 512));
    }

    [Fact]
    public void What_is_asked_for_does_not_change_the_rest()
    {
        const int rows = 5, columns = 21;
        float[] x = Kernels.Normals(rows * columns, 2, 3);
        int[] labels = Labels(rows, columns);
        Result all = SoftmaxSparse(x, labels, 0.5f);
        float[] inPlace = [.. x];
        double[] losses = new double[rows], lossesOnly = new double[rows];

        fixed (float* p = inPlace, px = x)
        fixed (int* pl = labels)
        fixed (double* first = losses, second = lossesOnly)
        {
            CrossEntropyKernel.SoftmaxSparse(p, pl, null, p, first, rows, columns, 0.5f);
            CrossEntropyKernel.SoftmaxSparse(px, pl, null, null, second, rows, columns, 0.5f);
        }

        inPlace.Should().Equal(all.Gradient);
        losses.Should().Equal(all.Losses);
        lossesOnly.Should().Equal(all.Losses);
    }

    // Less than a vector of sixteen, exactly one, and more with and without a rest.
    [Theory]
    [InlineData(9)]
    [InlineData(16)]
    [InlineData(21)]
    [InlineData(48)]
    public void Soft_targets_follow_the_formula_and_their_gradient_is_the_slope(int columns)
    {
        const int rows = 4;
        float[] x = Kernels.Normals(rows * columns, 3, 2);
        float[] targets = Kernels.Normals(rows * columns, 4).Select(v => v < -0.5f ? 0f : Math.Abs(v)).ToArray();

        Result result = SoftmaxCategorical(x, targets, columns, 1);

        for (int row = 0; row < rows; row++)
        {
            double[] logits = x.Skip(row * columns).Take(columns).Select(v => (double)v).ToArray();
            double[] t = targets.Skip(row * columns).Take(columns).Select(v => (double)v).ToArray();
            double Loss(double[] at) => -t.Zip(Softmax(at), (target, p) => target * Math.Log(p)).Sum();
            result.Losses[row].Should().BeApproximately(Loss(logits), 1e-6 * columns);
            CheckSlope(Loss, logits, result.Gradient.AsSpan(row * columns, columns));
        }
    }

    [Fact]
    public void Predictions_that_do_not_sum_to_one_are_normalised_and_the_gradient_is_the_slope()
    {
        const int rows = 6, columns = 8;
        float[] predictions = Kernels.Normals(rows * columns, 5).Select(v => Math.Abs(v) + 0.01f).ToArray();
        int[] labels = Labels(rows, columns);
        predictions[labels[2] + 2 * columns] = 1e-9f; // clipped
        float[] soft = Kernels.Normals(rows * columns, 6).Select(Math.Abs).ToArray();
        soft[3] = 0;

        Result sparse = Sparse(predictions, labels, 1);
        Result categorical = Categorical(predictions, soft, columns, 1);

        for (int row = 0; row < rows; row++)
        {
            double[] p = predictions.Skip(row * columns).Take(columns).Select(v => (double)v).ToArray();
            double[] t = soft.Skip(row * columns).Take(columns).Select(v => (double)v).ToArray();
            double Term(double[] at, int j) => Math.Log(at.Sum()) - Math.Log(Math.Max(at[j], 1e-7 * at.Sum()));
            double SparseLoss(double[] at) => Term(at, labels[row]);
            double CategoricalLoss(double[] at) => Enumerable.Range(0, columns).Sum(j => t[j] * Term(at, j));

            sparse.Losses[row].Should().BeApproximately(SparseLoss(p), 1e-5);
            categorical.Losses[row].Should().BeApproximately(CategoricalLoss(p), 1e-4);
            CheckSlope(SparseLoss, p, sparse.Gradient.AsSpan(row * columns, columns));
            CheckSlope(CategoricalLoss, p, categorical.Gradient.AsSpan(row * columns, columns));
        }
        sparse.Gradient[(2 * columns)..(3 * columns)].Should().OnlyContain(g => g == 0);
        sparse.Losses[2].Should().BeApproximately(-Math.Log(1e-7), 1e-6);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    public void A_label_outside_the_row_is_refused_before_anything_is_written(int label)
    {
        float[] x = [1, 2, 3, 4, 5, 6];
        FluentActions.Invoking(() => SoftmaxSparse(x, [0, label], 1)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("Row 1 *");
        FluentActions.Invoking(() => Sparse(x, [0, label], 1)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("Row 1 *");
    }

    private static void CheckSlope(Func<double[], double> loss, double[] at, ReadOnlySpan<float> gradient)
    {
        for (int j = 0; j < at.Length; j++)
        {
            double[] above = [.. at], below = [.. at];
            // Large enough for a clipped prediction to move the sum, too small to leave the clip.
            double step = Math.Max(1e-6 * Math.Abs(at[j]), 1e-8);
            above[j] += step;
            below[j] -= step;
            double slope = (loss(above) - loss(below)) / (2 * step);
            ((double)gradient[j]).Should().BeApproximately(slope, 1e-5 + 1e-3 * Math.Abs(slope));
        }
    }

    private static double[] Softmax(double[] x)
    {
        double largest = x.Max();
        double sum = x.Sum(v => Math.Exp(v - largest));
        return x.Select(v => Math.Exp(v - largest) / sum).ToArray();
    }

    private static int[] Labels(int rows, int columns) => Enumerable.Range(0, rows).Select(row => row * 7 % columns).ToArray();

    private static float[] OneHot(int[] labels, int columns)
    {
        var targets = new float[labels.Length * columns];
        for (int row = 0; row < labels.Length; row++)
            targets[row * columns + labels[row]] = 1;
        return targets;
    }

    private static void SameBits(Result actual, Result expected)
    {
        Kernels.Bits(actual.Gradient).Should().Equal(Kernels.Bits(expected.Gradient));
        Kernels.Bits(actual.Probabilities).Should().Equal(Kernels.Bits(expected.Probabilities));
        actual.Losses.Select(BitConverter.DoubleToInt64Bits).Should().Equal(expected.Losses.Select(BitConverter.DoubleToInt64Bits));
    }

    private static Result SoftmaxSparse(float[] x, int[] labels, float scale)
    {
        var result = new Result(x.Length, labels.Length);
        fixed (float* px = x, pp = result.Probabilities, pg = result.Gradient)
        fixed (int* pl = labels)
        fixed (double* losses = result.Losses)
            CrossEntropyKernel.SoftmaxSparse(px, pl, pp, pg, losses, labels.Length, x.Length / labels.Length, scale);
        return result;
    }

    private static Result SoftmaxCategorical(float[] x, float[] targets, int columns, float scale)
    {
        var result = new Result(x.Length, x.Length / columns);
        fixed (float* px = x, pt = targets, pp = result.Probabilities, pg = result.Gradient)
        fixed (double* losses = result.Losses)
            CrossEntropyKernel.SoftmaxCategorical(px, pt, pp, pg, losses, x.Length / columns, columns, scale);
        return result;
    }

    private static Result Sparse(float[] predictions, int[] labels, float scale)
    {
        var result = new Result(predictions.Length, labels.Length);
        fixed (float* pp = predictions, pg = result.Gradient)
        fixed (int* pl = labels)
        fixed (double* losses = result.Losses)
            CrossEntropyKernel.Sparse(pp, pl, pg, losses, labels.Length, predictions.Length / labels.Length, scale);
        return result;
    }

    private static Result Categorical(float[] predictions, float[] targets, int columns, float scale)
    {
        var result = new Result(predictions.Length, predictions.Length / columns);
        fixed (float* pp = predictions, pt = targets, pg = result.Gradient)
        fixed (double* losses = result.Losses)
            CrossEntropyKernel.Categorical(pp, pt, pg, losses, predictions.Length / columns, columns, scale);
        return result;
    }

    private sealed record Result(float[] Probabilities, float[] Gradient, double[] Losses)
    {
        internal Result(int elements, int rows)
            : this(new float[elements], new float[elements], new double[rows])
        {
        }
    }
}
