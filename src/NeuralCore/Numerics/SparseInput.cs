using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

/// <summary>
/// A block of a batch's input of which the zeros are skipped: rows where they lie in memory, bytes or floats, in order or picked by index,
/// and for training the place where they are kept for the gradient. Owns the first layer's forward product and weight gradient, and decides
/// for each group of rows whether skipping pays. The default stands for input that is not sparse.
/// </summary>
/// <remarks>
/// A step of k at which a group of A holds nothing but zeros is skipped. For finite B that is numerically equal: fma(0, b, c) = c; only the
/// sign of a zero may differ, after an underflow to -0. The forward product makes each zero +0 in the end, so its bits do not depend on
/// what was skipped. What the gradient and the product of single rows skip depends on A alone: on groups of columns counted from the very
/// first, or on the row.
/// </remarks>
internal readonly unsafe ref partial struct SparseInput
{
    /// <summary>Rows that are looked at together. Callers that split rows do so at multiples of this.</summary>
    internal const int Group = 4;

    // With more active steps than this share a group is computed in full, whose loads the processor foresees.
    private const float LargestActiveShare = 0.9f;

    // A row on its own shares no load of B with others, so it pays from fewer active steps.
    private const float LargestActiveShareOfRow = 0.3f;

    // The steps of k that are indexed at once, along a row and down the columns: the group's floats then take 16 or 32 KB.
    private const int IndexBlock = 1024;
    private const int IndexBlockTransposed = 512;

    // Not a multiple of 4 KB, where the group's rows would fall on one another in the cache.
    private const int ExpandedStride = IndexBlock + 16;

    // With room for what a vector stores behind the last index and for what a kernel prefetches.
    private const int IndexLength = IndexBlock + 16;

    // With 512 bits, tiles of 4 rows x 4 vectors.
    private const int PanelColumns = 64;

    private readonly bool _eachRow;

    private SparseInput(
        ReadOnlySpan<byte> bytes, float scale, ReadOnlySpan<float> floats, ReadOnlySpan<int> indices, int size,
        ColumnBlockedInput? columns, bool eachRow)
    {
        Bytes = bytes;
        Scale = scale;
        Floats = floats;
        Indices = indices;
        Size = size;
        Columns = columns;
        _eachRow = eachRow;
    }

    /// <summary>All samples, if they are bytes; each stands for the float <c>value * Scale</c>.</summary>
    internal ReadOnlySpan<byte> Bytes { get; }

    internal float Scale { get; }

    /// <summary>All samples, if they are floats.</summary>
    internal ReadOnlySpan<float> Floats { get; }

    /// <summary>Which sample each row is; empty for sample r in row r. Checked by whoever made this.</summary>
    internal ReadOnlySpan<int> Indices { get; }

    /// <summary>The values in a sample.</summary>
    internal int Size { get; }

    /// <summary>Where the forward product keeps the rows for the gradient; null where there is none.</summary>
    internal ColumnBlockedInput? Columns { get; }

    internal bool IsGiven => Size > 0 || Columns is not null;

    internal bool AreBytes => !Bytes.IsEmpty;

    internal static SparseInput Of(ReadOnlySpan<byte> bytes, float scale, ReadOnlySpan<int> indices, int size) =>
        new(bytes, scale, default, indices, size, null, eachRow: false);

    internal static SparseInput Of(ReadOnlySpan<float> floats, ReadOnlySpan<int> indices, int size) =>
        new(default, 1, floats, indices, size, null, eachRow: false);

    /// <summary>Rows that are looked at one by one, as in a prediction: what a row gives depends on no other row.</summary>
    internal static SparseInput EachRowOf(ReadOnlySpan<float> floats, int size) =>
        new(default, 1, floats, default, size, null, eachRow: true);

    /// <summary>A batch as its forward products kept it, for the gradient; none for null.</summary>
    internal static SparseInput KeptIn(ColumnBlockedInput? columns) => new(default, 1, default, default, 0, columns, eachRow: false);

    /// <summary>The same rows, kept for the gradient.</summary>
    internal SparseInput With(ColumnBlockedInput? columns) => new(Bytes, Scale, Floats, Indices, Size, columns, _eachRow);

    /// <summary>
    /// C[m x n] = Aᵀ * B[k x n], with A the columns [firstColumn, firstColumn + m) of the first k rows kept, skipping steps of k at which a
    /// whole group of columns, counted from the very first, is zero.
    /// </summary>
    internal void MultiplyTransposed(VectorPath path, int firstColumn, int m, int n, int k, float* b, nint bStride, float* c,
        nint cStride) =>
        MultiplyTransposed(path, Columns!, firstColumn, m, n, k, b, bStride, c, cStride);

    private static bool Skips(int active, int steps) => active <= LargestActiveShare * steps;

    private static int PanelColumnsOf(VectorPath path) => path == VectorPath.Vector512 ? PanelColumns : Gemm.TileColumns(path);

    private static float* Align(byte* memory) => (float*)((nint)(memory + AlignedBuffer.Alignment - 1) & -AlignedBuffer.Alignment);

    // The active indices move to the front; what is stored behind them is overwritten by the next.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Append(Vector512<int> active, Vector512<int> steps, int* indices)
    {
        Avx512F.Compress(Vector512<int>.Zero, active, steps).Store(indices);
        return System.Numerics.BitOperations.PopCount((uint)active.ExtractMostSignificantBits());
    }
}
