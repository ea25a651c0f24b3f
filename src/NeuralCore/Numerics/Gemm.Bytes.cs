using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

// Products of samples that are bytes, most of them 0, as pixels are. Two rows share more zeros than four, so they go in pairs; one instruction lists what 64 bytes
// hold, and only that is ever turned into floats. For layers of 128 units, whose slices of B lie in one piece: in wider ones groups of four are as fast.
internal static unsafe partial class Gemm
{
    // The steps of k of a slice: a vector of bytes, and 32 KB of B.
    private const int ByteSlice = 64;

    // A list of what is active in a slice: positions, the bytes of the first row there, the bytes of the second.
    private const int ByteListLength = 3 * ByteSlice;

    // Rows that pass over a slice before the next. With more, what was fetched for those behind leaves the second cache level before its turn.
    private const int ByteStrip = 32;

    // With more active steps than this share, groups of four are as fast.
    private const float LargestActiveShareOfBytePair = 0.6f;

    /// <summary>
    /// C[m x 128] = start + A[m x k] * B[k x 128], with A the first m samples, skipping steps of k at which two rows are zero. False, with nothing written, where
    /// that does not pay or cannot run. Keeps the samples in columns, if there are any, from their row firstRow on; reads those behind the first m ahead, up to known.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryMultiplyBytePairs(
        VectorPath path, in Source source, int known, int k, InputColumns? columns, int firstRow, int m, int n, float* b, nint bStride, float* c, nint cStride,
        GemmStart start, float* bias, GemmEpilogue epilogue)
    {
        if (path != VectorPath.Vector512 || !Avx512Vbmi2.IsSupported || source.Bytes == null || n != PairColumns || bStride != n || m == 0 || k == 0)
            return false;
        int rows = Math.Min(ByteStrip, m);
        source.Fetch(0, rows);
        byte** samples = stackalloc byte*[2 * ByteStrip];
        source.Locate(0, rows, samples);
        if (ActiveOfPairs(samples, rows, k) > LargestActiveShareOfBytePair * k * ((rows + 1) / 2))
            return false;

        byte* memory = stackalloc byte[(byte.MaxValue + 1) * sizeof(float) + 2 * ByteListLength + AlignedBuffer.Alignment];
        float* values = Align(memory);
        Vector512<int> bytes = Vector512<int>.Indices;
        for (int i = 0; i <= byte.MaxValue; i += LaneMath.Width, bytes += Vector512.Create(LaneMath.Width))
            (Avx512F.ConvertToVector512Single(bytes) * Vector512.Create(source.Scale)).Store(values + i);

        GemmTile tile = default;
        tile.A = values;
        tile.BStep = bStride;
        tile.Bias = bias;
        byte* lists = (byte*)(values + byte.MaxValue + 1);
        for (int i = 0; i < m; i += rows)
        {
            rows = Math.Min(ByteStrip, m - i);
            int ahead = Math.Min(rows, known - i - rows);
            source.Locate(i, rows + ahead, samples);
            for (int k0 = 0; k0 < k; k0 += ByteSlice)
            {
                tile.B = b + k0 * bStride;
                tile.C = c + i * cStride;
                tile.CStride = cStride;
                tile.Start = k0 == 0 ? start : GemmStart.Accumulate;
                tile.Epilogue = k0 + ByteSlice >= k ? epilogue : GemmEpilogue.None;
                byte* kept = columns is null ? null : columns.Row(k0 / InputColumns.Width, firstRow + i);
                MultiplyByteSlice(&tile, samples, rows, ahead, k0, Math.Min(ByteSlice, k - k0), kept, columns is null ? 0 : columns.BlockBytes, lists);
            }
        }
        return true;
    }

    // A pair's list is ready before the products of the pair in front of it begin: so nothing waits for it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyByteSlice(
        GemmTile* tile, byte** samples, int rows, int ahead, int k0, int slice, byte* kept, nint keptStep, byte* list)
    {
        byte* nextList = list + ByteListLength;
        byte** behind = samples + rows;
        nint step = 2 * tile->CStride;
        nint count = ListBytesOfPair(samples, rows, k0, slice, kept, keptStep, list);
        for (; rows > 0; rows -= 2, ahead -= 2)
        {
            tile->List = (int*)list;
            tile->K = count;
            // A last row alone is its own partner.
            if (rows == 1)
                tile->CStride = 0;
            if (rows > 2)
            {
                if (kept != null)
                    kept += 2 * InputColumns.Width;
                count = ListBytesOfPair(samples + 2, rows - 2, k0, slice, kept, keptStep, nextList);
            }
            // The same part of the rows of the next strip.
            if (ahead > 0)
                Sse.Prefetch1(behind[0] + k0);
            if (ahead > 1)
                Sse.Prefetch1(behind[1] + k0);
            behind += 2;
            samples += 2;
            PairKernelVector512<ByteList>(tile, WidestTile);
            tile->C += step;
            byte* used = list;
            list = nextList;
            nextList = used;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint ListBytesOfPair(byte** samples, int rows, int k0, int slice, byte* kept, nint keptStep, byte* list)
    {
        Vector512<byte> x = LoadSlice(samples[0] + k0, slice);
        Vector512<byte> y = LoadSlice(samples[rows > 1 ? 1 : 0] + k0, slice);
        if (kept != null)
        {
            KeepSlice(x, slice, kept, keptStep);
            if (rows > 1)
                KeepSlice(y, slice, kept + InputColumns.Width, keptStep);
        }
        Vector512<byte> active = Avx512BW.CompareNotEqual(x | y, Vector512<byte>.Zero);
        Avx512Vbmi2.Compress(Vector512<byte>.Zero, active, Vector512<byte>.Indices).Store(list);
        Avx512Vbmi2.Compress(Vector512<byte>.Zero, active, x).Store(list + ByteSlice);
        Avx512Vbmi2.Compress(Vector512<byte>.Zero, active, y).Store(list + 2 * ByteSlice);
        return BitOperations.PopCount(active.ExtractMostSignificantBits());
    }

    // Nothing behind the slice is read: it may be the end of the data.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> LoadSlice(byte* from, int slice) => slice == ByteSlice
        ? Vector512.Load(from)
        : Avx512BW.MaskLoad(from, Vector512.LessThan(Vector512<byte>.Indices, Vector512.Create((byte)slice)), Vector512<byte>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void KeepSlice(Vector512<byte> x, int slice, byte* kept, nint keptStep)
    {
        x.GetLower().GetLower().Store(kept);
        if (slice > InputColumns.Width)
            x.GetLower().GetUpper().Store(kept + keptStep);
        if (slice > 2 * InputColumns.Width)
            x.GetUpper().GetLower().Store(kept + 2 * keptStep);
        if (slice > 3 * InputColumns.Width)
            x.GetUpper().GetUpper().Store(kept + 3 * keptStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ActiveOfPairs(byte** samples, int rows, int k)
    {
        int active = 0;
        for (int i = 0; i < rows; i += 2)
        {
            byte* first = samples[i], second = samples[i + 1 < rows ? i + 1 : i];
            for (int k0 = 0; k0 < k; k0 += ByteSlice)
            {
                int slice = Math.Min(ByteSlice, k - k0);
                Vector512<byte> either = LoadSlice(first + k0, slice) | LoadSlice(second + k0, slice);
                active += BitOperations.PopCount(Avx512BW.CompareNotEqual(either, Vector512<byte>.Zero).ExtractMostSignificantBits());
            }
        }
        return active;
    }
}
