using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;

namespace NeuralCore.Numerics;

/// <summary>
/// Matrix products. Every output is one chain of fused multiply-adds over k = 0 .. K-1 in order, started from zero, from a
/// bias or from the value already there; blocking over k stores the chain and takes it up again. So a product has
/// the same bits on every <see cref="VectorPath"/>, packed or not, and however its rows and columns are split.
/// </summary>
/// <remarks>
/// All matrices are row-major, strides count floats. Nothing outside the matrices' own elements is read or written.
/// This file decides the order of the work. The kernels are written once, over <see cref="IRegister{TVector}"/>.
/// </remarks>
internal static unsafe partial class Gemm
{
    // A longer block reloads the accumulators less often: up to 1,024 a panel of B still is in L2, where the kernels read it at full speed.
    // A transposed A touches a new page at each k, and beyond 512 they evict each other.
    private const int MaxKBlock = 1024;
    private const int MaxKBlockTransposed = 512;

    // Rows that pass over one panel before the next: their A stays in L2. Whole tiles of 8, 6 and 4 rows.
    private const int RowStrip = 240;

    // Steps of k between prefetching a line and using it.
    private const int PrefetchDistance = 4;

    // 512 bits: a tile of 6 x 4 vectors.
    private const int WidestTile = 64;

    // A single row (prediction) runs this many vectors of columns side by side, over all of k.
    internal const int RowVectors = 8;

    /// <summary>C[m x n] = start + op(A)[m x k] * B[k x n], with B read as it stands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Multiply(
        int m, int n, int k, float* a, nint aStride, bool aTransposed, float* b, nint bStride, float* c, nint cStride,
        GemmStart start, float* bias, GemmEpilogue epilogue = GemmEpilogue.None, float* mask = null, nint maskStride = 0) =>
        Multiply(InstructionSet.Current, m, n, k, a, aStride, aTransposed, b, bStride, c, cStride, start, bias, epilogue, mask, maskStride);

    /// <summary>The same on a given path.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Multiply(
        VectorPath path, int m, int n, int k, float* a, nint aStride, bool aTransposed, float* b, nint bStride, float* c, nint cStride,
        GemmStart start, float* bias, GemmEpilogue epilogue = GemmEpilogue.None, float* mask = null, nint maskStride = 0) =>
        Run(path, m, n, k, a, aStride, aTransposed, b, bStride, isPacked: false, c, cStride, start, bias, epilogue, mask, maskStride, 0, n);

    /// <summary>
    /// C[m x n] = start + op(A)[m x k] * B[k x n], with B packed by <see cref="PackPanel(int, int, int, float*, nint, bool, float*)"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void MultiplyPacked(
        int m, int n, int k, float* a, nint aStride, bool aTransposed, float* packed, float* c, nint cStride,
        GemmStart start, float* bias, GemmEpilogue epilogue = GemmEpilogue.None, float* mask = null, nint maskStride = 0) =>
        MultiplyPacked(InstructionSet.Current, m, n, k, a, aStride, aTransposed, packed, c, cStride, start, bias, epilogue, mask,
            maskStride);

    /// <summary>The same on a given path.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void MultiplyPacked(
        VectorPath path, int m, int n, int k, float* a, nint aStride, bool aTransposed, float* packed, float* c, nint cStride,
        GemmStart start, float* bias, GemmEpilogue epilogue = GemmEpilogue.None, float* mask = null, nint maskStride = 0) =>
        Run(path, m, n, k, a, aStride, aTransposed, packed, 0, isPacked: true, c, cStride, start, bias, epilogue, mask, maskStride, 0, n);

    /// <summary>
    /// The columns of the (packed) panels [firstPanel, endPanel) of a product, so that threads can share one with few rows. All operands
    /// start at column 0.
    /// </summary>
    internal static void MultiplyPanels(
        int firstPanel, int endPanel, int m, int n, int k, float* a, nint aStride, bool aTransposed, float* b, nint bStride, bool isPacked,
        float* c, nint cStride, GemmStart start, float* bias)
    {
        VectorPath path = InstructionSet.Current;
        int width = PanelColumns(path, n);
        Run(path, m, n, k, a, aStride, aTransposed, b, bStride, isPacked, c, cStride, start, bias, GemmEpilogue.None, null, 0,
            firstPanel * width, endPanel >= PanelCount(path, n) ? n : endPanel * width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run(
        VectorPath path, int m, int n, int k, float* a, nint aStride, bool aTransposed, float* b, nint bStride, bool isPacked, float* c,
            nint cStride,
        GemmStart start, float* bias, GemmEpilogue epilogue, float* mask, nint maskStride, int firstColumn, int endColumn)
    {
        int lanes = Lanes(path);
        bool isRow = m == 1 && !isPacked;
        int panelColumns = isRow ? RowVectors * lanes : isPacked ? PanelColumns(path, n) : TileColumns(path);
        GemmTile tile;
        tile.RowStep = aTransposed ? 1 : aStride;
        tile.KStep = aTransposed ? aStride : 1;
        tile.CStride = cStride;
        tile.EdgeLanes = 0;
        tile.Indices = null;

        // Equal blocks: a short last one would pay the reload of the accumulators for little work.
        int maxKBlock = aTransposed ? MaxKBlockTransposed : MaxKBlock;
        int kBlocks = isRow ? 1 : Math.Max(1, (k + maxKBlock - 1) / maxKBlock);
        int kBlock = (k + kBlocks - 1) / kBlocks;
        for (int block = 0; block < kBlocks; block++)
        {
            int k0 = block * kBlock;
            tile.K = Math.Min(kBlock, k - k0);
            tile.Start = block == 0 ? start : GemmStart.Accumulate;
            for (nint i0 = 0; i0 < m; i0 += RowStrip)
            {
                int rows = (int)Math.Min(RowStrip, m - i0);
                StripKernels kernels = new(path, rows, endColumn - firstColumn, panelColumns, isRow, isIndexed: false, aTransposed);
                int columns;
                for (nint j0 = firstColumn; j0 < endColumn; j0 += columns)
                {
                    int left = (int)(endColumn - j0);
                    columns = kernels.Columns(left);
                    tile.BStep = isPacked ? RoundUp(columns, lanes) : bStride;
                    tile.B = isPacked ? b + j0 * k + k0 * tile.BStep : b + k0 * bStride + j0;
                    tile.A = a + i0 * tile.RowStep + k0 * tile.KStep;
                    tile.C = c + i0 * cStride + j0;
                    tile.Bias = bias + j0;
                    kernels.RunPanel(&tile, left);
                }
                if (block == kBlocks - 1 && epilogue != GemmEpilogue.None)
                    Finish(path, epilogue, c + i0 * cStride, cStride, mask + i0 * maskStride, maskStride, rows, endColumn);
            }
        }
    }

    internal static int Lanes(VectorPath path) => path == VectorPath.Scalar ? 1 : (int)path / 32;

    // With 512 bits and a packed B, tiles of 6 x 4 vectors beat 8 x 3 where no narrow panel is left over (512 x 784 x 128: up to 5 %, since
    // they load less for each multiplication); reading B as it stands they lose as much.
    private static int PanelColumns(VectorPath path, int n) =>
        path == VectorPath.Vector512 && RoundUp(n, 16) % 64 == 0 ? 64 : TileColumns(path);

    // The width of the last panel. With 512 bits it takes a single vector that would be left over: a tile one vector wide waits for its
    // FMAs to end and takes as long as one of two.
    internal static int LastPanelColumns(VectorPath path, int n, int panelColumns)
    {
        int widest = path == VectorPath.Vector512 ? Math.Max(panelColumns, WidestTile) : panelColumns;
        int before = Math.Max(0, n - widest + panelColumns - 1) / panelColumns;
        return n - before * panelColumns;
    }

    internal static int TileColumns(VectorPath path) => path switch
    {
        VectorPath.Vector512 => 48,
        VectorPath.Vector256 => 16,
        VectorPath.Vector128 => AdvSimd.Arm64.IsSupported ? 12 : 8,
        _ => 2,
    };

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
