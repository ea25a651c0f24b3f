using NeuralCore.Numerics;

namespace NeuralCore.Tests.Numerics;

/// <summary>Leaving out zeros gives what the whole product gives, on every path and for every share of zeros.</summary>
public sealed class GemmSkippingTests
{
    // None, some, so many that groups of rows are skipped, and all.
    public static TheoryData<double> ShareOfZeros => [0, 0.5, 0.9, 0.99, 1];

    [Theory]
    [MemberData(nameof(ShareOfZeros))]
    public void SkippingGroupsEqualsTheWholeProduct(double zeros)
    {
        Random random = new(5);
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(1, 10, 20), (8, 48, 64), (13, 33, 129), (40, 128, 784), (5, 7, 2500), (3, 4, 0)])
        {
            foreach (bool transposed in (ReadOnlySpan<bool>)[false, true])
            {
                foreach (GemmEpilogue epilogue in (ReadOnlySpan<GemmEpilogue>)[GemmEpilogue.None, GemmEpilogue.ReLU])
                {
                    GemmCase product = Sparse(random, m, n, k, transposed, zeros);
                    product.Epilogue = transposed ? GemmEpilogue.None : epilogue;
                    product.Start = transposed ? GemmStart.Zero : GemmStart.Bias;
                    float[] expected = product.Expected();
                    foreach (VectorPath path in GemmCase.Paths)
                        product.Check(expected, Run(product, path, byRows: false), $"{path} {m}x{k}x{n} transposed {transposed}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(ShareOfZeros))]
    public void SkippingRowsEqualsTheWholeProduct(double zeros)
    {
        Random random = new(6);
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(1, 10, 20), (1, 128, 784), (9, 130, 65), (32, 48, 100), (4, 5, 0)])
        {
            GemmCase product = Sparse(random, m, n, k, transposed: false, zeros);
            // Rows of their own kind side by side: some go alone, some together.
            for (int i = 0; i < m; i += 3)
                product.A.AsSpan(i * product.AStride, k).Fill(0.5f);
            float[] expected = product.Expected();
            foreach (VectorPath path in GemmCase.Paths)
                product.Check(expected, Run(product, path, byRows: true), $"{path} {m}x{k}x{n}");
        }
    }

    [Fact]
    public void NaNInTheDataIsNeverSkipped()
    {
        GemmCase product = Sparse(new Random(7), 8, 16, 40, transposed: false, 1);
        product.A[3 * product.AStride + 17] = float.NaN;
        foreach (VectorPath path in GemmCase.Paths)
        {
            Run(product, path, byRows: false).AsSpan(3 * product.CStride, 16).ToArray().Should().OnlyContain(x => float.IsNaN(x));
            Run(product, path, byRows: true).AsSpan(3 * product.CStride, 16).ToArray().Should().OnlyContain(x => float.IsNaN(x));
        }
    }

    [Fact]
    public void ZerosAreReallySkipped()
    {
        // What stands in B behind zeros of A is not read into the result: the mark of a product that did less work.
        GemmCase product = Sparse(new Random(8), 8, 16, 40, transposed: false, 1);
        product.B.AsSpan().Fill(float.PositiveInfinity);
        product.Start = GemmStart.Zero;
        foreach (VectorPath path in GemmCase.Paths)
        {
            Run(product, path, byRows: false).Where((_, i) => i % product.CStride < 16).Should().OnlyContain(x => x == 0);
            Run(product, path, byRows: true).Where((_, i) => i % product.CStride < 16).Should().OnlyContain(x => x == 0);
        }
    }

    private static GemmCase Sparse(Random random, int m, int n, int k, bool transposed, double zeros)
    {
        GemmCase product = new GemmCase { M = m, N = n, K = k, TransposeA = transposed, Start = GemmStart.Bias, AGap = 1, BGap = 2, CGap = 3 }
            .Fill(() => random.NextSingle() * 2 - 1);
        foreach (ref float x in product.A.AsSpan())
        {
            if (random.NextDouble() < zeros)
                x = 0;
        }
        return product;
    }

    private static unsafe float[] Run(GemmCase product, VectorPath path, bool byRows)
    {
        float[] c = (float[])product.C.Clone();
        fixed (float* a = product.A, b = product.B, to = c, bias = product.Bias)
        {
            // The map is the data's, whose rows stand without a gap, and the product starts somewhere inside it.
            int firstRow = product.TransposeA ? 0 : 3;
            int firstColumn = product.TransposeA ? 2 * Gemm.SkipGroup : 0;
            int rows = product.TransposeA ? product.K : product.M;
            int columns = product.TransposeA ? product.M : product.K;
            ActivityMap map = new(Math.Max(1, firstRow + rows), Math.Max(1, firstColumn + columns));
            float[] data = new float[Math.Max(1, firstColumn + columns)];
            for (int row = 0; row < rows; row++)
            {
                product.A.AsSpan(row * product.AStride, columns).CopyTo(data.AsSpan(firstColumn));
                fixed (float* x = data)
                    map.Mark(x, firstRow + row, 1);
            }

            if (byRows)
            {
                Gemm.MultiplySkippingZerosOfRows(
                    path, product.M, product.N, product.K, a, product.AStride, b, product.BStride, to, product.CStride, product.Start, bias, product.Epilogue);
            }
            else if (product.TransposeA)
            {
                Gemm.MultiplyTransposedSkippingZeros(
                    path, map, firstColumn, product.M, product.N, product.K, a, product.AStride, b, product.BStride, to, product.CStride);
            }
            else
            {
                Gemm.MultiplySkippingZeros(
                    path, map, firstRow, product.M, product.N, product.K, a, product.AStride, b, product.BStride, to, product.CStride, product.Start, bias, product.Epilogue);
            }
        }
        return c;
    }
}
