using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace NeuralCore.Numerics;

/// <summary>
/// Single-precision matrix products on spans: C = op(A) op(B), C += op(A) op(B) and C = op(A) op(B) + bias, where op is the matrix or its
/// transpose.
/// </summary>
/// <remarks>
/// <para>
/// All matrices are row-major. A stride is the number of floats from one row to the next <em>as stored</em>: op(A) is m x k, so
/// A is stored as m rows of k, or, when <c>transposeA</c> is set, as k rows of m. B is stored as k rows of n, or, transposed, as n rows of
/// k.
/// </para>
/// <para>
/// Each element of C is one chain of fused multiply-adds over k = 0 .. K-1 in order, started at 0, at the value of C, or at the bias. So
/// the result has the same bits on every processor with FMA, for every vector width (<see cref="InstructionSet"/>), every stride and every
/// thread count.
/// </para>
/// <para>Elements between the rows of a strided matrix are neither read nor written. No memory is allocated once warm with one
/// thread.</para>
/// </remarks>
public static unsafe partial class MatrixPrimitives
{
    // Fewer rows than this do not pay for copying B into panels, unless B's rows lie whole pages apart and off the cache lines: then each
    // load takes two lines, and those of all rows share a few places of the cache (1024 columns: 150 GFLOP/s instead of 217 on a line).
    private const int MinRowsToPack = 256;
    private const int MinRowsToPackPages = 80;
    private const int FloatsInPage = 1024;

    // A share of work smaller than this does not pay for waking a thread.
    private const long MinFlopsPerThread = 1 << 20;

    private const int SharesPerThread = 4;

    // Shares are whole tiles (of 8, 6 or 4 rows), so that no thread works on an edge inside the matrix.
    private const int RowGrain = 24;

    /// <summary>C = op(A) op(B), all matrices without gaps between rows.</summary>
    /// <param name="a">A: m x k floats, or k x m when <paramref name="transposeA"/>.</param>
    /// <param name="b">B: k x n floats, or n x k when <paramref name="transposeB"/>.</param>
    /// <param name="c">C: m x n floats, overwritten.</param>
    /// <param name="m">Rows of op(A) and C.</param>
    /// <param name="n">Columns of op(B) and C.</param>
    /// <param name="k">Columns of op(A), rows of op(B).</param>
    /// <param name="transposeA">Whether A is stored transposed.</param>
    /// <param name="transposeB">Whether B is stored transposed.</param>
    /// <param name="threads">How many threads may share the work; small products use fewer. The result does not depend on it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or <paramref name="threads"/> is below 1.</exception>
    /// <exception cref="ArgumentException">
    /// A span is too short, or <paramref name="c"/> overlaps <paramref name="a"/> or <paramref name="b"/>.
    /// </exception>
    public static void Multiply(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k,
        bool transposeA = false, bool transposeB = false, int threads = 1) =>
        Run(a, transposeA ? m : k, transposeA, b, transposeB ? k : n, transposeB, c, n, default, GemmStart.Zero, m, n, k, threads);

    /// <summary>C = op(A) op(B), with strides.</summary>
    /// <param name="a">A, stored as m rows of k, or k rows of m when <paramref name="transposeA"/>.</param>
    /// <param name="aStride">Floats from one stored row of A to the next.</param>
    /// <param name="transposeA">Whether A is stored transposed.</param>
    /// <param name="b">B, stored as k rows of n, or n rows of k when <paramref name="transposeB"/>.</param>
    /// <param name="bStride">Floats from one stored row of B to the next.</param>
    /// <param name="transposeB">Whether B is stored transposed.</param>
    /// <param name="c">C, m rows of n, overwritten.</param>
    /// <param name="cStride">Floats from one row of C to the next.</param>
    /// <param name="m">Rows of op(A) and C.</param>
    /// <param name="n">Columns of op(B) and C.</param>
    /// <param name="k">Columns of op(A), rows of op(B).</param>
    /// <param name="threads">How many threads may share the work; small products use fewer. The result does not depend on it.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A size is negative, a stride is smaller than its row, or <paramref name="threads"/> is below 1.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// A span is too short, or <paramref name="c"/> overlaps <paramref name="a"/> or <paramref name="b"/>.
    /// </exception>
    public static void Multiply(
        ReadOnlySpan<float> a, int aStride, bool transposeA, ReadOnlySpan<float> b, int bStride, bool transposeB,
        Span<float> c, int cStride, int m, int n, int k, int threads = 1) =>
        Run(a, aStride, transposeA, b, bStride, transposeB, c, cStride, default, GemmStart.Zero, m, n, k, threads);

    /// <summary>C += op(A) op(B): C is read and added to. All matrices without gaps between rows.</summary>
    /// <inheritdoc cref="Multiply(ReadOnlySpan{float}, ReadOnlySpan{float}, Span{float}, int, int, int, bool, bool, int)"/>
    public static void MultiplyAdd(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k,
        bool transposeA = false, bool transposeB = false, int threads = 1) =>
        Run(a, transposeA ? m : k, transposeA, b, transposeB ? k : n, transposeB, c, n, default, GemmStart.Accumulate, m, n, k, threads);

    /// <summary>C += op(A) op(B): C is read and added to. With strides.</summary>
    /// <inheritdoc cref="Multiply(ReadOnlySpan{float}, int, bool, ReadOnlySpan{float}, int, bool, Span{float}, int, int, int, int, int)"/>
    public static void MultiplyAdd(
        ReadOnlySpan<float> a, int aStride, bool transposeA, ReadOnlySpan<float> b, int bStride, bool transposeB,
        Span<float> c, int cStride, int m, int n, int k, int threads = 1) =>
        Run(a, aStride, transposeA, b, bStride, transposeB, c, cStride, default, GemmStart.Accumulate, m, n, k, threads);

    /// <summary>C = op(A) op(B) + bias, the bias added to every row, all matrices without gaps between rows.</summary>
    /// <param name="a">A: m x k floats, or k x m when <paramref name="transposeA"/>.</param>
    /// <param name="b">B: k x n floats, or n x k when <paramref name="transposeB"/>.</param>
    /// <param name="bias">One value for each of the n columns; each element's chain starts with it.</param>
    /// <param name="c">C: m x n floats, overwritten.</param>
    /// <param name="m">Rows of op(A) and C.</param>
    /// <param name="n">Columns of op(B) and C.</param>
    /// <param name="k">Columns of op(A), rows of op(B).</param>
    /// <param name="transposeA">Whether A is stored transposed.</param>
    /// <param name="transposeB">Whether B is stored transposed.</param>
    /// <param name="threads">How many threads may share the work; small products use fewer. The result does not depend on it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or <paramref name="threads"/> is below 1.</exception>
    /// <exception cref="ArgumentException">A span is too short, or <paramref name="c"/> overlaps an input.</exception>
    public static void MultiplyAddBias(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> bias, Span<float> c, int m, int n, int k,
        bool transposeA = false, bool transposeB = false, int threads = 1) =>
        Run(a, transposeA ? m : k, transposeA, b, transposeB ? k : n, transposeB, c, n, bias, GemmStart.Bias, m, n, k, threads);

    /// <summary>C = op(A) op(B) + bias, the bias added to every row, with strides.</summary>
    /// <param name="a">A, stored as m rows of k, or k rows of m when <paramref name="transposeA"/>.</param>
    /// <param name="aStride">Floats from one stored row of A to the next.</param>
    /// <param name="transposeA">Whether A is stored transposed.</param>
    /// <param name="b">B, stored as k rows of n, or n rows of k when <paramref name="transposeB"/>.</param>
    /// <param name="bStride">Floats from one stored row of B to the next.</param>
    /// <param name="transposeB">Whether B is stored transposed.</param>
    /// <param name="bias">One value for each of the n columns; each element's chain starts with it.</param>
    /// <param name="c">C, m rows of n, overwritten.</param>
    /// <param name="cStride">Floats from one row of C to the next.</param>
    /// <param name="m">Rows of op(A) and C.</param>
    /// <param name="n">Columns of op(B) and C.</param>
    /// <param name="k">Columns of op(A), rows of op(B).</param>
    /// <param name="threads">How many threads may share the work; small products use fewer. The result does not depend on it.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A size is negative, a stride is smaller than its row, or <paramref name="threads"/> is below 1.
    /// </exception>
    /// <exception cref="ArgumentException">A span is too short, or <paramref name="c"/> overlaps an input.</exception>
    public static void MultiplyAddBias(
        ReadOnlySpan<float> a, int aStride, bool transposeA, ReadOnlySpan<float> b, int bStride, bool transposeB, ReadOnlySpan<float> bias,
        Span<float> c, int cStride, int m, int n, int k, int threads = 1) =>
        Run(a, aStride, transposeA, b, bStride, transposeB, c, cStride, bias, GemmStart.Bias, m, n, k, threads);

    private static void Run(
        ReadOnlySpan<float> a, int aStride, bool transposeA, ReadOnlySpan<float> b, int bStride, bool transposeB,
        Span<float> c, int cStride, ReadOnlySpan<float> bias, GemmStart start, int m, int n, int k, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(m);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        a = Check(a, transposeA ? k : m, transposeA ? m : k, aStride, nameof(a), nameof(aStride));
        b = Check(b, transposeB ? n : k, transposeB ? k : n, bStride, nameof(b), nameof(bStride));
        c = c[..Check(c, m, n, cStride, nameof(c), nameof(cStride)).Length];
        if (start == GemmStart.Bias)
        {
            if (bias.Length < n)
                ThrowTooShort(nameof(bias), bias.Length, n, $"{n} columns");
            bias = bias[..n];
        }
        if (c.Overlaps(a))
            ThrowOverlap(nameof(a));
        if (c.Overlaps(b))
            ThrowOverlap(nameof(b));
        if (c.Overlaps(bias))
            ThrowOverlap(nameof(bias));
        if (m == 0 || n == 0)
            return;

        fixed (float* aStart = a, bStart = b, cStart = c, biasStart = bias)
        {
            var product = new Product
            {
                M = m, N = n, K = k,
                A = aStart, AStride = aStride, ATransposed = transposeA,
                B = bStart, BStride = bStride,
                C = cStart, CStride = cStride,
                Bias = biasStart, Start = start,
            };
            bool collides = bStride % FloatsInPage == 0 && (nuint)bStart % AlignedBuffer.Alignment != 0;
            if (!transposeB && m < (collides ? MinRowsToPackPages : MinRowsToPack))
            {
                Split(product, threads);
                return;
            }

            // 15 floats more, so that the panels start on a cache line.
            float[] scratch = ArrayPool<float>.Shared.Rent(checked(Gemm.PackedLength(k, n) + 15));
            try
            {
                fixed (float* packed = scratch)
                {
                    product.Packed = (float*)(((nuint)packed + 63) & ~(nuint)63);
                    for (int panel = 0; panel < Gemm.PanelCount(n); panel++)
                        Gemm.PackPanel(panel, k, n, bStart, bStride, transposeB, product.Packed);
                    Split(product, threads);
                }
            }
            finally
            {
                ArrayPool<float>.Shared.Return(scratch);
            }
        }
    }

    private struct Product
    {
        public int M, N, K;
        public float* A, B, C, Bias, Packed;
        public nint AStride, BStride, CStride;
        public bool ATransposed;
        public GemmStart Start;

        public readonly void Compute(int firstRow, int rows, int firstPanel, int endPanel)
        {
            float* a = A + firstRow * (ATransposed ? 1 : AStride);
            bool isPacked = Packed != null;
            Gemm.MultiplyPanels(
                firstPanel, endPanel, rows, N, K, a, AStride, ATransposed, isPacked ? Packed : B, BStride, isPacked,
                C + firstRow * CStride, CStride, Start, Bias);
        }
    }

    // Rows are dealt out in whole tiles; a product with few rows deals out columns instead.
    private static void Split(in Product product, int threads)
    {
        long flops = 2L * product.M * product.N * Math.Max(1, product.K);
        int rowGrains = (product.M + RowGrain - 1) / RowGrain;
        int panels = Gemm.PanelCount(product.N);
        bool byRows = rowGrains >= Math.Min(threads, panels);
        threads = (int)Math.Min(Math.Min(threads, byRows ? rowGrains : panels), Math.Max(1, flops / MinFlopsPerThread));
        if (threads == 1)
            product.Compute(0, product.M, 0, panels);
        else
            Share(product, threads, byRows, byRows ? rowGrains : panels, panels);
    }

    // Apart from Split, so that the closure is allocated only when there are threads.
    private static void Share(Product product, int threads, bool byRows, int grains, int panels)
    {
        // More shares than threads, so that a thread whose processor is busy elsewhere does not hold up the others.
        int shares = Math.Min(grains, SharesPerThread * threads);
        Parallel.For(0, shares, new ParallelOptions { MaxDegreeOfParallelism = threads }, share =>
        {
            int first = (int)((long)grains * share / shares), end = (int)((long)grains * (share + 1) / shares);
            if (byRows)
                product.Compute(first * RowGrain, Math.Min(end * RowGrain, product.M) - first * RowGrain, 0, panels);
            else
                product.Compute(0, product.M, first, end);
        });
    }

    /// <summary>The part of the span that the matrix reaches, so that overlap means shared memory.</summary>
    private static ReadOnlySpan<float> Check(ReadOnlySpan<float> span, int rows, int columns, int stride, string name, string strideName)
    {
        if (stride < columns)
            throw new ArgumentOutOfRangeException(strideName, stride,
                $"{strideName} is {stride}, but a stored row of {name} has {columns} elements.");
        long needed = rows == 0 || columns == 0 ? 0 : (rows - 1L) * stride + columns;
        if (span.Length < needed)
            ThrowTooShort(name, span.Length, needed, $"{rows} rows of {columns} with stride {stride}");
        return span[..(int)needed];
    }

    [DoesNotReturn]
    private static void ThrowTooShort(string name, int length, long needed, string shape) =>
        throw new ArgumentException($"{name} holds {length} floats, but {shape} need {needed}.", name);

    [DoesNotReturn]
    private static void ThrowOverlap(string name) =>
        throw new ArgumentException($"c overlaps {name}. A product cannot be written over its own inputs; give it memory of its own.", "c");
}
