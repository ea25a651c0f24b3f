using System.Numerics.Tensors;
using NeuralCore.Numerics;

namespace NeuralCore.Tests.Numerics;

public sealed class MatrixPrimitivesTensorTests
{
    private static readonly float[] A = [1, 2, 3, 4, 5, 6];
    private static readonly float[] B = [7, 8, 9, 10, 11, 12];

    [Fact]
    public void Row_major_tensors_multiply()
    {
        float[] c = new float[4];
        ReadOnlyTensorSpan<float> a = new(A, [2, 3]), b = new(B, [3, 2]);
        TensorSpan<float> result = new(c, [2, 2]);
        MatrixPrimitives.Multiply(a, b, result);
        c.Should().Equal(58, 64, 139, 154);
        MatrixPrimitives.MultiplyAdd(a, b, result, threads: 2);
        c.Should().Equal(116, 128, 278, 308);
        MatrixPrimitives.MultiplyAddBias(a, b, [1000, 2000], result);
        c.Should().Equal(1058, 2064, 1139, 2154);
    }

    [Fact]
    public void Column_major_strides_are_transposes()
    {
        float[] c = new float[4];
        ReadOnlyTensorSpan<float> a = new(A, [2, 3], [1, 2]), b = new(B, [3, 2], [1, 3]);
        MatrixPrimitives.Multiply(a, b, new TensorSpan<float>(c, [2, 2]));
        c.Should().Equal(7 + 24 + 45, 10 + 33 + 60, 14 + 32 + 54, 20 + 44 + 72);
    }

    [Fact]
    public void Slices_keep_their_strides()
    {
        float[] memory = [.. Enumerable.Range(0, 20).Select(i => (float)i)], c = new float[12];
        ReadOnlyTensorSpan<float> whole = new(memory, [4, 5]);
        // Rows 1 and 2, columns 2 to 4: (7 8 9; 12 13 14), and columns 1 and 2 of rows 0 to 2: (1 2; 6 7; 11 12).
        MatrixPrimitives.Multiply(whole[1..3, 2..5], whole[0..3, 1..3], new TensorSpan<float>(c, [3, 4])[1..3, 1..3]);
        c.Should().Equal(0, 0, 0, 0, 0, 154, 178, 0, 0, 244, 283, 0);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 3, 2)]
    [InlineData(3, 1, 2)]
    [InlineData(3, 2, 1)]
    [InlineData(0, 2, 3)]
    [InlineData(2, 2, 0)]
    public void Dimensions_of_one_or_nothing_work(int m, int n, int k)
    {
        float[] a = [.. Enumerable.Repeat(2f, m * k)], b = [.. Enumerable.Repeat(3f, k * n)], c = [.. Enumerable.Repeat(-1f, m * n)];
        MatrixPrimitives.Multiply(new ReadOnlyTensorSpan<float>(a, [m, k]), new ReadOnlyTensorSpan<float>(b, [k, n]),
            new TensorSpan<float>(c, [m, n]));
        c.Should().Equal(Enumerable.Repeat(6f * k, m * n));
    }

    [Fact]
    public void Wrong_tensors_are_named()
    {
        float[] c = new float[16];
        FluentActions.Invoking(() => MatrixPrimitives.Multiply(new ReadOnlyTensorSpan<float>(A), new ReadOnlyTensorSpan<float>(B, [3, 2]),
            new TensorSpan<float>(c, [2, 2])))
            .Should().Throw<ArgumentException>().WithMessage("a has 1 dimensions; a matrix has 2.*");
        FluentActions.Invoking(() => MatrixPrimitives.Multiply(new ReadOnlyTensorSpan<float>(A, [2, 3]),
            new ReadOnlyTensorSpan<float>(B, [2, 3]), new TensorSpan<float>(c, [2, 3])))
            .Should().Throw<ArgumentException>().WithMessage("a is [2, 3] and b is [2, 3]*");
        FluentActions.Invoking(() => MatrixPrimitives.Multiply(new ReadOnlyTensorSpan<float>(A, [2, 3]),
            new ReadOnlyTensorSpan<float>(B, [3, 2]), new TensorSpan<float>(c, [2, 4])))
            .Should().Throw<ArgumentException>().WithMessage("c is [2, 4], but the product is [2, 2].*");
        FluentActions.Invoking(() => MatrixPrimitives.Multiply(new ReadOnlyTensorSpan<float>(A, [2, 3]),
            new ReadOnlyTensorSpan<float>(B, [3, 2]), new TensorSpan<float>(c, [2, 2], [1, 2])))
            .Should().Throw<ArgumentException>().WithMessage("The rows of c must be contiguous.*");
        FluentActions.Invoking(() => MatrixPrimitives.Multiply(new ReadOnlyTensorSpan<float>(c, [2, 2], [8, 2]),
            new ReadOnlyTensorSpan<float>(B, [2, 3]), new TensorSpan<float>(new float[6], [2, 3])))
            .Should().Throw<ArgumentException>().WithMessage("a is [2, 2] with strides [8, 2]*");
    }
}
