using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

// The weight gradient.
internal readonly unsafe ref partial struct SparseInput
{
    /// <summary>
    /// C[m x n] = Aᵀ * B[k x n], with A the columns [firstColumn, firstColumn + m) of the first k rows kept, skipping steps of k at which a
    /// whole group of columns, counted from the very first, is zero.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTransposed(
        VectorPath path, ColumnBlockedInput kept, int firstColumn, int m, int n, int k, float* b, nint bStride, float* c, nint cStride)
    {
        int* indices = stackalloc int[IndexLength];
        ushort* words = stackalloc ushort[IndexBlockTransposed];
        byte* memory = stackalloc byte[IndexBlockTransposed * ColumnBlockedInput.Width * sizeof(float) + AlignedBuffer.Alignment];
        float* expanded = Align(memory);
        GemmTile tile = default;
        tile.RowStep = 1;
        tile.KStep = ColumnBlockedInput.Width;
        tile.BStep = bStride;
        tile.CStride = cStride;
        StripKernels whole = default, sparse = default;
        int kernelRows = 0;
        int endColumn = firstColumn + m;
        int column = firstColumn;
        while (column < endColumn)
        {
            int end = Math.Min(column / ColumnBlockedInput.Width * ColumnBlockedInput.Width + ColumnBlockedInput.Width, endColumn);
            int k0 = 0;
            do
            {
                int block = Math.Min(IndexBlockTransposed, k - k0);
                float* a = (float*)Dispatch.Run<ColumnExpansion,
                    nint>(path, new(kept, column / ColumnBlockedInput.Width, k0, block, expanded, words));
                int groupEnd;
                for (int group = column; group < end; group = groupEnd)
                {
                    int inBlock = group % ColumnBlockedInput.Width;
                    groupEnd = Math.Min(group / Group * Group + Group, end);
                    int active = IndexActiveRows(path, words, inBlock / Group * Group, block, indices);
                    if (groupEnd - group != kernelRows)
                    {
                        kernelRows = groupEnd - group;
                        whole = new(path, kernelRows, n, PanelColumnsOf(path), isRow: false, isIndexed: false, isTransposed: true);
                        sparse = new(path, kernelRows, n, PanelColumnsOf(path), isRow: false, isIndexed: true, isTransposed: true);
                    }
                    bool skips = Skips(active, block);
                    tile.Indices = skips ? indices : null;
                    tile.K = skips ? active : block;
                    tile.Start = k0 == 0 ? GemmStart.Zero : GemmStart.Accumulate;
                    tile.A = a + inBlock;
                    tile.B = b + k0 * bStride;
                    tile.C = c + (group - firstColumn) * cStride;
                    (skips ? ref sparse : ref whole).Run(&tile, n);
                }
                k0 += IndexBlockTransposed;
            }
            while (k0 < k);
            column = end;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float* ExpandColumns<T>(ColumnBlockedInput kept, int block, int firstRow, int rows, float* to, ushort* words)
        where T : struct, ILanes<T>
    {
        byte* from = kept.Row(block, firstRow);
        if (!kept.AreBytes)
        {
            float* floats = (float*)from;
            for (int row = 0; row < rows; row++)
                words[row] = (ushort)T.NonZeroBits(T.Load(floats + (nint)row * ColumnBlockedInput.Width));
            return floats;
        }
        T scale = T.Broadcast(kept.Scale);
        for (int row = 0; row < rows; row++)
        {
            T x = T.LoadBytes(from + (nint)row * ColumnBlockedInput.Width) * scale;
            T.Store(x, to + (nint)row * ColumnBlockedInput.Width);
            words[row] = (ushort)T.NonZeroBits(x);
        }
        return to;
    }

    /// <summary>Indexes the rows at which any of <see cref="Group"/> columns, of the 16 that the words stand for, is not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int IndexActiveRows(VectorPath path, ushort* words, int group, int rows, int* indices)
    {
        uint mask = 0xFu << group;
        int count = 0;
        int row = 0;
        if (path == VectorPath.Vector512)
        {
            Vector512<int> wanted = Vector512.Create((int)mask);
            Vector512<int> steps = Vector512<int>.Indices;
            for (; row <= rows - 16; row += 16, steps += Vector512.Create(16))
            {
                Vector512<int> bits = Avx512F.ConvertToVector512Int32(Vector256.Load(words + row)) & wanted;
                count += Append(Avx512F.CompareNotEqual(bits, Vector512<int>.Zero), steps, indices + count);
            }
        }
        for (; row < rows; row++)
        {
            // Without branches, which nobody could predict.
            indices[count] = row;
            count += (words[row] & mask) != 0 ? 1 : 0;
        }
        return count;
    }

    private readonly struct ColumnExpansion(ColumnBlockedInput kept, int block, int firstRow, int rows, float* to, ushort* words)
        : ILaneOperation<nint>
    {
        public nint Run<T>()
            where T : struct, ILanes<T> => (nint)ExpandColumns<T>(kept, block, firstRow, rows, to, words);
    }
}
