using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NeuralCore.Numerics;

// Products of a matrix over which a ReLU or a dropout strewed zeros: there is hardly a step of k at which four rows are all zero, but there are at which two are. Two rows
// alone keep the multipliers busy only in tiles 8 vectors wide, which read B from the first cache level: so k goes in slices.
internal static unsafe partial class Gemm
{
    // The steps of a slice: its part of two packed panels is 32 KB.
    private const int PairSlice = 64;

    // The columns of two packed panels.
    private const int PairColumns = 2 * WidestTile;

    // Rows that pass over a slice before the next.
    private const int PairStrip = 128;

    // With more active steps than this share the full product is faster.
    private const float LargestActiveShareOfPair = 0.75f;

    /// <summary>
    /// C[m x n] = A[m x k] * B packed, where mask is above 0, else 0. May skip steps of k at which two rows of A are zero, for finite B with the bits of the full
    /// product: no result is -0 either way.
    /// </summary>
    internal static void MultiplyPackedSkippingZeros(
        VectorPath path, int m, int n, int k, float* a, nint aStride, float* packed, float* c, nint cStride, float* mask, nint maskStride)
    {
        for (int i = 0; i < m; i += PairStrip)
        {
            int rows = Math.Min(PairStrip, m - i);
            float* aStrip = a + i * aStride, cStrip = c + i * cStride, maskStrip = mask + i * maskStride;
            if (path != VectorPath.Vector512 || n % PairColumns != 0 || !MultiplyPairs(rows, n, k, aStrip, aStride, packed, cStrip, cStride, maskStrip, maskStride))
            {
                MultiplyPacked(
                    path, rows, n, k, aStrip, aStride, aTransposed: false, packed, cStrip, cStride, GemmStart.Zero, null, GemmEpilogue.ReLUMask, maskStrip, maskStride);
            }
        }
    }

    // False, with nothing written, where there are too few zeros.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool MultiplyPairs(
        int m, int n, int k, float* a, nint aStride, float* packed, float* c, nint cStride, float* mask, nint maskStride)
    {
        int* lists = stackalloc int[PairStrip / 2 * PairSlice];
        int* counts = stackalloc int[PairStrip / 2];
        GemmTile tile = default;
        tile.BStep = WidestTile;
        for (int k0 = 0; k0 == 0 || k0 < k; k0 += PairSlice)
        {
            int slice = Math.Min(PairSlice, k - k0);
            int active = 0;
            for (int i = 0; i < m; i += 2)
            {
                // A last row alone is its own partner.
                float* first = a + i * aStride + k0;
                int count = ListActiveOfPair(first, i + 1 < m ? first + aStride : first, slice, lists + i / 2 * PairSlice);
                counts[i / 2] = count;
                active += count;
            }
            if (k0 == 0 && active > LargestActiveShareOfPair * slice * ((m + 1) / 2))
                return false;

            tile.Start = k0 == 0 ? GemmStart.Zero : GemmStart.Accumulate;
            tile.Epilogue = k0 + slice >= k ? GemmEpilogue.ReLUMask : GemmEpilogue.None;
            for (nint j = 0; j < n; j += PairColumns)
            {
                tile.B = packed + j * k + k0 * WidestTile;
                for (int i = 0; i < m; i += 2)
                {
                    bool alone = i + 1 == m;
                    tile.A = a + i * aStride + k0;
                    tile.RowStep = alone ? 0 : aStride;
                    tile.K = counts[i / 2];
                    tile.List = lists + i / 2 * PairSlice;
                    tile.C = c + i * cStride + j;
                    tile.CStride = alone ? 0 : cStride;
                    tile.Mask = mask + i * maskStride + j;
                    tile.MaskStride = alone ? 0 : maskStride;
                    PairKernelVector512<IntList>(&tile, (nint)k * WidestTile);
                }
            }
        }
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ListActiveOfPair(float* first, float* second, int k, int* list)
    {
        int count = 0;
        for (int p = 0; p < k; p += LaneMath.Width)
        {
            int left = k - p;
            Lanes512 either = left >= LaneMath.Width
                ? Lanes512.Load(first + p) | Lanes512.Load(second + p)
                : Lanes512.LoadPartial(first + p, left, 0) | Lanes512.LoadPartial(second + p, left, 0);
            count += Lanes512.ListNonZero(either, p, list + count);
        }
        return count;
    }

    /// <summary>Two rows, 8 vectors: four of one packed panel and four of the next, which starts <paramref name="panel"/> floats behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PairKernelVector512<TList>(GemmTile* t, nint panel)
        where TList : unmanaged, IPairList
    {
        Vector512<float> c00 = Vector512<float>.Zero, c01 = Vector512<float>.Zero, c02 = Vector512<float>.Zero, c03 = Vector512<float>.Zero;
        Vector512<float> c04 = Vector512<float>.Zero, c05 = Vector512<float>.Zero, c06 = Vector512<float>.Zero, c07 = Vector512<float>.Zero;
        Vector512<float> c10 = Vector512<float>.Zero, c11 = Vector512<float>.Zero, c12 = Vector512<float>.Zero, c13 = Vector512<float>.Zero;
        Vector512<float> c14 = Vector512<float>.Zero, c15 = Vector512<float>.Zero, c16 = Vector512<float>.Zero, c17 = Vector512<float>.Zero;
        float* c = t->C, d = c + t->CStride;
        if (t->Start != GemmStart.Zero)
        {
            // A bias is the same for both rows.
            float* from = t->Start == GemmStart.Bias ? t->Bias : c, second = t->Start == GemmStart.Bias ? from : d;
            c00 = Vector512.Load(from);
            c01 = Vector512.Load(from + 16);
            c02 = Vector512.Load(from + 32);
            c03 = Vector512.Load(from + 48);
            c04 = Vector512.Load(from + 64);
            c05 = Vector512.Load(from + 80);
            c06 = Vector512.Load(from + 96);
            c07 = Vector512.Load(from + 112);
            c10 = Vector512.Load(second);
            c11 = Vector512.Load(second + 16);
            c12 = Vector512.Load(second + 32);
            c13 = Vector512.Load(second + 48);
            c14 = Vector512.Load(second + 64);
            c15 = Vector512.Load(second + 80);
            c16 = Vector512.Load(second + 96);
            c17 = Vector512.Load(second + 112);
        }

        float* a0 = t->A, a1 = a0 + t->RowStep, b = t->B;
        byte* list = (byte*)t->List;
        nint bStep = t->BStep;
        for (nint p = t->K; p > 0; p--)
        {
            nint at = sizeof(TList) == sizeof(ByteList) ? *list : *(int*)list;
            float* left = b + at * bStep, right = left + panel;
            Vector512<float> x = Vector512.Create(sizeof(TList) == sizeof(ByteList) ? a0[list[ByteSlice]] : a0[at]);
            Vector512<float> y = Vector512.Create(sizeof(TList) == sizeof(ByteList) ? a0[list[2 * ByteSlice]] : a1[at]);
            list += sizeof(TList);
            Vector512<float> z = Vector512.Load(left);
            c00 = Vector512.FusedMultiplyAdd(x, z, c00);
            c10 = Vector512.FusedMultiplyAdd(y, z, c10);
            z = Vector512.Load(left + 16);
            c01 = Vector512.FusedMultiplyAdd(x, z, c01);
            c11 = Vector512.FusedMultiplyAdd(y, z, c11);
            z = Vector512.Load(left + 32);
            c02 = Vector512.FusedMultiplyAdd(x, z, c02);
            c12 = Vector512.FusedMultiplyAdd(y, z, c12);
            z = Vector512.Load(left + 48);
            c03 = Vector512.FusedMultiplyAdd(x, z, c03);
            c13 = Vector512.FusedMultiplyAdd(y, z, c13);
            z = Vector512.Load(right);
            c04 = Vector512.FusedMultiplyAdd(x, z, c04);
            c14 = Vector512.FusedMultiplyAdd(y, z, c14);
            z = Vector512.Load(right + 16);
            c05 = Vector512.FusedMultiplyAdd(x, z, c05);
            c15 = Vector512.FusedMultiplyAdd(y, z, c15);
            z = Vector512.Load(right + 32);
            c06 = Vector512.FusedMultiplyAdd(x, z, c06);
            c16 = Vector512.FusedMultiplyAdd(y, z, c16);
            z = Vector512.Load(right + 48);
            c07 = Vector512.FusedMultiplyAdd(x, z, c07);
            c17 = Vector512.FusedMultiplyAdd(y, z, c17);
        }

        if (t->Epilogue == GemmEpilogue.ReLU)
        {
            c00 = ReLU(c00);
            c01 = ReLU(c01);
            c02 = ReLU(c02);
            c03 = ReLU(c03);
            c04 = ReLU(c04);
            c05 = ReLU(c05);
            c06 = ReLU(c06);
            c07 = ReLU(c07);
            c10 = ReLU(c10);
            c11 = ReLU(c11);
            c12 = ReLU(c12);
            c13 = ReLU(c13);
            c14 = ReLU(c14);
            c15 = ReLU(c15);
            c16 = ReLU(c16);
            c17 = ReLU(c17);
        }
        else if (t->Epilogue == GemmEpilogue.ReLUMask)
        {
            float* mask = t->Mask, next = mask + t->MaskStride;
            c00 = KeepWherePositive(c00, Vector512.Load(mask));
            c01 = KeepWherePositive(c01, Vector512.Load(mask + 16));
            c02 = KeepWherePositive(c02, Vector512.Load(mask + 32));
            c03 = KeepWherePositive(c03, Vector512.Load(mask + 48));
            c04 = KeepWherePositive(c04, Vector512.Load(mask + 64));
            c05 = KeepWherePositive(c05, Vector512.Load(mask + 80));
            c06 = KeepWherePositive(c06, Vector512.Load(mask + 96));
            c07 = KeepWherePositive(c07, Vector512.Load(mask + 112));
            c10 = KeepWherePositive(c10, Vector512.Load(next));
            c11 = KeepWherePositive(c11, Vector512.Load(next + 16));
            c12 = KeepWherePositive(c12, Vector512.Load(next + 32));
            c13 = KeepWherePositive(c13, Vector512.Load(next + 48));
            c14 = KeepWherePositive(c14, Vector512.Load(next + 64));
            c15 = KeepWherePositive(c15, Vector512.Load(next + 80));
            c16 = KeepWherePositive(c16, Vector512.Load(next + 96));
            c17 = KeepWherePositive(c17, Vector512.Load(next + 112));
        }

        c00.Store(c);
        c01.Store(c + 16);
        c02.Store(c + 32);
        c03.Store(c + 48);
        c04.Store(c + 64);
        c05.Store(c + 80);
        c06.Store(c + 96);
        c07.Store(c + 112);
        c10.Store(d);
        c11.Store(d + 16);
        c12.Store(d + 32);
        c13.Store(d + 48);
        c14.Store(d + 64);
        c15.Store(d + 80);
        c16.Store(d + 96);
        c17.Store(d + 112);
    }

    /// <summary>What the pair kernel goes through, told by the size of a position.</summary>
    private interface IPairList;

    /// <summary>Positions in two rows of floats.</summary>
    [StructLayout(LayoutKind.Sequential, Size = sizeof(int))]
    private struct IntList : IPairList;

    /// <summary>Positions, then the bytes that two rows hold there, both <see cref="ByteSlice"/> further on; A is what each byte stands for.</summary>
    [StructLayout(LayoutKind.Sequential, Size = sizeof(byte))]
    private struct ByteList : IPairList;
}
