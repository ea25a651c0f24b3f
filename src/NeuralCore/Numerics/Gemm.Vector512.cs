using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

// 512-bit kernels: tiles of up to 8 rows x 3 vectors, or 6 x 4: 24 accumulators in 32 registers.
// The counts are type arguments, so each tile shape compiles to straight code without a test in its k loop.
internal static unsafe partial class Gemm
{
    /// <summary>One panel, at most 4 vectors wide: all its rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PanelVector512(GemmTile* t, int rows, int columns)
    {
        t->EdgeLanes = (columns - 1) % 16 + 1;
        bool whole = t->EdgeLanes == 16;
        switch ((columns + 15) / 16)
        {
            case 4:
                if (whole)
                    RowsVector512<N4, Whole>(t, rows);
                else
                    RowsVector512<N4, Masked>(t, rows);
                break;
            case 3:
                if (whole)
                    RowsVector512<N3, Whole>(t, rows);
                else
                    RowsVector512<N3, Masked>(t, rows);
                break;
            case 2:
                if (whole)
                    RowsVector512<N2, Whole>(t, rows);
                else
                    RowsVector512<N2, Masked>(t, rows);
                break;
            case 1:
                if (whole)
                    RowsVector512<N1, Whole>(t, rows);
                else
                    RowsVector512<N1, Masked>(t, rows);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowsVector512<TVectors, TEdge>(GemmTile* t, int rows) where TVectors : unmanaged, ICount where TEdge : unmanaged, IEdge
    {
        if (t->List != null)
            RowsVector512<TVectors, TEdge, Listed, Listed>(t, rows);
        else
            RowsVector512<TVectors, TEdge, Ahead, InOrder>(t, rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowsVector512<TVectors, TEdge, TOrder, TRestOrder>(GemmTile* t, int rows)
        where TVectors : unmanaged, ICount where TEdge : unmanaged, IEdge where TOrder : unmanaged, IOrder where TRestOrder : unmanaged, IOrder
    {
        // A constant to the compiler: the widest tile is less tall.
        int tall = sizeof(TVectors) == 4 ? 6 : 8;
        int tiles = rows / tall;
        // A last row alone has too few chains to keep the multipliers busy: it takes some from the last tile.
        bool shares = rows - tiles * tall == 1 && tiles > 0;
        if (shares)
            tiles--;
        if (tiles > 0)
        {
            if (sizeof(TVectors) == 4)
                KernelVector512<N6, TVectors, TEdge, TOrder>(t, tiles);
            else
                KernelVector512<N8, TVectors, TEdge, TOrder>(t, tiles);
            t->SkipRows(tiles * tall);
        }
        int rest = rows - tiles * tall;
        if (shares)
        {
            if (sizeof(TVectors) == 4)
                KernelVector512<N3, TVectors, TEdge, TRestOrder>(t, 1);
            else
                KernelVector512<N5, TVectors, TEdge, TRestOrder>(t, 1);
            t->SkipRows(sizeof(TVectors) == 4 ? 3 : 5);
            rest = 4;
        }
        switch (rest)
        {
            case 7: KernelVector512<N7, TVectors, TEdge, TRestOrder>(t, 1); break;
            case 6: KernelVector512<N6, TVectors, TEdge, TRestOrder>(t, 1); break;
            case 5: KernelVector512<N5, TVectors, TEdge, TRestOrder>(t, 1); break;
            case 4: KernelVector512<N4, TVectors, TEdge, TRestOrder>(t, 1); break;
            case 3: KernelVector512<N3, TVectors, TEdge, TRestOrder>(t, 1); break;
            case 2: KernelVector512<N2, TVectors, TEdge, TRestOrder>(t, 1); break;
            case 1: KernelVector512<N1, TVectors, TEdge, TRestOrder>(t, 1); break;
        }
    }

    /// <summary>Register tiles of <c>TRows</c> rows and <c>TVectors</c> vectors; the last vector (e) may be partly outside the matrix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void KernelVector512<TRows, TVectors, TEdge, TOrder>(GemmTile* t, int tiles)
        where TRows : unmanaged, ICount where TVectors : unmanaged, ICount where TEdge : unmanaged, IEdge where TOrder : unmanaged, IOrder
    {
        nint rowStep = t->RowStep, rowStep3 = 3 * rowStep, kStep = t->KStep, bStep = t->BStep, cStride = t->CStride, maskStride = t->MaskStride;
        float* aTile = t->A, cTile = t->C, maskTile = t->Mask;
        nint e = (sizeof(TVectors) - 1) * 16;
        Vector512<float> lanes = sizeof(TEdge) == sizeof(Masked) ? EdgeMaskVector512(t->EdgeLanes) : default;
        do
        {
            Vector512<float> c00 = Vector512<float>.Zero, c01 = Vector512<float>.Zero, c02 = Vector512<float>.Zero, c0e = Vector512<float>.Zero;
            Vector512<float> c10 = Vector512<float>.Zero, c11 = Vector512<float>.Zero, c12 = Vector512<float>.Zero, c1e = Vector512<float>.Zero;
            Vector512<float> c20 = Vector512<float>.Zero, c21 = Vector512<float>.Zero, c22 = Vector512<float>.Zero, c2e = Vector512<float>.Zero;
            Vector512<float> c30 = Vector512<float>.Zero, c31 = Vector512<float>.Zero, c32 = Vector512<float>.Zero, c3e = Vector512<float>.Zero;
            Vector512<float> c40 = Vector512<float>.Zero, c41 = Vector512<float>.Zero, c42 = Vector512<float>.Zero, c4e = Vector512<float>.Zero;
            Vector512<float> c50 = Vector512<float>.Zero, c51 = Vector512<float>.Zero, c52 = Vector512<float>.Zero, c5e = Vector512<float>.Zero;
            Vector512<float> c60 = Vector512<float>.Zero, c61 = Vector512<float>.Zero, c6e = Vector512<float>.Zero;
            Vector512<float> c70 = Vector512<float>.Zero, c71 = Vector512<float>.Zero, c7e = Vector512<float>.Zero;
            if (t->Start != GemmStart.Zero)
            {
                // A bias is the same for all rows.
                float* c = t->Start == GemmStart.Bias ? t->Bias : cTile;
                nint startStride = t->Start == GemmStart.Bias ? 0 : cStride;
                if (sizeof(TVectors) > 1) c00 = Vector512.Load(c);
                if (sizeof(TVectors) > 2) c01 = Vector512.Load(c + 16);
                if (sizeof(TVectors) > 3) c02 = Vector512.Load(c + 32);
                c0e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector512.Load(c + e);
                if (sizeof(TRows) > 1)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c10 = Vector512.Load(c);
                    if (sizeof(TVectors) > 2) c11 = Vector512.Load(c + 16);
                    if (sizeof(TVectors) > 3) c12 = Vector512.Load(c + 32);
                    c1e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector512.Load(c + e);
                }
                if (sizeof(TRows) > 2)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c20 = Vector512.Load(c);
                    if (sizeof(TVectors) > 2) c21 = Vector512.Load(c + 16);
                    if (sizeof(TVectors) > 3) c22 = Vector512.Load(c + 32);
                    c2e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector512.Load(c + e);
                }
                if (sizeof(TRows) > 3)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c30 = Vector512.Load(c);
                    if (sizeof(TVectors) > 2) c31 = Vector512.Load(c + 16);
                    if (sizeof(TVectors) > 3) c32 = Vector512.Load(c + 32);
                    c3e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector512.Load(c + e);
                }
                if (sizeof(TRows) > 4)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c40 = Vector512.Load(c);
                    if (sizeof(TVectors) > 2) c41 = Vector512.Load(c + 16);
                    if (sizeof(TVectors) > 3) c42 = Vector512.Load(c + 32);
                    c4e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector512.Load(c + e);
                }
                if (sizeof(TRows) > 5)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c50 = Vector512.Load(c);
                    if (sizeof(TVectors) > 2) c51 = Vector512.Load(c + 16);
                    if (sizeof(TVectors) > 3) c52 = Vector512.Load(c + 32);
                    c5e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector512.Load(c + e);
                }
                if (sizeof(TRows) > 6)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c60 = Vector512.Load(c);
                    if (sizeof(TVectors) > 2) c61 = Vector512.Load(c + 16);
                    c6e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector512.Load(c + e);
                }
                if (sizeof(TRows) > 7)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c70 = Vector512.Load(c);
                    if (sizeof(TVectors) > 2) c71 = Vector512.Load(c + 16);
                    c7e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector512.Load(c + e);
                }
            }

            float* a = aTile, a4 = aTile + 4 * rowStep, b = t->B;
            nint fetchAhead = FetchDistance * kStep;
            int* list = t->List;
            for (nint p = t->K; p > 0; p--)
            {
                if (sizeof(TOrder) == sizeof(Listed))
                {
                    nint at = *list++, ahead = list[FetchDistance];
                    a = aTile + at * kStep;
                    a4 = a + 4 * rowStep;
                    b = t->B + at * bStep;
                    float* bAhead = t->B + ahead * bStep;
                    // Every other line: the processor fetches a line's neighbour by itself.
                    Sse.Prefetch0(bAhead);
                    if (sizeof(TVectors) > 2) Sse.Prefetch0(bAhead + 32);
                }
                Vector512<float> b0 = sizeof(TVectors) > 1 ? Vector512.Load(b) : Vector512<float>.Zero;
                Vector512<float> b1 = sizeof(TVectors) > 2 ? Vector512.Load(b + 16) : Vector512<float>.Zero;
                Vector512<float> b2 = sizeof(TVectors) > 3 ? Vector512.Load(b + 32) : Vector512<float>.Zero;
                Vector512<float> be = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(b + e, lanes) : Vector512.Load(b + e);
                if (sizeof(TOrder) == sizeof(Ahead)) Sse.Prefetch0(a + fetchAhead);
                Vector512<float> x = Vector512.Create(a[0]);
                if (sizeof(TVectors) > 1) c00 = Vector512.FusedMultiplyAdd(x, b0, c00);
                if (sizeof(TVectors) > 2) c01 = Vector512.FusedMultiplyAdd(x, b1, c01);
                if (sizeof(TVectors) > 3) c02 = Vector512.FusedMultiplyAdd(x, b2, c02);
                c0e = Vector512.FusedMultiplyAdd(x, be, c0e);
                if (sizeof(TRows) > 1)
                {
                    x = Vector512.Create(a[rowStep]);
                    if (sizeof(TVectors) > 1) c10 = Vector512.FusedMultiplyAdd(x, b0, c10);
                    if (sizeof(TVectors) > 2) c11 = Vector512.FusedMultiplyAdd(x, b1, c11);
                    if (sizeof(TVectors) > 3) c12 = Vector512.FusedMultiplyAdd(x, b2, c12);
                    c1e = Vector512.FusedMultiplyAdd(x, be, c1e);
                }
                if (sizeof(TRows) > 2)
                {
                    x = Vector512.Create(a[2 * rowStep]);
                    if (sizeof(TVectors) > 1) c20 = Vector512.FusedMultiplyAdd(x, b0, c20);
                    if (sizeof(TVectors) > 2) c21 = Vector512.FusedMultiplyAdd(x, b1, c21);
                    if (sizeof(TVectors) > 3) c22 = Vector512.FusedMultiplyAdd(x, b2, c22);
                    c2e = Vector512.FusedMultiplyAdd(x, be, c2e);
                }
                if (sizeof(TRows) > 3)
                {
                    x = Vector512.Create(a[rowStep3]);
                    if (sizeof(TVectors) > 1) c30 = Vector512.FusedMultiplyAdd(x, b0, c30);
                    if (sizeof(TVectors) > 2) c31 = Vector512.FusedMultiplyAdd(x, b1, c31);
                    if (sizeof(TVectors) > 3) c32 = Vector512.FusedMultiplyAdd(x, b2, c32);
                    c3e = Vector512.FusedMultiplyAdd(x, be, c3e);
                }
                if (sizeof(TRows) > 4)
                {
                    x = Vector512.Create(a4[0]);
                    if (sizeof(TVectors) > 1) c40 = Vector512.FusedMultiplyAdd(x, b0, c40);
                    if (sizeof(TVectors) > 2) c41 = Vector512.FusedMultiplyAdd(x, b1, c41);
                    if (sizeof(TVectors) > 3) c42 = Vector512.FusedMultiplyAdd(x, b2, c42);
                    c4e = Vector512.FusedMultiplyAdd(x, be, c4e);
                }
                if (sizeof(TRows) > 5)
                {
                    x = Vector512.Create(a4[rowStep]);
                    if (sizeof(TVectors) > 1) c50 = Vector512.FusedMultiplyAdd(x, b0, c50);
                    if (sizeof(TVectors) > 2) c51 = Vector512.FusedMultiplyAdd(x, b1, c51);
                    if (sizeof(TVectors) > 3) c52 = Vector512.FusedMultiplyAdd(x, b2, c52);
                    c5e = Vector512.FusedMultiplyAdd(x, be, c5e);
                }
                if (sizeof(TRows) > 6)
                {
                    x = Vector512.Create(a4[2 * rowStep]);
                    if (sizeof(TVectors) > 1) c60 = Vector512.FusedMultiplyAdd(x, b0, c60);
                    if (sizeof(TVectors) > 2) c61 = Vector512.FusedMultiplyAdd(x, b1, c61);
                    c6e = Vector512.FusedMultiplyAdd(x, be, c6e);
                }
                if (sizeof(TRows) > 7)
                {
                    x = Vector512.Create(a4[rowStep3]);
                    if (sizeof(TVectors) > 1) c70 = Vector512.FusedMultiplyAdd(x, b0, c70);
                    if (sizeof(TVectors) > 2) c71 = Vector512.FusedMultiplyAdd(x, b1, c71);
                    c7e = Vector512.FusedMultiplyAdd(x, be, c7e);
                }
                if (sizeof(TOrder) != sizeof(Listed))
                {
                    a += kStep;
                    a4 += kStep;
                    b += bStep;
                }
            }

            if (t->Epilogue == GemmEpilogue.ReLU)
            {
                if (sizeof(TVectors) > 1) c00 = ReLU(c00);
                if (sizeof(TVectors) > 2) c01 = ReLU(c01);
                if (sizeof(TVectors) > 3) c02 = ReLU(c02);
                c0e = ReLU(c0e);
                if (sizeof(TRows) > 1)
                {
                    if (sizeof(TVectors) > 1) c10 = ReLU(c10);
                    if (sizeof(TVectors) > 2) c11 = ReLU(c11);
                    if (sizeof(TVectors) > 3) c12 = ReLU(c12);
                    c1e = ReLU(c1e);
                }
                if (sizeof(TRows) > 2)
                {
                    if (sizeof(TVectors) > 1) c20 = ReLU(c20);
                    if (sizeof(TVectors) > 2) c21 = ReLU(c21);
                    if (sizeof(TVectors) > 3) c22 = ReLU(c22);
                    c2e = ReLU(c2e);
                }
                if (sizeof(TRows) > 3)
                {
                    if (sizeof(TVectors) > 1) c30 = ReLU(c30);
                    if (sizeof(TVectors) > 2) c31 = ReLU(c31);
                    if (sizeof(TVectors) > 3) c32 = ReLU(c32);
                    c3e = ReLU(c3e);
                }
                if (sizeof(TRows) > 4)
                {
                    if (sizeof(TVectors) > 1) c40 = ReLU(c40);
                    if (sizeof(TVectors) > 2) c41 = ReLU(c41);
                    if (sizeof(TVectors) > 3) c42 = ReLU(c42);
                    c4e = ReLU(c4e);
                }
                if (sizeof(TRows) > 5)
                {
                    if (sizeof(TVectors) > 1) c50 = ReLU(c50);
                    if (sizeof(TVectors) > 2) c51 = ReLU(c51);
                    if (sizeof(TVectors) > 3) c52 = ReLU(c52);
                    c5e = ReLU(c5e);
                }
                if (sizeof(TRows) > 6)
                {
                    if (sizeof(TVectors) > 1) c60 = ReLU(c60);
                    if (sizeof(TVectors) > 2) c61 = ReLU(c61);
                    c6e = ReLU(c6e);
                }
                if (sizeof(TRows) > 7)
                {
                    if (sizeof(TVectors) > 1) c70 = ReLU(c70);
                    if (sizeof(TVectors) > 2) c71 = ReLU(c71);
                    c7e = ReLU(c7e);
                }
            }
            else if (t->Epilogue == GemmEpilogue.ReLUMask)
            {
                float* mask = maskTile;
                if (sizeof(TVectors) > 1) c00 = KeepWherePositive(c00, Vector512.Load(mask));
                if (sizeof(TVectors) > 2) c01 = KeepWherePositive(c01, Vector512.Load(mask + 16));
                if (sizeof(TVectors) > 3) c02 = KeepWherePositive(c02, Vector512.Load(mask + 32));
                c0e = KeepWherePositive(c0e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector512.Load(mask + e));
                if (sizeof(TRows) > 1)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c10 = KeepWherePositive(c10, Vector512.Load(mask));
                    if (sizeof(TVectors) > 2) c11 = KeepWherePositive(c11, Vector512.Load(mask + 16));
                    if (sizeof(TVectors) > 3) c12 = KeepWherePositive(c12, Vector512.Load(mask + 32));
                    c1e = KeepWherePositive(c1e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector512.Load(mask + e));
                }
                if (sizeof(TRows) > 2)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c20 = KeepWherePositive(c20, Vector512.Load(mask));
                    if (sizeof(TVectors) > 2) c21 = KeepWherePositive(c21, Vector512.Load(mask + 16));
                    if (sizeof(TVectors) > 3) c22 = KeepWherePositive(c22, Vector512.Load(mask + 32));
                    c2e = KeepWherePositive(c2e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector512.Load(mask + e));
                }
                if (sizeof(TRows) > 3)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c30 = KeepWherePositive(c30, Vector512.Load(mask));
                    if (sizeof(TVectors) > 2) c31 = KeepWherePositive(c31, Vector512.Load(mask + 16));
                    if (sizeof(TVectors) > 3) c32 = KeepWherePositive(c32, Vector512.Load(mask + 32));
                    c3e = KeepWherePositive(c3e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector512.Load(mask + e));
                }
                if (sizeof(TRows) > 4)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c40 = KeepWherePositive(c40, Vector512.Load(mask));
                    if (sizeof(TVectors) > 2) c41 = KeepWherePositive(c41, Vector512.Load(mask + 16));
                    if (sizeof(TVectors) > 3) c42 = KeepWherePositive(c42, Vector512.Load(mask + 32));
                    c4e = KeepWherePositive(c4e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector512.Load(mask + e));
                }
                if (sizeof(TRows) > 5)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c50 = KeepWherePositive(c50, Vector512.Load(mask));
                    if (sizeof(TVectors) > 2) c51 = KeepWherePositive(c51, Vector512.Load(mask + 16));
                    if (sizeof(TVectors) > 3) c52 = KeepWherePositive(c52, Vector512.Load(mask + 32));
                    c5e = KeepWherePositive(c5e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector512.Load(mask + e));
                }
                if (sizeof(TRows) > 6)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c60 = KeepWherePositive(c60, Vector512.Load(mask));
                    if (sizeof(TVectors) > 2) c61 = KeepWherePositive(c61, Vector512.Load(mask + 16));
                    c6e = KeepWherePositive(c6e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector512.Load(mask + e));
                }
                if (sizeof(TRows) > 7)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c70 = KeepWherePositive(c70, Vector512.Load(mask));
                    if (sizeof(TVectors) > 2) c71 = KeepWherePositive(c71, Vector512.Load(mask + 16));
                    c7e = KeepWherePositive(c7e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector512.Load(mask + e));
                }
            }

            float* d = cTile;
            if (sizeof(TVectors) > 1) c00.Store(d);
            if (sizeof(TVectors) > 2) c01.Store(d + 16);
            if (sizeof(TVectors) > 3) c02.Store(d + 32);
            if (sizeof(TEdge) == sizeof(Masked))
                MaskedStore(d + e, lanes, c0e);
            else
                c0e.Store(d + e);
            if (sizeof(TRows) > 1)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c10.Store(d);
                if (sizeof(TVectors) > 2) c11.Store(d + 16);
                if (sizeof(TVectors) > 3) c12.Store(d + 32);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c1e);
                else
                    c1e.Store(d + e);
            }
            if (sizeof(TRows) > 2)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c20.Store(d);
                if (sizeof(TVectors) > 2) c21.Store(d + 16);
                if (sizeof(TVectors) > 3) c22.Store(d + 32);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c2e);
                else
                    c2e.Store(d + e);
            }
            if (sizeof(TRows) > 3)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c30.Store(d);
                if (sizeof(TVectors) > 2) c31.Store(d + 16);
                if (sizeof(TVectors) > 3) c32.Store(d + 32);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c3e);
                else
                    c3e.Store(d + e);
            }
            if (sizeof(TRows) > 4)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c40.Store(d);
                if (sizeof(TVectors) > 2) c41.Store(d + 16);
                if (sizeof(TVectors) > 3) c42.Store(d + 32);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c4e);
                else
                    c4e.Store(d + e);
            }
            if (sizeof(TRows) > 5)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c50.Store(d);
                if (sizeof(TVectors) > 2) c51.Store(d + 16);
                if (sizeof(TVectors) > 3) c52.Store(d + 32);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c5e);
                else
                    c5e.Store(d + e);
            }
            if (sizeof(TRows) > 6)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c60.Store(d);
                if (sizeof(TVectors) > 2) c61.Store(d + 16);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c6e);
                else
                    c6e.Store(d + e);
            }
            if (sizeof(TRows) > 7)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c70.Store(d);
                if (sizeof(TVectors) > 2) c71.Store(d + 16);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c7e);
                else
                    c7e.Store(d + e);
            }
            aTile += sizeof(TRows) * rowStep;
            cTile += sizeof(TRows) * cStride;
            maskTile += sizeof(TRows) * maskStride;
        }
        while (--tiles > 0);
    }

    /// <summary>A single row, up to 8 vectors of columns at once: enough chains to keep the multipliers busy.</summary>
    private static void RowVector512(GemmTile* t, int columns)
    {
        t->EdgeLanes = (columns - 1) % 16 + 1;
        if (t->EdgeLanes == 16)
            RowVector512<Whole>(t, columns / 16);
        else
            RowVector512<Masked>(t, (columns + 15) / 16);
    }

    private static void RowVector512<TEdge>(GemmTile* t, int vectors) where TEdge : unmanaged, IEdge
    {
        if (t->List != null)
            RowVector512<TEdge, Listed>(t, vectors);
        else
            RowVector512<TEdge, InOrder>(t, vectors);
    }

    private static void RowVector512<TEdge, TOrder>(GemmTile* t, int vectors) where TEdge : unmanaged, IEdge where TOrder : unmanaged, IOrder
    {
        switch (vectors)
        {
            case 8: RowKernelVector512<N8, TEdge, TOrder>(t); break;
            case 7: RowKernelVector512<N7, TEdge, TOrder>(t); break;
            case 6: RowKernelVector512<N6, TEdge, TOrder>(t); break;
            case 5: RowKernelVector512<N5, TEdge, TOrder>(t); break;
            case 4: RowKernelVector512<N4, TEdge, TOrder>(t); break;
            case 3: RowKernelVector512<N3, TEdge, TOrder>(t); break;
            case 2: RowKernelVector512<N2, TEdge, TOrder>(t); break;
            case 1: RowKernelVector512<N1, TEdge, TOrder>(t); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowKernelVector512<TVectors, TEdge, TOrder>(GemmTile* t)
        where TVectors : unmanaged, ICount where TEdge : unmanaged, IEdge where TOrder : unmanaged, IOrder
    {
        nint kStep = t->KStep, bStep = t->BStep, e = (sizeof(TVectors) - 1) * 16;
        Vector512<float> lanes = sizeof(TEdge) == sizeof(Masked) ? EdgeMaskVector512(t->EdgeLanes) : default;
        Vector512<float> c0 = Vector512<float>.Zero, c1 = Vector512<float>.Zero, c2 = Vector512<float>.Zero, c3 = Vector512<float>.Zero,
            c4 = Vector512<float>.Zero, c5 = Vector512<float>.Zero, c6 = Vector512<float>.Zero, ce = Vector512<float>.Zero;
        if (t->Start != GemmStart.Zero)
        {
            float* from = t->Start == GemmStart.Bias ? t->Bias : t->C;
            if (sizeof(TVectors) > 1) c0 = Vector512.Load(from);
            if (sizeof(TVectors) > 2) c1 = Vector512.Load(from + 16);
            if (sizeof(TVectors) > 3) c2 = Vector512.Load(from + 32);
            if (sizeof(TVectors) > 4) c3 = Vector512.Load(from + 48);
            if (sizeof(TVectors) > 5) c4 = Vector512.Load(from + 64);
            if (sizeof(TVectors) > 6) c5 = Vector512.Load(from + 80);
            if (sizeof(TVectors) > 7) c6 = Vector512.Load(from + 96);
            ce = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(from + e, lanes) : Vector512.Load(from + e);
        }

        float* a = t->A, b = t->B;
        int* list = t->List;
        for (nint p = t->K; p > 0; p--)
        {
            if (sizeof(TOrder) == sizeof(Listed))
            {
                nint at = *list++;
                a = t->A + at * kStep;
                b = t->B + at * bStep;
            }
            Vector512<float> x = Vector512.Create(*a);
            if (sizeof(TVectors) > 1) c0 = Vector512.FusedMultiplyAdd(x, Vector512.Load(b), c0);
            if (sizeof(TVectors) > 2) c1 = Vector512.FusedMultiplyAdd(x, Vector512.Load(b + 16), c1);
            if (sizeof(TVectors) > 3) c2 = Vector512.FusedMultiplyAdd(x, Vector512.Load(b + 32), c2);
            if (sizeof(TVectors) > 4) c3 = Vector512.FusedMultiplyAdd(x, Vector512.Load(b + 48), c3);
            if (sizeof(TVectors) > 5) c4 = Vector512.FusedMultiplyAdd(x, Vector512.Load(b + 64), c4);
            if (sizeof(TVectors) > 6) c5 = Vector512.FusedMultiplyAdd(x, Vector512.Load(b + 80), c5);
            if (sizeof(TVectors) > 7) c6 = Vector512.FusedMultiplyAdd(x, Vector512.Load(b + 96), c6);
            ce = Vector512.FusedMultiplyAdd(x, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(b + e, lanes) : Vector512.Load(b + e), ce);
            if (sizeof(TOrder) != sizeof(Listed))
            {
                a += kStep;
                b += bStep;
            }
        }

        if (t->Epilogue == GemmEpilogue.ReLU)
        {
            if (sizeof(TVectors) > 1) c0 = ReLU(c0);
            if (sizeof(TVectors) > 2) c1 = ReLU(c1);
            if (sizeof(TVectors) > 3) c2 = ReLU(c2);
            if (sizeof(TVectors) > 4) c3 = ReLU(c3);
            if (sizeof(TVectors) > 5) c4 = ReLU(c4);
            if (sizeof(TVectors) > 6) c5 = ReLU(c5);
            if (sizeof(TVectors) > 7) c6 = ReLU(c6);
            ce = ReLU(ce);
        }
        else if (t->Epilogue == GemmEpilogue.ReLUMask)
        {
            float* mask = t->Mask;
            if (sizeof(TVectors) > 1) c0 = KeepWherePositive(c0, Vector512.Load(mask));
            if (sizeof(TVectors) > 2) c1 = KeepWherePositive(c1, Vector512.Load(mask + 16));
            if (sizeof(TVectors) > 3) c2 = KeepWherePositive(c2, Vector512.Load(mask + 32));
            if (sizeof(TVectors) > 4) c3 = KeepWherePositive(c3, Vector512.Load(mask + 48));
            if (sizeof(TVectors) > 5) c4 = KeepWherePositive(c4, Vector512.Load(mask + 64));
            if (sizeof(TVectors) > 6) c5 = KeepWherePositive(c5, Vector512.Load(mask + 80));
            if (sizeof(TVectors) > 7) c6 = KeepWherePositive(c6, Vector512.Load(mask + 96));
            ce = KeepWherePositive(ce, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector512.Load(mask + e));
        }

        float* d = t->C;
        if (sizeof(TVectors) > 1) c0.Store(d);
        if (sizeof(TVectors) > 2) c1.Store(d + 16);
        if (sizeof(TVectors) > 3) c2.Store(d + 32);
        if (sizeof(TVectors) > 4) c3.Store(d + 48);
        if (sizeof(TVectors) > 5) c4.Store(d + 64);
        if (sizeof(TVectors) > 6) c5.Store(d + 80);
        if (sizeof(TVectors) > 7) c6.Store(d + 96);
        if (sizeof(TEdge) == sizeof(Masked))
            MaskedStore(d + e, lanes, ce);
        else
            ce.Store(d + e);
    }

    // ReLU(-0) is +0 and ReLU(NaN) is NaN, which max does not promise on any processor.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ReLU(Vector512<float> x) => Vector512.ConditionalSelect(Vector512.LessThanOrEqual(x, Vector512<float>.Zero), Vector512<float>.Zero, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> KeepWherePositive(Vector512<float> x, Vector512<float> mask) => Vector512.ConditionalSelect(Vector512.GreaterThan(mask, Vector512<float>.Zero), x + Vector512<float>.Zero, Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> EdgeMaskVector512(int lanes) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(lanes)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> MaskedLoad(float* p, Vector512<float> lanes) => Avx512F.MaskLoad(p, lanes, Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MaskedStore(float* p, Vector512<float> lanes, Vector512<float> value) => Avx512F.MaskStore(p, lanes, value);
}
