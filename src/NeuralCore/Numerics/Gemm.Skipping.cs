using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

// Products that leave out steps of k at which A holds nothing but zeros. For finite B that is numerically equal: fma(0, b, c) = c. Only the sign
// of a zero may differ, after an underflow to -0. The product of samples makes each zero +0 in the end, so its bits do not depend on what was left out. In the others
// that depends on A alone: on groups of columns counted from the very first, or on single rows.
internal static unsafe partial class Gemm
{
    /// <summary>Rows that are looked at together. Callers that split rows do so at multiples of this.</summary>
    internal const int SkipGroup = 4;

    // With more active steps than this share a group is computed in full, whose loads the processor foresees.
    private const float LargestActiveShare = 0.9f;

    // A row on its own shares no load of B with others, so it pays from fewer active steps.
    private const float LargestActiveShareOfRow = 0.3f;

    // The steps of k that are listed at once, along a row and down the columns: the group's floats then take 16 or 32 KB.
    private const int SkipBlock = 1024;
    private const int SkipBlockTransposed = 512;

    // Not a multiple of 4 KB, where the group's rows would fall on one another in the cache.
    private const int ExpandedStride = SkipBlock + 16;

    // A list has room for what a vector stores behind its end and for what a kernel fetches ahead.
    private const int ListLength = SkipBlock + 16;

    // With 512 bits, tiles of 4 rows x 4 vectors.
    private const int SkipColumns = 64;

    /// <summary>
    /// C[m x n] = start + A[m x k] * B[k x n], with A the first m samples, skipping steps of k at which a whole group of rows is zero. Keeps the samples in
    /// columns, if there are any, from their row firstRow on. No result is -0.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplySkippingZeros(
        VectorPath path, SampleRows samples, InputColumns? columns, int firstRow, int m, int n, float* b, nint bStride, float* c, nint cStride,
        GemmStart start, float* bias, GemmEpilogue epilogue)
    {
        int k = samples.Size;
        int* list = stackalloc int[ListLength];
        byte* memory = stackalloc byte[SkipGroup * ExpandedStride * sizeof(float) + AlignedBuffer.Alignment];
        float* expanded = Align(memory);
        fixed (byte* bytes = samples.Bytes)
        fixed (float* floats = samples.Floats)
        fixed (int* indices = samples.Indices)
        {
            Source source = new(bytes, samples.Scale, floats, indices, k);
            for (int i = 0; i < m; i += SkipGroup)
            {
                int rows = Math.Min(SkipGroup, m - i);
                // Once through the loop for k = 0 too, so that C gets its start.
                int k0 = 0;
                do
                {
                    int block = Math.Min(SkipBlock, k - k0);
                    byte* kept = columns is null ? null : columns.Row(k0 / InputColumns.Width, firstRow + i);
                    nint keptStep = columns is null ? 0 : columns.BlockBytes;
                    int active = Dispatch.Run<RowExpansion, int>(path, new(&source, i, rows, k0, block, expanded, list, kept, keptStep));
                    GemmTile tile = GroupTile(list, active, block, k0 == 0 ? start : GemmStart.Accumulate);
                    tile.RowStep = ExpandedStride;
                    tile.KStep = 1;
                    tile.BStep = bStride;
                    tile.CStride = cStride;
                    source.Fetch(i + rows, Math.Min(SkipGroup, m - i - rows));
                    MultiplyGroup(path, tile, rows, n, expanded, b + k0 * bStride, c + i * cStride, bias);
                    k0 += SkipBlock;
                }
                while (k0 < k);
            }
        }
        if (epilogue != GemmEpilogue.None)
            Finish(path, epilogue, c, cStride, null, 0, m, n);
        // A ReLU has no -0.
        for (int i = 0; i < m && epilogue == GemmEpilogue.None; i++)
            TensorPrimitives.Add(new ReadOnlySpan<float>(c + i * cStride, n), 0f, new Span<float>(c + i * cStride, n));
    }

    /// <summary>
    /// C[m x n] = Aᵀ * B[k x n], with A the columns [firstColumn, firstColumn + m) of the first k rows kept, skipping steps of k at which a whole group of
    /// columns, counted from the very first, is zero.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyTransposedSkippingZeros(
        VectorPath path, InputColumns kept, int firstColumn, int m, int n, int k, float* b, nint bStride, float* c, nint cStride)
    {
        int* list = stackalloc int[ListLength];
        ushort* words = stackalloc ushort[SkipBlockTransposed];
        byte* memory = stackalloc byte[SkipBlockTransposed * InputColumns.Width * sizeof(float) + AlignedBuffer.Alignment];
        float* expanded = Align(memory);
        int endColumn = firstColumn + m;
        int column = firstColumn;
        while (column < endColumn)
        {
            int end = Math.Min(column / InputColumns.Width * InputColumns.Width + InputColumns.Width, endColumn);
            int k0 = 0;
            do
            {
                int block = Math.Min(SkipBlockTransposed, k - k0);
                float* a = (float*)Dispatch.Run<ColumnExpansion, nint>(path, new(kept, column / InputColumns.Width, k0, block, expanded, words));
                int groupEnd;
                for (int group = column; group < end; group = groupEnd)
                {
                    int inBlock = group % InputColumns.Width;
                    groupEnd = Math.Min(group / SkipGroup * SkipGroup + SkipGroup, end);
                    int active = ListActiveRows(path, words, inBlock / SkipGroup * SkipGroup, block, list);
                    GemmTile tile = GroupTile(list, active, block, k0 == 0 ? GemmStart.Zero : GemmStart.Accumulate);
                    tile.RowStep = 1;
                    tile.KStep = InputColumns.Width;
                    tile.BStep = bStride;
                    tile.CStride = cStride;
                    MultiplyGroup(path, tile, groupEnd - group, n, a + inBlock, b + k0 * bStride, c + (group - firstColumn) * cStride, null);
                }
                k0 += SkipBlockTransposed;
            }
            while (k0 < k);
            column = end;
        }
    }

    /// <summary>
    /// C[m x n] = start + A[m x k] * B[k x n], skipping for each row the steps of k at which that row is zero: what a row gives depends on no other row.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplySkippingZerosOfRows(
        VectorPath path, int m, int n, int k, float* a, nint aStride, float* b, nint bStride, float* c, nint cStride, GemmStart start, float* bias, GemmEpilogue epilogue)
    {
        int* list = stackalloc int[ListLength];
        int firstFull = 0;
        for (int i = 0; i <= m; i++)
        {
            int active = i < m && k <= SkipBlock ? ListActiveOfRow(path, a + i * aStride, k, list) : k;
            bool skips = i < m && active <= LargestActiveShareOfRow * k;
            if ((skips || i == m) && firstFull < i)
            {
                Multiply(
                    path, i - firstFull, n, k, a + firstFull * aStride, aStride, aTransposed: false, b, bStride, c + firstFull * cStride, cStride, start, bias, epilogue);
            }
            if (skips)
            {
                MultiplyRow(path, active, n, a + i * aStride, b, bStride, c + i * cStride, list, start, bias);
                if (epilogue != GemmEpilogue.None)
                    Finish(path, epilogue, c + i * cStride, cStride, null, 0, 1, n);
                firstFull = i + 1;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static GemmTile GroupTile(int* list, int active, int block, GemmStart start)
    {
        bool skips = active <= LargestActiveShare * block;
        GemmTile tile = default;
        tile.Indices = skips ? list : null;
        tile.K = skips ? active : block;
        tile.Start = start;
        return tile;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyGroup(VectorPath path, GemmTile tile, int rows, int n, float* a, float* b, float* c, float* bias)
    {
        tile.A = a;
        tile.B = b;
        tile.C = c;
        tile.Bias = bias;
        Run(path, &tile, rows, n, path == VectorPath.Vector512 ? SkipColumns : TileColumns(path), isRow: false);
    }

    private static void MultiplyRow(
        VectorPath path, int active, int n, float* a, float* b, nint bStride, float* c, int* list, GemmStart start, float* bias)
    {
        GemmTile tile = default;
        tile.KStep = 1;
        tile.BStep = bStride;
        tile.K = active;
        tile.Indices = list;
        tile.Start = start;
        tile.A = a;
        tile.B = b;
        tile.C = c;
        tile.Bias = bias;
        Run(path, &tile, 1, n, RowVectors * Lanes(path), isRow: true);
    }

    private static float* Align(byte* memory) => (float*)((nint)(memory + AlignedBuffer.Alignment - 1) & -AlignedBuffer.Alignment);

    /// <summary>
    /// Writes up to <see cref="SkipGroup"/> rows as floats, keeps them as they came where kept is not null, and lists the columns, counted from firstColumn, at
    /// which any of them is not zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ExpandRows<T>(
        in Source source, int firstRow, int rows, int firstColumn, int columns, float* to, int* list, byte* kept, nint keptStep)
        where T : struct, ILanes<T> => source.Bytes != null
            ? ExpandRows<T, ByteSamples<T>>(source.Bytes, source, firstRow, rows, firstColumn, columns, to, list, kept, keptStep)
            : ExpandRows<T, FloatSamples<T>>((byte*)source.Floats, source, firstRow, rows, firstColumn, columns, to, list, kept, keptStep);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ExpandRows<T, TSamples>(
        byte* samples, in Source source, int firstRow, int rows, int firstColumn, int columns, float* to, int* list, byte* kept, nint keptStep)
        where T : struct, ILanes<T>
        where TSamples : struct, ISamples<T>
    {
        // Where there are fewer rows, the first stands in for the others, which nobody then reads.
        nint size = TSamples.Size, start = source.Start(firstRow);
        byte* from = samples + size * (start + firstColumn);
        nint row1 = rows > 1 ? size * (source.Start(firstRow + 1) - start) : 0;
        nint row2 = rows > 2 ? size * (source.Start(firstRow + 2) - start) : 0;
        nint row3 = rows > 3 ? size * (source.Start(firstRow + 3) - start) : 0;
        byte* nobody = stackalloc byte[SkipGroup * InputColumns.Width * sizeof(float)];
        // The rows behind a group that is not full are not its own.
        for (int row = 0; row < rows && rows < SkipGroup && kept != null; row++)
            KeepRow(samples + size * (source.Start(firstRow + row) + firstColumn), size, columns, kept + row * size * InputColumns.Width, keptStep);
        if (rows < SkipGroup || kept == null)
        {
            // What is kept already, or by nobody, goes where nobody looks.
            kept = nobody;
            keptStep = 0;
        }
        int vectors = columns / InputColumns.Width, left = columns % InputColumns.Width;
        int* end = ExpandBlocks<T, TSamples>(from, row1, row2, row3, source.Scale, to, 0, vectors * InputColumns.Width, list, kept, keptStep);
        if (left > 0)
        {
            // The last columns move to where zeros stand behind them.
            nint block = size * InputColumns.Width;
            int column = vectors * InputColumns.Width;
            byte* last = stackalloc byte[SkipGroup * InputColumns.Width * sizeof(float)];
            new Span<byte>(last, SkipGroup * InputColumns.Width * sizeof(float)).Clear();
            from += vectors * block;
            Buffer.MemoryCopy(from, last, block, size * left);
            Buffer.MemoryCopy(from + row1, last + block, block, size * left);
            Buffer.MemoryCopy(from + row2, last + 2 * block, block, size * left);
            Buffer.MemoryCopy(from + row3, last + 3 * block, block, size * left);
            end = ExpandBlocks<T, TSamples>(
                last, block, 2 * block, 3 * block, source.Scale, to + column, column, column + InputColumns.Width, end, kept + vectors * keptStep, keptStep);
        }
        return (int)(end - list);
    }

    private static void KeepRow(byte* from, nint size, int columns, byte* kept, nint keptStep)
    {
        for (int column = 0; column < columns; column += InputColumns.Width, kept += keptStep)
        {
            int count = (int)size * Math.Min(InputColumns.Width, columns - column), whole = (int)size * InputColumns.Width;
            new ReadOnlySpan<byte>(from + size * column, count).CopyTo(new Span<byte>(kept, count));
            new Span<byte>(kept + count, whole - count).Clear();
        }
    }

    // A method of its own, so that all of its loop stands in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int* ExpandBlocks<T, TSamples>(
        byte* from, nint row1, nint row2, nint row3, float factor, float* to, int column, int endColumn, int* list, byte* kept, nint keptStep)
        where T : struct, ILanes<T>
        where TSamples : struct, ISamples<T>
    {
        T scale = T.Broadcast(factor);
        for (; column < endColumn; column += InputColumns.Width)
        {
            TSamples.Copy(from, kept);
            TSamples.Copy(from + row1, kept + TSamples.Size * InputColumns.Width);
            TSamples.Copy(from + row2, kept + TSamples.Size * InputColumns.Width * 2);
            TSamples.Copy(from + row3, kept + TSamples.Size * InputColumns.Width * 3);
            kept += keptStep;
            T x0 = TSamples.Load(from, scale);
            T x1 = TSamples.Load(from + row1, scale);
            T x2 = TSamples.Load(from + row2, scale);
            T x3 = TSamples.Load(from + row3, scale);
            from += TSamples.Size * InputColumns.Width;
            T.Store(x0, to);
            T.Store(x1, to + ExpandedStride);
            T.Store(x2, to + 2 * ExpandedStride);
            T.Store(x3, to + 3 * ExpandedStride);
            to += InputColumns.Width;
            list += T.IndexNonZero(x0 | x1 | x2 | x3, column, list);
        }
        return list;
    }

    /// <summary>Gives the rows of a block of columns as floats, 16 a row, and writes for each row the bits of those that are not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float* ExpandColumns<T>(InputColumns kept, int block, int firstRow, int rows, float* to, ushort* words)
        where T : struct, ILanes<T>
    {
        byte* from = kept.Row(block, firstRow);
        if (!kept.AreBytes)
        {
            float* floats = (float*)from;
            for (int row = 0; row < rows; row++)
                words[row] = (ushort)T.NonZeroBits(T.Load(floats + (nint)row * InputColumns.Width));
            return floats;
        }
        T scale = T.Broadcast(kept.Scale);
        for (int row = 0; row < rows; row++)
        {
            T x = T.LoadBytes(from + (nint)row * InputColumns.Width) * scale;
            T.Store(x, to + (nint)row * InputColumns.Width);
            words[row] = (ushort)T.NonZeroBits(x);
        }
        return to;
    }

    /// <summary>Lists the rows at which any of <see cref="SkipGroup"/> columns, of the 16 that the words stand for, is not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ListActiveRows(VectorPath path, ushort* words, int group, int rows, int* list)
    {
        uint mask = 0xFu << group;
        int count = 0;
        int row = 0;
        if (path == VectorPath.Vector512)
        {
            Vector512<int> wanted = Vector512.Create((int)mask);
            Vector512<int> positions = Vector512<int>.Indices;
            for (; row <= rows - 16; row += 16, positions += Vector512.Create(16))
            {
                Vector512<int> bits = Avx512F.ConvertToVector512Int32(Vector256.Load(words + row)) & wanted;
                count += Append(Avx512F.CompareNotEqual(bits, Vector512<int>.Zero), positions, list + count);
            }
        }
        for (; row < rows; row++)
        {
            // Without branches, which nobody could predict.
            list[count] = row;
            count += (words[row] & mask) != 0 ? 1 : 0;
        }
        return count;
    }

    /// <summary>Lists the steps at which one row is not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ListActiveOfRow(VectorPath path, float* a, int k, int* list)
    {
        int count = 0;
        int p = 0;
        if (path == VectorPath.Vector512)
        {
            Vector512<int> positions = Vector512<int>.Indices;
            for (; p <= k - 16; p += 16, positions += Vector512.Create(16))
                count += Append(Avx512F.CompareNotEqual(Vector512.Load(a + p), Vector512<float>.Zero).AsInt32(), positions, list + count);
        }
        for (; p < k; p++)
        {
            list[count] = p;
            count += a[p] != 0 ? 1 : 0;
        }
        return count;
    }

    // The active positions move to the front; what is stored behind them is overwritten by the next.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Append(Vector512<int> active, Vector512<int> positions, int* list)
    {
        Avx512F.Compress(Vector512<int>.Zero, active, positions).Store(list);
        return System.Numerics.BitOperations.PopCount((uint)active.ExtractMostSignificantBits());
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

        /// <summary>Asks for rows that come next: they are drawn at random from more memory than any cache holds.</summary>
        public void Fetch(int firstRow, int rows)
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
        Source* source, int firstRow, int rows, int firstColumn, int columns, float* to, int* list, byte* kept, nint keptStep)
        : ILaneOperation<int>
    {
        public int Run<T>()
            where T : struct, ILanes<T> => ExpandRows<T>(*source, firstRow, rows, firstColumn, columns, to, list, kept, keptStep);
    }

    private readonly struct ColumnExpansion(InputColumns kept, int block, int firstRow, int rows, float* to, ushort* words) : ILaneOperation<nint>
    {
        public nint Run<T>()
            where T : struct, ILanes<T> => (nint)ExpandColumns<T>(kept, block, firstRow, rows, to, words);
    }
}
