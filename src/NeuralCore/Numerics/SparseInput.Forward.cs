using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

// The forward product.
internal readonly unsafe ref partial struct SparseInput
{
    /// <summary>
    /// C[m x n] = start + A[m x k] * B[k x n], with A the first m rows, skipping steps of k at which a whole group of rows is zero, or, for
    /// rows that are looked at one by one, at which the row is. Keeps the rows in <see cref="Columns"/>, if there are any, from
    /// <paramref name="firstRow"/> on. No result of a group is -0.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Multiply(
        VectorPath path, int firstRow, int m, int n, float* b, nint bStride, float* c, nint cStride,
        GemmStart start, float* bias, GemmEpilogue epilogue)
    {
        int k = Size;
        if (_eachRow)
        {
            fixed (float* a = Floats)
                MultiplyEachRow(path, m, n, k, a, k, b, bStride, c, cStride, start, bias, epilogue);
            return;
        }
        int* indices = stackalloc int[IndexLength];
        byte* memory = stackalloc byte[Group * ExpandedStride * sizeof(float) + AlignedBuffer.Alignment];
        float* expanded = Align(memory);
        GemmTile tile = default;
        tile.RowStep = ExpandedStride;
        tile.KStep = 1;
        tile.BStep = bStride;
        tile.CStride = cStride;
        StripKernels whole = default, sparse = default;
        fixed (byte* bytes = Bytes)
        fixed (float* floats = Floats)
        fixed (int* rowIndices = Indices)
        {
            Source source = new(bytes, Scale, floats, rowIndices, k);
            for (int i = 0; i < m; i += Group)
            {
                int rows = Math.Min(Group, m - i);
                if (i == 0 || rows < Group)
                {
                    whole = new(path, rows, n, PanelColumnsOf(path), isRow: false, isIndexed: false, isTransposed: false);
                    sparse = new(path, rows, n, PanelColumnsOf(path), isRow: false, isIndexed: true, isTransposed: false);
                }
                // Once through the loop for k = 0 too, so that C gets its start.
                int k0 = 0;
                do
                {
                    int block = Math.Min(IndexBlock, k - k0);
                    byte* kept = Columns is null ? null : Columns.Row(k0 / ColumnBlockedInput.Width, firstRow + i);
                    nint keptStep = Columns is null ? 0 : Columns.BlockBytes;
                    int active = Dispatch.Run<RowExpansion, int>(path, new(&source, i, rows, k0, block, expanded, indices, kept, keptStep));
                    bool skips = Skips(active, block);
                    tile.Indices = skips ? indices : null;
                    tile.K = skips ? active : block;
                    tile.Start = k0 == 0 ? start : GemmStart.Accumulate;
                    tile.A = expanded;
                    tile.B = b + k0 * bStride;
                    tile.C = c + i * cStride;
                    tile.Bias = bias;
                    source.Prefetch(i + rows, Math.Min(Group, m - i - rows));
                    (skips ? ref sparse : ref whole).Run(&tile, n);
                    k0 += IndexBlock;
                }
                while (k0 < k);
            }
        }
        if (epilogue != GemmEpilogue.None)
            Gemm.Finish(path, epilogue, c, cStride, null, 0, m, n);
        // A ReLU has no -0.
        for (int i = 0; i < m && epilogue == GemmEpilogue.None; i++)
            TensorPrimitives.Add(new ReadOnlySpan<float>(c + i * cStride, n), 0f, new Span<float>(c + i * cStride, n));
    }

    /// <summary>
    /// C[m x n] = start + A[m x k] * B[k x n], skipping for each row the steps of k at which that row is zero: what a row gives depends on
    /// no other row.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyEachRow(
        VectorPath path, int m, int n, int k, float* a, nint aStride, float* b, nint bStride, float* c, nint cStride,
        GemmStart start, float* bias, GemmEpilogue epilogue)
    {
        int* indices = stackalloc int[IndexLength];
        StripKernels kernels =
            new(path, rows: 1, n, Gemm.RowVectors * Gemm.Lanes(path), isRow: true, isIndexed: true, isTransposed: false);
        GemmTile tile = default;
        tile.KStep = 1;
        tile.BStep = bStride;
        tile.Indices = indices;
        tile.Start = start;
        int firstFull = 0;
        for (int i = 0; i <= m; i++)
        {
            int active = i < m && k <= IndexBlock ? IndexActiveOfRow(path, a + i * aStride, k, indices) : k;
            bool skips = i < m && active <= LargestActiveShareOfRow * k;
            if ((skips || i == m) && firstFull < i)
            {
                Gemm.Multiply(
                    path, i - firstFull, n, k, a + firstFull * aStride, aStride, aTransposed: false, b, bStride,
                    c + firstFull * cStride, cStride, start, bias, epilogue);
            }
            if (skips)
            {
                tile.K = active;
                tile.A = a + i * aStride;
                tile.B = b;
                tile.C = c + i * cStride;
                tile.Bias = bias;
                kernels.Run(&tile, n);
                if (epilogue != GemmEpilogue.None)
                    Gemm.Finish(path, epilogue, c + i * cStride, cStride, null, 0, 1, n);
                firstFull = i + 1;
            }
        }
    }

    /// <summary>
    /// Writes up to <see cref="Group"/> rows as floats, keeps them as they came where kept is not null, and indexes the columns, counted
    /// from firstColumn, at which any of them is not zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ExpandRows<T>(
        in Source source, int firstRow, int rows, int firstColumn, int columns, float* to, int* indices, byte* kept, nint keptStep)
        where T : struct, ILanes<T> => source.Bytes != null
            ? ExpandRows<T, ByteSamples<T>>(source.Bytes, source, firstRow, rows, firstColumn, columns, to, indices, kept, keptStep)
            : ExpandRows<T, FloatSamples<T>>((byte*)source.Floats, source, firstRow, rows, firstColumn, columns, to, indices, kept,
                keptStep);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ExpandRows<T, TSamples>(
        byte* samples, in Source source, int firstRow, int rows, int firstColumn, int columns, float* to, int* indices, byte* kept,
            nint keptStep)
        where T : struct, ILanes<T>
        where TSamples : struct, ISamples<T>
    {
        // Where there are fewer rows, the first stands in for the others, which nobody then reads.
        nint size = TSamples.Size, start = source.Start(firstRow);
        byte* from = samples + size * (start + firstColumn);
        nint row1 = rows > 1 ? size * (source.Start(firstRow + 1) - start) : 0;
        nint row2 = rows > 2 ? size * (source.Start(firstRow + 2) - start) : 0;
        nint row3 = rows > 3 ? size * (source.Start(firstRow + 3) - start) : 0;
        byte* nobody = stackalloc byte[Group * ColumnBlockedInput.Width * sizeof(float)];
        // The rows behind a group that is not full are not its own.
        for (int row = 0; row < rows && rows < Group && kept != null; row++)
        {
            byte* row0 = samples + size * (source.Start(firstRow + row) + firstColumn);
            KeepRow(row0, size, columns, kept + row * size * ColumnBlockedInput.Width, keptStep);
        }
        if (rows < Group || kept == null)
        {
            // What is kept already, or by nobody, goes where nobody looks.
            kept = nobody;
            keptStep = 0;
        }
        int vectors = columns / ColumnBlockedInput.Width, left = columns % ColumnBlockedInput.Width;
        int* end = ExpandBlocks<T, TSamples>(from, row1, row2, row3, source.Scale, to, 0, vectors * ColumnBlockedInput.Width, indices,
            kept, keptStep);
        if (left > 0)
        {
            // The last columns move to where zeros stand behind them.
            nint block = size * ColumnBlockedInput.Width;
            int column = vectors * ColumnBlockedInput.Width;
            byte* last = stackalloc byte[Group * ColumnBlockedInput.Width * sizeof(float)];
            new Span<byte>(last, Group * ColumnBlockedInput.Width * sizeof(float)).Clear();
            from += vectors * block;
            Buffer.MemoryCopy(from, last, block, size * left);
            Buffer.MemoryCopy(from + row1, last + block, block, size * left);
            Buffer.MemoryCopy(from + row2, last + 2 * block, block, size * left);
            Buffer.MemoryCopy(from + row3, last + 3 * block, block, size * left);
            end = ExpandBlocks<T, TSamples>(
                last, block, 2 * block, 3 * block, source.Scale, to + column, column, column + ColumnBlockedInput.Width, end,
                kept + vectors * keptStep, keptStep);
        }
        return (int)(end - indices);
    }

    private static void KeepRow(byte* from, nint size, int columns, byte* kept, nint keptStep)
    {
        for (int column = 0; column < columns; column += ColumnBlockedInput.Width, kept += keptStep)
        {
            int count = (int)size * Math.Min(ColumnBlockedInput.Width, columns - column), whole = (int)size * ColumnBlockedInput.Width;
            new ReadOnlySpan<byte>(from + size * column, count).CopyTo(new Span<byte>(kept, count));
            new Span<byte>(kept + count, whole - count).Clear();
        }
    }

    // A method of its own, so that all of its loop stands in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int* ExpandBlocks<T, TSamples>(
        byte* from, nint row1, nint row2, nint row3, float factor, float* to, int column, int endColumn, int* indices, byte* kept,
            nint keptStep)
        where T : struct, ILanes<T>
        where TSamples : struct, ISamples<T>
    {
        T scale = T.Broadcast(factor);
        for (; column < endColumn; column += ColumnBlockedInput.Width)
        {
            TSamples.Copy(from, kept);
            TSamples.Copy(from + row1, kept + TSamples.Size * ColumnBlockedInput.Width);
            TSamples.Copy(from + row2, kept + TSamples.Size * ColumnBlockedInput.Width * 2);
            TSamples.Copy(from + row3, kept + TSamples.Size * ColumnBlockedInput.Width * 3);
            kept += keptStep;
            T x0 = TSamples.Load(from, scale);
            T x1 = TSamples.Load(from + row1, scale);
            T x2 = TSamples.Load(from + row2, scale);
            T x3 = TSamples.Load(from + row3, scale);
            from += TSamples.Size * ColumnBlockedInput.Width;
            T.Store(x0, to);
            T.Store(x1, to + ExpandedStride);
            T.Store(x2, to + 2 * ExpandedStride);
            T.Store(x3, to + 3 * ExpandedStride);
            to += ColumnBlockedInput.Width;
            indices += T.IndexNonZero(x0 | x1 | x2 | x3, column, indices);
        }
        return indices;
    }

    /// <summary>Indexes the steps at which one row is not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int IndexActiveOfRow(VectorPath path, float* a, int k, int* indices)
    {
        int count = 0;
        int p = 0;
        if (path == VectorPath.Vector512)
        {
            Vector512<int> steps = Vector512<int>.Indices;
            for (; p <= k - 16; p += 16, steps += Vector512.Create(16))
                count += Append(Avx512F.CompareNotEqual(Vector512.Load(a + p), Vector512<float>.Zero).AsInt32(), steps, indices + count);
        }
        for (; p < k; p++)
        {
            indices[count] = p;
            count += a[p] != 0 ? 1 : 0;
        }
        return count;
    }

    /// <summary>Samples, pinned.</summary>
    private readonly struct Source(byte* bytes, float scale, float* floats, int* indices, nint size)
    {
        public readonly byte* Bytes = bytes;
        public readonly float* Floats = floats;
        public readonly float Scale = scale;

        /// <summary>Where a row starts, in values.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public nint Start(int row) => (indices == null ? row : indices[row]) * size;

        /// <summary>Prefetches rows that come next: they are drawn at random from more memory than any cache holds.</summary>
        public void Prefetch(int firstRow, int rows)
        {
            for (int row = firstRow; row < firstRow + rows; row++)
            {
                if (Bytes != null)
                    ByteKernel.Prefetch(Bytes + Start(row), size);
                else
                    ByteKernel.Prefetch((byte*)(Floats + Start(row)), size * sizeof(float));
            }
        }
    }

    /// <summary>How samples are stored.</summary>
    private interface ISamples<T>
        where T : struct, ILanes<T>
    {
        /// <summary>The bytes of a value.</summary>
        static abstract nint Size { get; }

        /// <summary>Sixteen values as floats.</summary>
        static abstract T Load(byte* from, T scale);

        /// <summary>Sixteen values as they are.</summary>
        static abstract void Copy(byte* from, byte* to);
    }

    private readonly struct ByteSamples<T> : ISamples<T>
        where T : struct, ILanes<T>
    {
        public static nint Size => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Load(byte* from, T scale) => T.LoadBytes(from) * scale;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Copy(byte* from, byte* to) => Vector128.Load(from).Store(to);
    }

    private readonly struct FloatSamples<T> : ISamples<T>
        where T : struct, ILanes<T>
    {
        public static nint Size => sizeof(float);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Load(byte* from, T scale) => T.Load((float*)from);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Copy(byte* from, byte* to) => T.Store(T.Load((float*)from), (float*)to);
    }

    private readonly struct RowExpansion(
        Source* source, int firstRow, int rows, int firstColumn, int columns, float* to, int* indices, byte* kept, nint keptStep)
        : ILaneOperation<int>
    {
        public int Run<T>()
            where T : struct, ILanes<T> => ExpandRows<T>(*source, firstRow, rows, firstColumn, columns, to, indices, kept, keptStep);
    }
}
