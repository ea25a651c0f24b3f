using NeuralCore.Numerics;

namespace NeuralCore.Tests.Numerics;

/// <summary>Leaving out zeros that pairs of rows share gives the bits of the full product, so that no path need do it.</summary>
public sealed unsafe class GemmPairsTests
{
    // Odd rows, more than a strip of them, k with and without rests, and columns that go in pairs of panels or do not.
    private static readonly (int M, int N, int K)[] Shapes =
        [(1, 128, 20), (2, 128, 64), (7, 128, 65), (32, 128, 128), (131, 128, 130), (6, 256, 100), (9, 384, 17), (5, 64, 40), (4, 130, 33), (3, 10, 10), (2, 128, 0)];

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(0.7)]
    [InlineData(0.99)]
    [InlineData(1)]
    public void SkippingPairsGivesTheBitsOfTheFullProduct(double zeros)
    {
        Random random = new(15);
        foreach ((int m, int n, int k) in Shapes)
        {
            GemmCase product = Sparse(random, m, n, k, zeros);
            float[] expected = product.Expected();
            foreach (VectorPath path in GemmCase.Paths)
                product.Check(expected, Run(product, path), $"{path}, zeros {zeros}");
        }
    }

    [Fact]
    public void AnUnderflowBeforeAZeroLeavesNoMinusZeroOnAnyPath()
    {
        // fma(-1e-30, 1e-30, 0) is -0. Going on with fma(0, b, -0) gives +0 for b > 0; leaving that out would keep -0.
        GemmCase product = Sparse(new Random(16), 4, 128, 64, zeros: 1);
        for (int row = 0; row < product.M; row++)
            product.A[row * product.AStride + 3] = -1e-30f;
        product.B.AsSpan().Fill(1e-30f);
        float[] expected = product.Expected();
        foreach (VectorPath path in GemmCase.Paths)
        {
            float[] c = Run(product, path);
            product.Check(expected, c, $"{path}");
            for (int i = 0; i < c.Length; i++)
                (i % product.CStride >= product.N || !float.IsNegative(c[i])).Should().BeTrue($"{path}: C[{i}] is {c[i]}");
        }
    }

    [Fact]
    public void NaNIsNeverSkipped()
    {
        GemmCase product = Sparse(new Random(17), 6, 128, 40, zeros: 1);
        product.Mask.AsSpan().Fill(1);
        product.A[3 * product.AStride + 17] = float.NaN;
        foreach (VectorPath path in GemmCase.Paths)
            Run(product, path).AsSpan(3 * product.CStride, product.N).ToArray().Should().OnlyContain(x => float.IsNaN(x), $"{path}");
    }

    [SkippableFact]
    public void ZerosAreReallySkipped()
    {
        Skip.IfNot(InstructionSet.IsSupported(VectorPath.Vector512), "Pairs are skipped by 512-bit vectors alone: run on a processor with AVX-512.");
        GemmCase product = Sparse(new Random(18), 6, 128, 40, zeros: 1);
        product.B.AsSpan().Fill(float.PositiveInfinity);
        Run(product, VectorPath.Vector512).Where((_, i) => i % product.CStride < product.N).Should().OnlyContain(x => x == 0);
    }

    [Fact]
    public void NothingOutsideTheMatricesIsTouched()
    {
        const int most = 131 * 384;
        using GuardedMemory a = new(4 * most), b = new(4 * most), c = new(4 * most), mask = new(4 * most);
        // Zeros enough to be skipped.
        for (float* x = (float*)a.Start; x < a.End; x++)
            *x = (x - (float*)a.Start) % 3 == 0 ? 1 : 0;
        foreach (VectorPath path in GemmCase.Paths)
        {
            foreach ((int m, int n, int k) in Shapes)
            {
                foreach (bool atEnd in (bool[])[true, false])
                {
                    Gemm.MultiplyPackedSkippingZeros(
                        path, m, n, k, a.Place(m * k, atEnd), k, b.Place(Gemm.PackedLength(path, k, n), atEnd), c.Place(m * n, atEnd), n, mask.Place(m * n, atEnd), n);
                }
            }
        }
        foreach (GuardedMemory memory in (GuardedMemory[])[a, b, c, mask])
            memory.CheckGuards();
    }

    private static GemmCase Sparse(Random random, int m, int n, int k, double zeros)
    {
        GemmCase product = new GemmCase { M = m, N = n, K = k, Epilogue = GemmEpilogue.ReLUMask, AGap = 1, BGap = 2, CGap = 3, MaskGap = 4 }
            .Fill(() => random.NextSingle() * 2 - 1);
        foreach (ref float x in product.A.AsSpan())
        {
            if (random.NextDouble() < zeros)
                x = random.Next(2) == 0 ? 0f : -0f;
        }
        return product;
    }

    private static float[] Run(GemmCase product, VectorPath path)
    {
        float[] c = (float[])product.C.Clone(), packed = new float[Gemm.PackedLength(path, product.K, product.N)];
        fixed (float* a = product.A, b = product.B, to = c, mask = product.Mask, p = packed)
        {
            for (int panel = 0; panel < Gemm.PanelCount(path, product.N); panel++)
                Gemm.PackPanel(path, panel, product.K, product.N, b, product.BStride, bTransposed: false, p);
            Gemm.MultiplyPackedSkippingZeros(
                path, product.M, product.N, product.K, a, product.AStride, p, to, product.CStride, mask, product.MaskStride);
        }
        return c;
    }
}
