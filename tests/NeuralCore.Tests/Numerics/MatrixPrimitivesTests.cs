using NeuralCore.Numerics;

namespace NeuralCore.Tests.Numerics;

public sealed class MatrixPrimitivesTests
{
    private static GemmCase Random(int seed, int m, int n, int k, int gap = 0, bool transposeA = false, bool transposeB = false,
        GemmStart start = GemmStart.Zero)
    {
        var random = new Random(seed);
        return new GemmCase
        {
            M = m, N = n, K = k, AGap = gap, BGap = gap, CGap = gap, TransposeA = transposeA, TransposeB = transposeB, Start = start,
        }.Fill(() => (float)(random.NextDouble() * 2 - 1));
    }

    private static float[] Run(GemmCase p, int threads)
    {
        float[] c = (float[])p.C.Clone();
        switch (p.Start)
        {
            case GemmStart.Zero:
                MatrixPrimitives.Multiply(p.A, p.AStride, p.TransposeA, p.B, p.BStride, p.TransposeB, c, p.CStride, p.M, p.N, p.K, threads);
                break;
            case GemmStart.Accumulate:
                MatrixPrimitives.MultiplyAdd(p.A, p.AStride, p.TransposeA, p.B, p.BStride, p.TransposeB, c, p.CStride, p.M, p.N, p.K,
                    threads);
                break;
            default:
                MatrixPrimitives.MultiplyAddBias(p.A, p.AStride, p.TransposeA, p.B, p.BStride, p.TransposeB, p.Bias, c, p.CStride, p.M,
                    p.N, p.K, threads);
                break;
        }
        return c;
    }

    [Fact]
    public void Multiplies_two_small_matrices()
    {
        float[] a = [1, 2, 3, 4, 5, 6], b = [7, 8, 9, 10, 11, 12], c = new float[4];
        MatrixPrimitives.Multiply(a, b, c, m: 2, n: 2, k: 3);
        c.Should().Equal(58, 64, 139, 154);
        MatrixPrimitives.MultiplyAdd(a, b, c, 2, 2, 3);
        c.Should().Equal(116, 128, 278, 308);
        MatrixPrimitives.MultiplyAddBias(a, b, [1000, 2000], c, 2, 2, 3);
        c.Should().Equal(1058, 2064, 1139, 2154);
        // The same memory read as transposes: A is 2 x 3 from [3 x 2] (1 3 5; 2 4 6), B is 3 x 2 from [2 x 3] (7 10; 8 11; 9 12).
        MatrixPrimitives.Multiply(a, b, c, 2, 2, 3, transposeA: true, transposeB: true);
        c.Should().Equal(7 + 24 + 45, 10 + 33 + 60, 14 + 32 + 54, 20 + 44 + 72);
    }

    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 128, 784 }, { 2, 700, 800 }, { 40, 1000, 60 }, { 95, 49, 400 }, { 96, 49, 400 }, { 257, 129, 140 }, { 500, 10, 260 },
            { 3, 5, 0 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_form_stride_and_thread_count_gives_the_same_chain(int m, int n, int k)
    {
        for (int variant = 0; variant < 12; variant++)
        {
            GemmCase product = Random(variant, m, n, k, gap: variant % 2 * 3, variant / 2 % 2 == 1, variant / 4 == 1,
                (GemmStart)(variant % 3));
            float[] expected = product.Expected();
            foreach (int threads in (int[])[1, 2, 3, 7])
                product.Check(expected, Run(product, threads), $"{threads} threads");
        }
    }

    [Fact]
    public void Empty_products_leave_the_start()
    {
        float[] c = [1, 2, 3, 4];
        MatrixPrimitives.MultiplyAdd([], [], c, 2, 2, 0);
        c.Should().Equal(1, 2, 3, 4);
        MatrixPrimitives.MultiplyAddBias([], [], [5, 6], c, 2, 2, 0);
        c.Should().Equal(5, 6, 5, 6);
        MatrixPrimitives.Multiply([], [], c, 2, 2, 0);
        c.Should().Equal(0, 0, 0, 0);
        MatrixPrimitives.Multiply([], new float[4], [], 0, 2, 2);
        MatrixPrimitives.Multiply(new float[4], [], [], 2, 0, 2);
    }

    [Fact]
    public void Spans_may_end_with_the_last_element()
    {
        GemmCase p = Random(1, 5, 7, 9, gap: 4);
        float[] expected = p.Expected(), c = p.C[..^4];
        MatrixPrimitives.Multiply(p.A.AsSpan()[..^4], p.AStride, false, p.B.AsSpan()[..^4], p.BStride, false, c, p.CStride, 5, 7, 9);
        c.Should().Equal(expected[..^4]);
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        float[] a = new float[6], b = new float[6], c = new float[4], bias = new float[2];
        Action Do(Action action) => action;
        Do(() => MatrixPrimitives.Multiply(a, b, c, -1, 2, 3)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("m");
        Do(() => MatrixPrimitives.Multiply(a, b, c, 2, -1, 3)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("n");
        Do(() => MatrixPrimitives.Multiply(a, b, c, 2, 2, -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("k");
        Do(() => MatrixPrimitives.Multiply(a, b, c, 2, 2, 3, threads: 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("threads");
        Do(() => MatrixPrimitives.Multiply(a, b, c, 3, 2, 3)).Should().Throw<ArgumentException>().WithParameterName("a")
            .WithMessage("a holds 6 floats, but 3 rows of 3 with stride 3 need 9.*");
        Do(() => MatrixPrimitives.Multiply(a, b, c, 1, 3, 3)).Should().Throw<ArgumentException>().WithParameterName("b");
        Do(() => MatrixPrimitives.Multiply(a, b, c, 3, 3, 2)).Should().Throw<ArgumentException>().WithParameterName("c");
        Do(() => MatrixPrimitives.MultiplyAddBias(a, b, bias.AsSpan(1), c, 2, 2, 3)).Should().Throw<ArgumentException>()
            .WithParameterName("bias");
        Do(() => MatrixPrimitives.Multiply(a, 2, false, b, 2, false, c, 2, 2, 2, 3)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("aStride")
            .WithMessage("aStride is 2, but a stored row of a has 3 elements.*");
        Do(() => MatrixPrimitives.Multiply(a, 2, true, b, 1, false, c, 2, 2, 2, 3)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("bStride");
        Do(() => MatrixPrimitives.Multiply(a, 2, true, b, 3, true, c, 1, 2, 2, 3)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("cStride");
        // Sizes whose product does not fit an int.
        Do(() => MatrixPrimitives.Multiply(a, b, c, 70_000, 70_000, 70_000)).Should().Throw<ArgumentException>().WithParameterName("a");
    }

    [Fact]
    public void Output_over_an_input_is_refused()
    {
        float[] memory = new float[16], other = new float[4];
        FluentActions.Invoking(() => MatrixPrimitives.Multiply(memory.AsSpan(0, 4), other, memory.AsSpan(3, 4), 2, 2, 2)).Should()
            .Throw<ArgumentException>().WithMessage("c overlaps a.*");
        FluentActions.Invoking(() => MatrixPrimitives.Multiply(other, memory.AsSpan(0, 4), memory.AsSpan(3, 4), 2, 2, 2)).Should()
            .Throw<ArgumentException>().WithMessage("c overlaps b.*");
        FluentActions.Invoking(() => MatrixPrimitives.MultiplyAddBias(other, other, memory.AsSpan(2, 2), memory.AsSpan(3, 4), 2, 2, 2))
            .Should().Throw<ArgumentException>().WithMessage("c overlaps bias.*");
        MatrixPrimitives.Multiply(memory.AsSpan(0, 4), memory.AsSpan(0, 4), memory.AsSpan(4, 4), 2, 2, 2);
    }

    [Fact]
    public void A_warm_product_allocates_nothing()
    {
        GemmCase plain = Random(1, 128, 64, 64), transposed = Random(2, 32, 64, 64, transposeB: true);
        void Both()
        {
            MatrixPrimitives.Multiply(plain.A, plain.B, plain.C, 128, 64, 64);
            MatrixPrimitives.MultiplyAddBias(transposed.A, transposed.B, transposed.Bias, transposed.C, 32, 64, 64, transposeB: true);
        }
        Both();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            Both();
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }
}
