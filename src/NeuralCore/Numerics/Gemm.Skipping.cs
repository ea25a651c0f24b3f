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
    internal const int SkipGroup = 8;

    // With more active steps than this share a group is computed in full: finding them costs about a twentieth of it.
    private const float LargestActiveShare = 0.75f;

    // A row on its own shares no load of B with others, so it pays from fewer active steps.
    private const float LargestActiveShareOfRow = 0.3f;

    private const int SkipBlock = 1024;

    /// <summary>C[m x n] = start + op(A)[m x k] * B[k x n], skipping steps of k at which a whole group of rows is zero.</summary>
    internal static void MultiplySkippingZeros(
        int m, int n, int k, float* a, nint aStride, bool aTransposed, float* b, nint bStride, float* c, nint cStride,
        GemmStart start, float* bias, GemmEpilogue epilogue = GemmEpilogue.None) =>
        MultiplySkippingZeros(InstructionSet.Current, m, n, k, a, aStride, aTransposed, b, bStride, c, cStride, start, bias, epilogue);

    /// <inheritdoc cref="MultiplySkippingZeros(int, int, int, float*, nint, bool, float*, nint, float*, nint, GemmStart, float*, GemmEpilogue)"/>
    [SkipLocalsInit]
    internal static void MultiplySkippingZeros(
        VectorPath path, int m, int n, int k, float* a, nint aStride, bool aTransposed, float* b, nint bStride, float* c, nint cStride,
        GemmStart start, float* bias, GemmEpilogue epilogue = GemmEpilogue.None)
    {
        int* list = stackalloc int[SkipBlock + 16];
        GemmTile tile = default;
        tile.RowStep = aTransposed ? 1 : aStride;
        tile.KStep = aTransposed ? aStride : 1;
        tile.BStep = bStride;
        tile.CStride = cStride;
        int panelColumns = TileColumns(path);
        for (int i0 = 0; i0 < m; i0 += SkipGroup)
        {
            int rows = Math.Min(SkipGroup, m - i0);
            // Once through the loop for k = 0 too, so that C gets its start.
            int k0 = 0;
            do
            {
                int block = Math.Min(SkipBlock, k - k0);
                float* aGroup = a + i0 * tile.RowStep + k0 * tile.KStep;
                int active = aTransposed
                    ? ListActiveOfTransposed(aGroup, rows, block, aStride, list)
                    : ListActive(path, aGroup, rows, block, aStride, list);
                bool skips = active <= LargestActiveShare * block;
                tile.List = skips ? list : null;
                tile.K = skips ? active : block;
                tile.Start = k0 == 0 ? start : GemmStart.Accumulate;
                tile.Epilogue = k0 + block >= k ? epilogue : GemmEpilogue.None;
                for (int j0 = 0; j0 < n; j0 += panelColumns)
                {
                    tile.A = aGroup;
                    tile.B = b + k0 * bStride + j0;
                    tile.C = c + i0 * cStride + j0;
                    tile.Bias = bias + j0;
                    Panel(path, &tile, rows, Math.Min(panelColumns, n - j0));
                }
                k0 += SkipBlock;
            }
            while (k0 < k);
        }
    }

    /// <summary>
    /// C[m x n] = start + A[m x k] * B[k x n], skipping for each row the steps of k at which that row is zero: what a row gives depends on no other row.
    /// </summary>
    internal static void MultiplySkippingZerosOfRows(
        int m, int n, int k, float* a, nint aStride, float* b, nint bStride, float* c, nint cStride, GemmStart start, float* bias, GemmEpilogue epilogue) =>
        MultiplySkippingZerosOfRows(InstructionSet.Current, m, n, k, a, aStride, b, bStride, c, cStride, start, bias, epilogue);

    /// <inheritdoc cref="MultiplySkippingZerosOfRows(int, int, int, float*, nint, float*, nint, float*, nint, GemmStart, float*, GemmEpilogue)"/>
    [SkipLocalsInit]
    internal static void MultiplySkippingZerosOfRows(
        VectorPath path, int m, int n, int k, float* a, nint aStride, float* b, nint bStride, float* c, nint cStride, GemmStart start, float* bias, GemmEpilogue epilogue)
    {
        int* list = stackalloc int[SkipBlock + 16];
        int firstFull = 0;
        for (int i = 0; i <= m; i++)
        {
            int active = i < m && k <= SkipBlock ? ListActive(path, a + i * aStride, 1, k, aStride, list) : k;
            bool skips = i < m && active <= LargestActiveShareOfRow * k;
            if ((skips || i == m) && firstFull < i)
            {
                Multiply(
                    path, i - firstFull, n, k, a + firstFull * aStride, aStride, aTransposed: false, b, bStride, c + firstFull * cStride, cStride, start, bias, epilogue);
            }
            if (skips)
            {
                Row(path, active, n, a + i * aStride, b, bStride, c + i * cStride, list, start, bias, epilogue);
                firstFull = i + 1;
            }
        }
    }

    private static void Row(VectorPath path, int active, int n, float* a, float* b, nint bStride, float* c, int* list, GemmStart start, float* bias, GemmEpilogue epilogue)
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
        for (int j0 = 0; j0 < n; j0 += panelColumns)
        {
            int columns = Math.Min(panelColumns, n - j0);
            tile.A = a;
            tile.B = b + j0;
            tile.C = c + j0;
            tile.Bias = bias + j0;
            if (isScalar)
                Panel(path, &tile, 1, columns);
            else
                Row(path, &tile, columns);
        }
    }

    /// <summary>Lists the k at which any of the rows is not zero (NaN counts), ascending. The list has room for 16 more than k.</summary>
    private static int ListActive(VectorPath path, float* a, int rows, int k, nint aStride, int* list)
    {
        if (path == VectorPath.Vector512)
            return ListActiveVector512(a, rows, k, aStride, list);
        int count = 0;
        int p = 0;
        for (; p <= k - 8; p += 8)
        {
            Vector256<float> zero = Vector256.Equals(Vector256.Load(a + p), Vector256<float>.Zero);
            for (int i = 1; i < rows; i++)
                zero &= Vector256.Equals(Vector256.Load(a + i * aStride + p), Vector256<float>.Zero);
            // Without branches, which nobody could predict.
            uint active = ~zero.ExtractMostSignificantBits();
            for (int lane = 0; lane < 8; lane++)
            {
                list[count] = p + lane;
                count += (int)(active >> lane) & 1;
            }
        }
        for (; p < k; p++)
        {
            bool any = false;
            for (int i = 0; i < rows; i++)
                any |= a[i * aStride + p] != 0;
            list[count] = p;
            count += any ? 1 : 0;
        }
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ListActiveVector512(float* a, int rows, int k, nint aStride, int* list)
    {
        int count = 0;
        Vector512<int> positions = Vector512<int>.Indices;
        for (int p = 0; p < k; p += 16)
        {
            int left = k - p;
            Vector512<float> lanes = EdgeMaskVector512(left);
            Vector512<float> inactive = Vector512<float>.AllBitsSet;
            for (int i = 0; i < rows; i++)
            {
                float* row = a + i * aStride + p;
                Vector512<float> x = left >= 16 ? Vector512.Load(row) : MaskedLoad(row, lanes);
                inactive &= Vector512.Equals(x, Vector512<float>.Zero);
            }
            // The active positions moved to the front; what stands behind them is overwritten by the next.
            Vector512<int> active = ~inactive.AsInt32();
            Avx512F.Compress(Vector512<int>.Zero, active, positions).Store(list + count);
            count += System.Numerics.BitOperations.PopCount((uint)active.ExtractMostSignificantBits());
            positions += Vector512.Create(16);
        }
        return count;
    }

    /// <summary>The same for a transposed A: step p's rows are neighbours at a + p * aStride.</summary>
    private static int ListActiveOfTransposed(float* a, int rows, int k, nint aStride, int* list)
    {
        int count = 0;
        if (rows == SkipGroup)
        {
            for (int p = 0; p < k; p++, a += aStride)
            {
                bool any = !Vector256.EqualsAll(Vector256.Load(a), Vector256<float>.Zero);
                list[count] = p;
                count += any ? 1 : 0;
            }
            return count;
        }
        for (int p = 0; p < k; p++, a += aStride)
        {
            bool any = false;
            for (int i = 0; i < rows; i++)
                any |= a[i] != 0;
            list[count] = p;
            count += any ? 1 : 0;
        }
        return count;
    }
}
