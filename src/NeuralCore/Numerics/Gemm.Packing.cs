using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

// A packed B is its panels one after the other. A panel is as wide as the widest tile (the last one: as many whole vectors as its
// columns need) and holds its rows one after the other, lanes past the last column zero.
internal static unsafe partial class Gemm
{
    /// <summary>The number of panels of a matrix with n columns.</summary>
    internal static int PanelCount(int n) => PanelCount(InstructionSet.Current, n);

    /// <inheritdoc cref="PanelCount(int)"/>
    internal static int PanelCount(VectorPath path, int n)
    {
        int width = PanelColumns(path, n);
        return n == 0 ? 0 : (n - LastPanelColumns(path, n, width)) / width + 1;
    }

    /// <summary>The number of floats that a packed B[k x n] takes.</summary>
    internal static int PackedLength(int k, int n) => PackedLength(InstructionSet.Current, k, n);

    /// <inheritdoc cref="PackedLength(int, int)"/>
    internal static int PackedLength(VectorPath path, int k, int n) => checked(k * RoundUp(n, Lanes(path)));

    /// <summary>
    /// Packs one panel of B[k x n] (stored [n x k] when transposed) into its place. Panels may be packed in any order, by any thread.
    /// </summary>
    internal static void PackPanel(int panel, int k, int n, float* b, nint bStride, bool bTransposed, float* packed) =>
        PackPanel(InstructionSet.Current, panel, k, n, b, bStride, bTransposed, packed);

    /// <inheritdoc cref="PackPanel(int, int, int, float*, nint, bool, float*)"/>
    internal static void PackPanel(VectorPath path, int panel, int k, int n, float* b, nint bStride, bool bTransposed, float* packed)
    {
        int panelColumns = PanelColumns(path, n), last = LastPanelColumns(path, n, panelColumns);
        int first = panel * panelColumns;
        int columns = n - first == last ? last : panelColumns;
        int width = RoundUp(columns, Lanes(path));
        packed += (nint)first * k;
        if (bTransposed)
            PackTransposed(path, k, columns, width, b + first * bStride, bStride, packed);
        else
            Dispatch.Run(path, new PlainPacking(k, columns, width, b + first, bStride, packed));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackPlain<T>(int k, int columns, int width, float* b, nint bStride, float* packed)
        where T : struct, ILanes<T>
    {
        for (int p = 0; p < k; p++, b += bStride, packed += width)
        {
            int j = 0;
            for (; j <= columns - LaneMath.Width; j += LaneMath.Width)
                T.Store(T.Load(b + j), packed + j);
            if (j < width)
                T.StorePartial(T.LoadPartial(b + j, columns - j, 0), packed + j, width - j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackTransposed(VectorPath path, int k, int columns, int width, float* b, nint bStride, float* packed)
    {
        // Blocks of k, so that the part of the panel being filled stays in L1 while its columns pass by.
        const int block = 64;
        for (int p0 = 0; p0 < k; p0 += block)
        {
            int rows = Math.Min(block, k - p0);
            float* from = b + p0, to = packed + (nint)p0 * width;
            int j = 0;
            if (path == VectorPath.Vector512)
            {
                for (; j + 16 <= columns; j += 16)
                    TransposeSixteen(rows, from + j * bStride, bStride, to + j, width);
            }
            for (; j + 4 <= columns; j += 4)
                TransposeFour(rows, from + j * bStride, bStride, to + j, width);
            for (; j < width; j++)
            {
                float* column = from + j * bStride;
                for (int p = 0; p < rows; p++)
                    to[(nint)p * width + j] = j < columns ? column[p] : 0;
            }
        }
    }

    // Sixteen rows of B at a time: four 4 x 4 blocks side by side in each register, transposed inside the register's quarters.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeSixteen(int rows, float* b, nint bStride, float* to, nint width)
    {
        int p = 0;
        for (; p + 4 <= rows; p += 4, b += 4, to += 4 * width)
        {
            // r0 holds b[0..3] of rows 0, 4, 8 and 12; r1 of rows 1, 5, 9 and 13; and so on.
            Vector512<float> r0 = Quarters(b, bStride), r1 = Quarters(b + bStride, bStride);
            Vector512<float> r2 = Quarters(b + 2 * bStride, bStride), r3 = Quarters(b + 3 * bStride, bStride);
            Vector512<float> low01 = Avx512F.UnpackLow(r0, r1), high01 = Avx512F.UnpackHigh(r0, r1);
            Vector512<float> low23 = Avx512F.UnpackLow(r2, r3), high23 = Avx512F.UnpackHigh(r2, r3);
            Avx512F.UnpackLow(low01.AsDouble(), low23.AsDouble()).AsSingle().Store(to);
            Avx512F.UnpackHigh(low01.AsDouble(), low23.AsDouble()).AsSingle().Store(to + width);
            Avx512F.UnpackLow(high01.AsDouble(), high23.AsDouble()).AsSingle().Store(to + 2 * width);
            Avx512F.UnpackHigh(high01.AsDouble(), high23.AsDouble()).AsSingle().Store(to + 3 * width);
        }
        for (; p < rows; p++, b++, to += width)
        {
            for (int j = 0; j < 16; j++)
                to[j] = b[j * bStride];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Quarters(float* b, nint bStride)
    {
        Vector512<float> all = Vector128.Load(b).ToVector256Unsafe().ToVector512Unsafe();
        all = Avx512F.InsertVector128(all, Vector128.Load(b + 4 * bStride), 1);
        all = Avx512F.InsertVector128(all, Vector128.Load(b + 8 * bStride), 2);
        return Avx512F.InsertVector128(all, Vector128.Load(b + 12 * bStride), 3);
    }

    private static void TransposeFour(int rows, float* b0, nint bStride, float* to, nint width)
    {
        float* b1 = b0 + bStride, b2 = b1 + bStride, b3 = b2 + bStride;
        for (int p = 0; p < rows; p++, to += width)
            Vector128.Create(b0[p], b1[p], b2[p], b3[p]).Store(to);
    }

    private readonly struct PlainPacking(int k, int columns, int width, float* b, nint bStride, float* packed) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => PackPlain<T>(k, columns, width, b, bStride, packed);
    }
}
