using NeuralCore.Numerics;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Numerics;

/// <summary>Leaving out zeros gives what the whole product gives, on every path and for every share of zeros.</summary>
public sealed unsafe class GemmSkippingTests
{
    // None, some, so many that groups of rows are skipped, and all.
    public static TheoryData<double> ShareOfZeros => [0, 0.5, 0.9, 0.99, 1];

    [SkippableTheory]
    [VectorPaths(Member = nameof(ShareOfZeros))]
    public void Skipping_groups_equals_the_whole_product(VectorPath path, double zeros)
    {
        Kernels.Require(path);
        Random random = new(5);
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(1, 10, 20), (8, 48, 64), (13, 33, 129), (40, 128, 784),
            (5, 7, 2500), (3, 4, 0)])
        {
            foreach (bool transposed in (ReadOnlySpan<bool>)[false, true])
            {
                foreach (GemmEpilogue epilogue in (ReadOnlySpan<GemmEpilogue>)[GemmEpilogue.None, GemmEpilogue.ReLU])
                {
                    GemmCase product = Sparse(random, m, n, k, transposed, zeros);
                    product.Epilogue = transposed ? GemmEpilogue.None : epilogue;
                    product.Start = transposed ? GemmStart.Zero : GemmStart.Bias;
                    float[] expected = product.Expected();
                    foreach (bool byIndex in (ReadOnlySpan<bool>)[false, true])
                        product.Check(expected, Run(product, path, byRows: false, byIndex),
                            $"{path} {m}x{k}x{n} transposed {transposed} by index {byIndex}");
                }
            }
        }
    }

    [SkippableTheory]
    [VectorPaths(Member = nameof(ShareOfZeros))]
    public void Skipping_rows_equals_the_whole_product(VectorPath path, double zeros)
    {
        Kernels.Require(path);
        Random random = new(6);
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(1, 10, 20), (1, 128, 784), (9, 130, 65), (32, 48, 100),
            (4, 5, 0)])
        {
            GemmCase product = Sparse(random, m, n, k, transposed: false, zeros);
            // Rows of their own kind side by side: some go alone, some together.
            for (int i = 0; i < m; i += 3)
                product.A.AsSpan(i * product.AStride, k).Fill(0.5f);
            float[] expected = product.Expected();
            product.Check(expected, Run(product, path, byRows: true), $"{path} {m}x{k}x{n}");
        }
    }

    [SkippableTheory]
    [VectorPaths]
    public void Na_n_in_the_data_is_never_skipped(VectorPath path)
    {
        Kernels.Require(path);
        GemmCase product = Sparse(new Random(7), 8, 16, 40, transposed: false, 1);
        product.A[3 * product.AStride + 17] = float.NaN;
        Run(product, path, byRows: false).AsSpan(3 * product.CStride, 16).ToArray().Should().OnlyContain(x => float.IsNaN(x));
        Run(product, path, byRows: true).AsSpan(3 * product.CStride, 16).ToArray().Should().OnlyContain(x => float.IsNaN(x));
    }

    [SkippableTheory]
    [VectorPaths]
    public void Zeros_are_really_skipped(VectorPath path)
    {
        Kernels.Require(path);
        // What stands in B behind zeros of A is not read into the result: the mark of a product that did less work.
        GemmCase product = Sparse(new Random(8), 8, 16, 40, transposed: false, 1);
        product.B.AsSpan().Fill(float.PositiveInfinity);
        product.Start = GemmStart.Zero;
        Run(product, path, byRows: false).Where((_, i) => i % product.CStride < 16).Should().OnlyContain(x => x == 0);
        Run(product, path, byRows: true).Where((_, i) => i % product.CStride < 16).Should().OnlyContain(x => x == 0);
    }

    [SkippableTheory]
    [VectorPaths]
    public void Rows_kept_in_uneven_pieces_in_any_order_are_all_there(VectorPath path)
    {
        Kernels.Require(path);
        const int rows = 23, size = 37, n = 3;
        Random random = new(11);
        byte[] bytes = new byte[rows * size];
        random.NextBytes(bytes);
        float[] floats = bytes.Select(value => (float)value).ToArray();
        float[] weights = new float[size * n], gradients = Enumerable.Range(0, rows * n).Select(i => MathF.Cos(i)).ToArray();
        float[] y = new float[rows * n];
        foreach (bool asBytes in (ReadOnlySpan<bool>)[false, true])
        {
            float[][] results = new float[2][];
            for (int split = 0; split < 2; split++)
            {
                ColumnBlockedInput kept = new(rows, size);
                results[split] = new float[size * n];
                fixed (float* b = weights, dy = gradients, c = y, dw = results[split])
                {
                    foreach ((int first, int count) in split == 0 ? [(0, rows)] : ((int, int)[])[(18, 5), (1, 6), (7, 11), (0, 1)])
                    {
                        SparseInput samples = asBytes
                            ? SparseInput.Of(bytes.AsSpan(first * size, count * size), 1, default, size)
                            : SparseInput.Of(floats.AsSpan(first * size, count * size), default, size);
                        if (first == (split == 0 ? 0 : 18))
                            kept.Begin(samples);
                        samples.With(kept).Multiply(path, first, count, n, b, n, c, n, GemmStart.Zero, null, GemmEpilogue.None);
                    }
                    SparseInput.KeptIn(kept).MultiplyTransposed(path, 0, size, n, rows, dy, n, dw, n);
                }
            }
            Kernels.Bits(results[1]).Should().Equal(Kernels.Bits(results[0]), $"{path}, bytes {asBytes}");
        }
    }

    [SkippableTheory]
    [VectorPaths(Member = nameof(ShareOfZeros))]
    public void Bytes_give_the_bits_of_their_floats(VectorPath path, double zeros)
    {
        Kernels.Require(path);
        Random random = new(9);
        foreach ((int rows, int size, int n) in (ReadOnlySpan<(int, int, int)>)[(1, 16, 5), (6, 20, 33), (9, 784, 64), (7, 1100, 16),
            (530, 24, 8), (1, 16, 128), (67, 784, 128), (34, 65, 128)])
        {
            byte[] bytes = new byte[(rows + 2) * size];
            foreach (ref byte value in bytes.AsSpan())
                value = random.NextDouble() < zeros ? (byte)0 : (byte)random.Next(1, 256);
            const float scale = 1f / 255;
            float[] floats = bytes.Select(value => value * scale).ToArray();
            int[] indices = Enumerable.Range(0, rows).Select(_ => random.Next(rows + 2)).ToArray();
            (float[] y, float[] w) fromBytes = Both(SparseInput.Of(bytes, scale, indices, size), path, rows, n);
            (float[] y, float[] w) fromFloats = Both(SparseInput.Of(floats, indices, size), path, rows, n);
            Kernels.Bits(fromBytes.y).Should().Equal(Kernels.Bits(fromFloats.y), $"{path} {rows}x{size}x{n} forward");
            Kernels.Bits(fromBytes.w).Should().Equal(Kernels.Bits(fromFloats.w), $"{path} {rows}x{size}x{n} gradient");
        }

        static (float[], float[]) Both(SparseInput samples, VectorPath path, int rows, int n)
        {
            float[] weights = Enumerable.Range(0, samples.Size * n).Select(i => MathF.Sin(i)).ToArray();
            float[] gradients = Enumerable.Range(0, rows * n).Select(i => MathF.Cos(i)).ToArray();
            float[] y = new float[rows * n], w = new float[samples.Size * n];
            ColumnBlockedInput kept = new(rows, samples.Size);
            kept.Begin(samples);
            fixed (float* b = weights, dy = gradients, c = y, dw = w)
            {
                samples.With(kept).Multiply(path, 0, rows, n, b, n, c, n, GemmStart.Zero, null, GemmEpilogue.None);
                SparseInput.KeptIn(kept).MultiplyTransposed(path, 0, samples.Size, n, rows, dy, n, dw, n);
            }
            return (y, w);
        }
    }

    private static GemmCase Sparse(Random random, int m, int n, int k, bool transposed, double zeros)
    {
        GemmCase product = new GemmCase { M = m, N = n, K = k, TransposeA = transposed, Start = GemmStart.Bias, AGap = 1, BGap = 2,
            CGap = 3 }
            .Fill(() => random.NextSingle() * 2 - 1);
        foreach (ref float x in product.A.AsSpan())
        {
            if (random.NextDouble() < zeros)
                x = 0;
        }
        return product;
    }

    private static unsafe float[] Run(GemmCase product, VectorPath path, bool byRows, bool byIndex = false)
    {
        float[] c = (float[])product.C.Clone();
        fixed (float* a = product.A, b = product.B, to = c, bias = product.Bias)
        {
            // The product starts somewhere inside the batch and, transposed, inside its columns.
            int firstRow = product.TransposeA ? 0 : 4;
            int firstColumn = product.TransposeA ? 2 * ColumnBlockedInput.Width + (byIndex ? 7 : 0) : 0;
            int rows = product.TransposeA ? product.K : product.M;
            int columns = product.TransposeA ? product.M : product.K;
            int size = firstColumn + columns;
            float[] data = new float[(rows + 1) * size];
            int[] indices = new int[rows];
            for (int row = 0; row < rows; row++)
            {
                // Rows that are picked stand in any order.
                indices[row] = byIndex ? rows - row : row;
                product.A.AsSpan(row * product.AStride, columns).CopyTo(data.AsSpan(indices[row] * size + firstColumn));
            }
            SparseInput samples = SparseInput.Of(data, byIndex ? indices : default, size);
            ColumnBlockedInput kept = new(firstRow + rows, size);
            kept.Begin(samples);

            if (byRows)
            {
                SparseInput.MultiplyEachRow(
                    path, product.M, product.N, product.K, a, product.AStride, b, product.BStride, to, product.CStride, product.Start,
                        bias, product.Epilogue);
            }
            else if (product.TransposeA)
            {
                float[] forward = new float[Math.Max(1, rows)], weights = new float[Math.Max(1, size)];
                fixed (float* y = forward, w = weights)
                    samples.With(kept).Multiply(path, 0, rows, 1, w, 1, y, 1, GemmStart.Zero, null, GemmEpilogue.None);
                SparseInput.KeptIn(kept).MultiplyTransposed(path, firstColumn, product.M, product.N, product.K, b, product.BStride, to,
                    product.CStride);
            }
            else
            {
                samples.With(kept).Multiply(
                    path, firstRow, product.M, product.N, b, product.BStride, to, product.CStride, product.Start, bias, product.Epilogue);
            }
        }
        return c;
    }
}
