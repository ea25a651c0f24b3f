using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

// Products that leave out steps of k at which A holds nothing but zeros. For finite B that is numerically equal: fma(0, b, c) = c. Only the sign
// of a zero may differ, after an underflow to -0. So that nothing else decides, what is left out depends on A alone: on groups of rows
// counted from the first.
internal static unsafe partial class Gemm
{
    /// <summary>Rows that are looked at together. Callers that split rows do so at multiples of this.</summary>
    internal const int SkipGroup = 4;

    // With more active steps than this share a group is computed in full, whose loads the processor foresees.
    private const float LargestActiveShare = 0.75f;

    // A row on its own shares no load of B with others, so it pays from fewer active steps.
    private const float LargestActiveShareOfRow = 0.3f;

    private const int SkipBlock = 1024;

    // A list has room for what a vector stores behind its end and for what a kernel fetches ahead.
    private const int ListLength = SkipBlock + 16;

    // With 512 bits, tiles of 4 rows x 4 vectors.
    private const int SkipColumns = 64;

    /// <summary>C[m x n] = start + A[m x k] * B[k x n], skipping steps of k at which a whole group of rows is zero.</summary>
    /// <remarks>The map says where A is not zero; firstRow is its row that belongs to A's first.</remarks>
    [SkipLocalsInit]
    internal static void MultiplySkippingZeros(
        VectorPath path, ActivityMap map, int firstRow, int m, int n, int k, float* a, nint aStride, float* b, nint bStride, float* c, nint cStride,
        GemmStart start, float* bias, GemmEpilogue epilogue)
    {
        int* list = stackalloc int[ListLength];
        for (int i = 0; i < m; i += SkipGroup)
        {
            int rows = Math.Min(SkipGroup, m - i);
            // Once through the loop for k = 0 too, so that C gets its start.
            int k0 = 0;
            do
            {
                int block = Math.Min(SkipBlock, k - k0);
                int active = ListActiveColumns(path, map, firstRow + i, rows, k0, block, list);
                GemmTile tile = GroupTile(list, active, block, k0 == 0 ? start : GemmStart.Accumulate, k0 + block >= k ? epilogue : GemmEpilogue.None);
                tile.RowStep = aStride;
                tile.KStep = 1;
                tile.BStep = bStride;
                tile.CStride = cStride;
                MultiplyGroup(path, tile, rows, n, a + i * aStride + k0, b + k0 * bStride, c + i * cStride, bias);
                k0 += SkipBlock;
            }
            while (k0 < k);
        }
    }

    /// <summary>C[m x n] = Aᵀ * B[k x n] for A[k x m], skipping steps of k at which a whole group of A's columns is zero.</summary>
    /// <remarks>The map says where A is not zero, from its first row on; firstColumn is its column that belongs to A's first, a multiple of <see cref="SkipGroup"/>.</remarks>
    [SkipLocalsInit]
    internal static void MultiplyTransposedSkippingZeros(
        VectorPath path, ActivityMap map, int firstColumn, int m, int n, int k, float* a, nint aStride, float* b, nint bStride, float* c, nint cStride)
    {
        int* list = stackalloc int[ListLength];
        for (int i = 0; i < m; i += SkipGroup)
        {
            int columns = Math.Min(SkipGroup, m - i);
            int k0 = 0;
            do
            {
                int block = Math.Min(SkipBlock, k - k0);
                int active = ListActiveRows(path, map, firstColumn + i, k0, block, list);
                GemmTile tile = GroupTile(list, active, block, k0 == 0 ? GemmStart.Zero : GemmStart.Accumulate, GemmEpilogue.None);
                tile.RowStep = 1;
                tile.KStep = aStride;
                tile.BStep = bStride;
                tile.CStride = cStride;
                MultiplyGroup(path, tile, columns, n, a + i + k0 * aStride, b + k0 * bStride, c + i * cStride, null);
                k0 += SkipBlock;
            }
            while (k0 < k);
        }
    }

    /// <summary>
    /// C[m x n] = start + A[m x k] * B[k x n], skipping for each row the steps of k at which that row is zero: what a row gives depends on no other row.
    /// </summary>
    [SkipLocalsInit]
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
                MultiplyRow(path, active, n, a + i * aStride, b, bStride, c + i * cStride, list, start, bias, epilogue);
                firstFull = i + 1;
            }
        }
    }

    private static GemmTile GroupTile(int* list, int active, int block, GemmStart start, GemmEpilogue epilogue)
    {
        bool skips = active <= LargestActiveShare * block;
        GemmTile tile = default;
        tile.List = skips ? list : null;
        tile.K = skips ? active : block;
        tile.Start = start;
        tile.Epilogue = epilogue;
        return tile;
    }

    private static void MultiplyGroup(VectorPath path, GemmTile tile, int rows, int n, float* a, float* b, float* c, float* bias)
    {
        int panelColumns = path == VectorPath.Vector512 ? SkipColumns : TileColumns(path);
        for (int j = 0; j < n; j += panelColumns)
        {
            tile.A = a;
            tile.B = b + j;
            tile.C = c + j;
            tile.Bias = bias + j;
            Panel(path, &tile, rows, Math.Min(panelColumns, n - j));
        }
    }

    private static void MultiplyRow(
        VectorPath path, int active, int n, float* a, float* b, nint bStride, float* c, int* list, GemmStart start, float* bias, GemmEpilogue epilogue)
    {
        GemmTile tile = default;
        tile.KStep = 1;
        tile.BStep = bStride;
        tile.K = active;
        tile.List = list;
        tile.Start = start;
        tile.Epilogue = epilogue;
        bool isScalar = path == VectorPath.Scalar;
        int panelColumns = isScalar ? TileColumns(path) : RowVectors * Lanes(path);
        for (int j = 0; j < n; j += panelColumns)
        {
            int columns = Math.Min(panelColumns, n - j);
            tile.A = a;
            tile.B = b + j;
            tile.C = c + j;
            tile.Bias = bias + j;
            if (isScalar)
                Panel(path, &tile, 1, columns);
            else
                Row(path, &tile, columns);
        }
    }

    /// <summary>Lists the columns, counted from <paramref name="firstColumn"/>, at which any of up to <see cref="SkipGroup"/> rows is not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ListActiveColumns(VectorPath path, ActivityMap map, int firstRow, int rows, int firstColumn, int columns, int* list)
    {
        int count = 0;
        for (int column = 0; column < columns; column += ActivityMap.WordColumns)
        {
            ushort* words = map.Words((firstColumn + column) / ActivityMap.WordColumns) + firstRow;
            uint bits = words[0];
            for (int row = 1; row < rows; row++)
                bits |= words[row];
            count += Append(path, bits, column, list + count);
        }
        return count;
    }

    /// <summary>Lists the rows, counted from <paramref name="firstRow"/>, at which any of <see cref="SkipGroup"/> columns is not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ListActiveRows(VectorPath path, ActivityMap map, int firstColumn, int firstRow, int rows, int* list)
    {
        ushort* words = map.Words(firstColumn / ActivityMap.WordColumns) + firstRow;
        uint mask = 0xFu << (firstColumn % ActivityMap.WordColumns);
        int count = 0;
        int row = 0;
        if (path == VectorPath.Vector512)
        {
            Vector512<int> wanted = Vector512.Create((int)mask);
            Vector512<int> positions = Vector512<int>.Indices;
            for (; row <= rows - 16; row += 16, positions += Vector512.Create(16))
            {
                Vector512<int> bits = Avx512F.ConvertToVector512Int32(Vector256.Load(words + row)) & wanted;
                count += Append(~Vector512.Equals(bits, Vector512<int>.Zero), positions, list + count);
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
                count += Append(~Vector512.Equals(Vector512.Load(a + p), Vector512<float>.Zero).AsInt32(), positions, list + count);
        }
        for (; p < k; p++)
        {
            list[count] = p;
            count += a[p] != 0 ? 1 : 0;
        }
        return count;
    }

    /// <summary>Writes the positions of the bits that are set, from <paramref name="first"/> on; returns how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Append(VectorPath path, uint bits, int first, int* list)
    {
        if (path == VectorPath.Vector512)
        {
            Vector512<int> lanes = Vector512.Create(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
            Vector512<int> active = ~Vector512.Equals(Vector512.Create((int)bits) & lanes, Vector512<int>.Zero);
            return Append(active, Vector512<int>.Indices + Vector512.Create(first), list);
        }
        int count = 0;
        for (int lane = 0; lane < ActivityMap.WordColumns; lane++)
        {
            list[count] = first + lane;
            count += (int)(bits >> lane) & 1;
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
}
