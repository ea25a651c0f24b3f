using NeuralCore.Numerics;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Numerics;

/// <summary>Kernels touch nothing but the matrices' own elements.</summary>
public sealed unsafe class GemmBoundsTests
{
    [SkippableTheory]
    [VectorPaths]
    public void Nothing_outside_the_matrices_is_touched(VectorPath path)
    {
        Kernels.Require(path);
        using GuardedMemory a = new(4 * 20 * 20), b = new(4 * 20 * 150), c = new(4 * 20 * 150), bias = new(4 * 150),
            mask = new(4 * 20 * 150), packed = new(4 * 20 * 200);
        var random = new Random(6);
        foreach (int m in (int[])[1, 2, 3, 4, 5, 6, 7, 8, 9, 15])
        {
            for (int n = 1; n <= 150; n += n < 70 ? 1 : 7)
            {
                foreach (int k in (int[])[0, 1, 5])
                {
                    bool atEnd = random.Next(4) > 0, transposeA = random.Next(2) == 0, transposeB = random.Next(2) == 0;
                    var start = (GemmStart)random.Next(3);
                    var epilogue = (GemmEpilogue)random.Next(3);
                    float* pa = a.Place(m * k, atEnd), pb = b.Place(k * n, atEnd), pc = c.Place(m * n, atEnd);
                    float* pbias = bias.Place(n, atEnd), pmask = mask.Place(m * n, atEnd);
                    int length = Gemm.PackedLength(path, k, n);
                    float* pp = packed.Place(length, atEnd);
                    for (int panel = 0; panel < Gemm.PanelCount(path, n); panel++)
                        Gemm.PackPanel(path, panel, k, n, pb, transposeB ? k : n, transposeB, pp);
                    Gemm.MultiplyPacked(path, m, n, k, pa, transposeA ? m : k, transposeA, pp, pc, n, start, pbias, epilogue, pmask, n);
                    Gemm.Multiply(path, m, n, k, pa, transposeA ? m : k, transposeA, pb, n, pc, n, start, pbias, epilogue, pmask, n);
                }
            }
        }
        foreach (GuardedMemory memory in (GuardedMemory[])[a, b, c, bias, mask, packed])
            memory.CheckGuards();
    }

    [Fact]
    public void The_guard_guards()
    {
        // The test above is worth something only if the last float it may touch is the last before the page.
        using GuardedMemory memory = new(4 * 10);
        float* end = memory.Place(10, atEnd: true);
        ((nuint)(end + 10) % (nuint)Environment.SystemPageSize).Should().Be((nuint)0);
        end[9] = 1;
        float* start = memory.Place(10, atEnd: false);
        ((nuint)start % (nuint)Environment.SystemPageSize).Should().Be((nuint)0);
        start[0] = 1;
    }

    [SkippableTheory]
    [VectorPaths]
    public void Any_alignment_gives_the_same_bits_and_leaves_its_neighbours_alone(VectorPath path)
    {
        Kernels.Require(path);
        const int m = 10, n = 53, k = 9, slack = 32;
        var random = new Random(7);
        GemmCase product = new GemmCase { M = m, N = n, K = k, Start = GemmStart.Bias, Epilogue = GemmEpilogue.ReLU }
            .Fill(() => (float)(random.NextDouble() * 2 - 1));
        float[] expected = product.Expected();
        AlignedBuffer a = new(m * k + slack), b = new(k * n + slack), c = new(m * n + 2 * slack), bias = new(n + slack);
        for (int offset = 0; offset < 16; offset++)
        {
            product.A.CopyTo(a.Span[offset..]);
            product.B.CopyTo(b.Span[((offset * 3) % 16)..]);
            product.Bias.CopyTo(bias.Span[((offset * 5) % 16)..]);
            c.Span.Fill(GemmCase.Canary);
            int cOffset = slack / 2 + offset * 7 % 16;
            Gemm.Multiply(
                path, m, n, k, a.Pointer + offset, k, false, b.Pointer + offset * 3 % 16, n, c.Pointer + cOffset, n,
                GemmStart.Bias, bias.Pointer + offset * 5 % 16, GemmEpilogue.ReLU);
            product.Check(expected, c.Span.Slice(cOffset, m * n).ToArray(), $"{path}, offset {offset}");
            c.Span[..cOffset].ToArray().Should().OnlyContain(x => x == GemmCase.Canary);
            c.Span[(cOffset + m * n)..].ToArray().Should().OnlyContain(x => x == GemmCase.Canary);
        }
    }
}
