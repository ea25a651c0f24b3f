using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

// 256-bit kernels: tiles of up to 6 rows x 2 vectors, 12 accumulators, 2 vectors of B, one of A and the edge mask in 16 registers.
internal static unsafe partial class Gemm
{
    /// <summary>One panel, at most 2 vectors wide: all its rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PanelVector256(GemmTile* t, int rows, int columns)
    {
        t->EdgeLanes = (columns - 1) % 8 + 1;
        bool whole = t->EdgeLanes == 8;
        switch ((columns + 7) / 8)
        {
            case 2:
                if (whole)
                    RowsVector256<N2, Whole>(t, rows);
                else
                    RowsVector256<N2, Masked>(t, rows);
                break;
            case 1:
                if (whole)
                    RowsVector256<N1, Whole>(t, rows);
                else
                    RowsVector256<N1, Masked>(t, rows);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowsVector256<TVectors, TEdge>(GemmTile* t, int rows) where TVectors : unmanaged, ICount where TEdge : unmanaged, IEdge
    {
        if (t->List != null)
            RowsVector256<TVectors, TEdge, Listed, Listed>(t, rows);
        else if (t->KStep > 1)
            RowsVector256<TVectors, TEdge, Ahead, InOrder>(t, rows);
        else
            RowsVector256<TVectors, TEdge, InOrder, InOrder>(t, rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowsVector256<TVectors, TEdge, TOrder, TRestOrder>(GemmTile* t, int rows)
        where TVectors : unmanaged, ICount where TEdge : unmanaged, IEdge where TOrder : unmanaged, IOrder where TRestOrder : unmanaged, IOrder
    {
        int tiles = rows / 6;
        if (tiles > 0)
        {
            KernelVector256<N6, TVectors, TEdge, TOrder>(t, tiles);
            t->SkipRows(tiles * 6);
        }
        switch (rows % 6)
        {
            case 5: KernelVector256<N5, TVectors, TEdge, TRestOrder>(t, 1); break;
            case 4: KernelVector256<N4, TVectors, TEdge, TRestOrder>(t, 1); break;
            case 3: KernelVector256<N3, TVectors, TEdge, TRestOrder>(t, 1); break;
            case 2: KernelVector256<N2, TVectors, TEdge, TRestOrder>(t, 1); break;
            case 1: KernelVector256<N1, TVectors, TEdge, TRestOrder>(t, 1); break;
        }
    }

    /// <summary>Register tiles of <c>TRows</c> rows and <c>TVectors</c> vectors; the last vector (e) may be partly outside the matrix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void KernelVector256<TRows, TVectors, TEdge, TOrder>(GemmTile* t, int tiles)
        where TRows : unmanaged, ICount where TVectors : unmanaged, ICount where TEdge : unmanaged, IEdge where TOrder : unmanaged, IOrder
    {
        nint rowStep = t->RowStep, rowStep3 = 3 * rowStep, kStep = t->KStep, bStep = t->BStep, cStride = t->CStride, maskStride = t->MaskStride;
        float* aTile = t->A, cTile = t->C, maskTile = t->Mask;
        nint e = (sizeof(TVectors) - 1) * 8;
        Vector256<float> lanes = sizeof(TEdge) == sizeof(Masked) ? EdgeMaskVector256(t->EdgeLanes) : default;
        do
        {
            Vector256<float> c00 = Vector256<float>.Zero, c0e = Vector256<float>.Zero;
            Vector256<float> c10 = Vector256<float>.Zero, c1e = Vector256<float>.Zero;
            Vector256<float> c20 = Vector256<float>.Zero, c2e = Vector256<float>.Zero;
            Vector256<float> c30 = Vector256<float>.Zero, c3e = Vector256<float>.Zero;
            Vector256<float> c40 = Vector256<float>.Zero, c4e = Vector256<float>.Zero;
            Vector256<float> c50 = Vector256<float>.Zero, c5e = Vector256<float>.Zero;
            if (t->Start != GemmStart.Zero)
            {
                // A bias is the same for all rows.
                float* c = t->Start == GemmStart.Bias ? t->Bias : cTile;
                nint startStride = t->Start == GemmStart.Bias ? 0 : cStride;
                if (sizeof(TVectors) > 1) c00 = Vector256.Load(c);
                c0e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector256.Load(c + e);
                if (sizeof(TRows) > 1)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c10 = Vector256.Load(c);
                    c1e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector256.Load(c + e);
                }
                if (sizeof(TRows) > 2)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c20 = Vector256.Load(c);
                    c2e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector256.Load(c + e);
                }
                if (sizeof(TRows) > 3)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c30 = Vector256.Load(c);
                    c3e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector256.Load(c + e);
                }
                if (sizeof(TRows) > 4)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c40 = Vector256.Load(c);
                    c4e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector256.Load(c + e);
                }
                if (sizeof(TRows) > 5)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c50 = Vector256.Load(c);
                    c5e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector256.Load(c + e);
                }
            }

            float* a = aTile, a4 = aTile + 4 * rowStep, b = t->B;
            nint fetchAhead = FetchDistance * kStep;
            int* list = t->List;
            for (nint p = t->K; p > 0; p--)
            {
                if (sizeof(TOrder) == sizeof(Listed))
                {
                    nint at = *list++;
                    a = aTile + at * kStep;
                    a4 = a + 4 * rowStep;
                    b = t->B + at * bStep;
                }
                Vector256<float> b0 = sizeof(TVectors) > 1 ? Vector256.Load(b) : Vector256<float>.Zero;
                Vector256<float> be = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(b + e, lanes) : Vector256.Load(b + e);
                if (sizeof(TOrder) == sizeof(Ahead)) Sse.Prefetch0(a + fetchAhead);
                Vector256<float> x = Vector256.Create(a[0]);
                if (sizeof(TVectors) > 1) c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
                c0e = Vector256.FusedMultiplyAdd(x, be, c0e);
                if (sizeof(TRows) > 1)
                {
                    x = Vector256.Create(a[rowStep]);
                    if (sizeof(TVectors) > 1) c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
                    c1e = Vector256.FusedMultiplyAdd(x, be, c1e);
                }
                if (sizeof(TRows) > 2)
                {
                    x = Vector256.Create(a[2 * rowStep]);
                    if (sizeof(TVectors) > 1) c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
                    c2e = Vector256.FusedMultiplyAdd(x, be, c2e);
                }
                if (sizeof(TRows) > 3)
                {
                    x = Vector256.Create(a[rowStep3]);
                    if (sizeof(TVectors) > 1) c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
                    c3e = Vector256.FusedMultiplyAdd(x, be, c3e);
                }
                if (sizeof(TRows) > 4)
                {
                    x = Vector256.Create(a4[0]);
                    if (sizeof(TVectors) > 1) c40 = Vector256.FusedMultiplyAdd(x, b0, c40);
                    c4e = Vector256.FusedMultiplyAdd(x, be, c4e);
                }
                if (sizeof(TRows) > 5)
                {
                    x = Vector256.Create(a4[rowStep]);
                    if (sizeof(TVectors) > 1) c50 = Vector256.FusedMultiplyAdd(x, b0, c50);
                    c5e = Vector256.FusedMultiplyAdd(x, be, c5e);
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
                c0e = ReLU(c0e);
                if (sizeof(TRows) > 1)
                {
                    if (sizeof(TVectors) > 1) c10 = ReLU(c10);
                    c1e = ReLU(c1e);
                }
                if (sizeof(TRows) > 2)
                {
                    if (sizeof(TVectors) > 1) c20 = ReLU(c20);
                    c2e = ReLU(c2e);
                }
                if (sizeof(TRows) > 3)
                {
                    if (sizeof(TVectors) > 1) c30 = ReLU(c30);
                    c3e = ReLU(c3e);
                }
                if (sizeof(TRows) > 4)
                {
                    if (sizeof(TVectors) > 1) c40 = ReLU(c40);
                    c4e = ReLU(c4e);
                }
                if (sizeof(TRows) > 5)
                {
                    if (sizeof(TVectors) > 1) c50 = ReLU(c50);
                    c5e = ReLU(c5e);
                }
            }
            else if (t->Epilogue == GemmEpilogue.ReLUMask)
            {
                float* mask = maskTile;
                if (sizeof(TVectors) > 1) c00 = KeepWherePositive(c00, Vector256.Load(mask));
                c0e = KeepWherePositive(c0e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector256.Load(mask + e));
                if (sizeof(TRows) > 1)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c10 = KeepWherePositive(c10, Vector256.Load(mask));
                    c1e = KeepWherePositive(c1e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector256.Load(mask + e));
                }
                if (sizeof(TRows) > 2)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c20 = KeepWherePositive(c20, Vector256.Load(mask));
                    c2e = KeepWherePositive(c2e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector256.Load(mask + e));
                }
                if (sizeof(TRows) > 3)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c30 = KeepWherePositive(c30, Vector256.Load(mask));
                    c3e = KeepWherePositive(c3e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector256.Load(mask + e));
                }
                if (sizeof(TRows) > 4)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c40 = KeepWherePositive(c40, Vector256.Load(mask));
                    c4e = KeepWherePositive(c4e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector256.Load(mask + e));
                }
                if (sizeof(TRows) > 5)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c50 = KeepWherePositive(c50, Vector256.Load(mask));
                    c5e = KeepWherePositive(c5e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector256.Load(mask + e));
                }
            }

            float* d = cTile;
            if (sizeof(TVectors) > 1) c00.Store(d);
            if (sizeof(TEdge) == sizeof(Masked))
                MaskedStore(d + e, lanes, c0e);
            else
                c0e.Store(d + e);
            if (sizeof(TRows) > 1)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c10.Store(d);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c1e);
                else
                    c1e.Store(d + e);
            }
            if (sizeof(TRows) > 2)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c20.Store(d);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c2e);
                else
                    c2e.Store(d + e);
            }
            if (sizeof(TRows) > 3)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c30.Store(d);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c3e);
                else
                    c3e.Store(d + e);
            }
            if (sizeof(TRows) > 4)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c40.Store(d);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c4e);
                else
                    c4e.Store(d + e);
            }
            if (sizeof(TRows) > 5)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c50.Store(d);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c5e);
                else
                    c5e.Store(d + e);
            }
            aTile += sizeof(TRows) * rowStep;
            cTile += sizeof(TRows) * cStride;
            maskTile += sizeof(TRows) * maskStride;
        }
        while (--tiles > 0);
    }

    /// <summary>A single row, up to 8 vectors of columns at once: enough chains to keep the multipliers busy.</summary>
    private static void RowVector256(GemmTile* t, int columns)
    {
        t->EdgeLanes = (columns - 1) % 8 + 1;
        if (t->EdgeLanes == 8)
            RowVector256<Whole>(t, columns / 8);
        else
            RowVector256<Masked>(t, (columns + 7) / 8);
    }

    private static void RowVector256<TEdge>(GemmTile* t, int vectors) where TEdge : unmanaged, IEdge
    {
        if (t->List != null)
            RowVector256<TEdge, Listed>(t, vectors);
        else
            RowVector256<TEdge, InOrder>(t, vectors);
    }

    private static void RowVector256<TEdge, TOrder>(GemmTile* t, int vectors) where TEdge : unmanaged, IEdge where TOrder : unmanaged, IOrder
    {
        switch (vectors)
        {
            case 8: RowKernelVector256<N8, TEdge, TOrder>(t); break;
            case 7: RowKernelVector256<N7, TEdge, TOrder>(t); break;
            case 6: RowKernelVector256<N6, TEdge, TOrder>(t); break;
            case 5: RowKernelVector256<N5, TEdge, TOrder>(t); break;
            case 4: RowKernelVector256<N4, TEdge, TOrder>(t); break;
            case 3: RowKernelVector256<N3, TEdge, TOrder>(t); break;
            case 2: RowKernelVector256<N2, TEdge, TOrder>(t); break;
            case 1: RowKernelVector256<N1, TEdge, TOrder>(t); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowKernelVector256<TVectors, TEdge, TOrder>(GemmTile* t)
        where TVectors : unmanaged, ICount where TEdge : unmanaged, IEdge where TOrder : unmanaged, IOrder
    {
        nint kStep = t->KStep, bStep = t->BStep, e = (sizeof(TVectors) - 1) * 8;
        Vector256<float> lanes = sizeof(TEdge) == sizeof(Masked) ? EdgeMaskVector256(t->EdgeLanes) : default;
        Vector256<float> c0 = Vector256<float>.Zero, c1 = Vector256<float>.Zero, c2 = Vector256<float>.Zero, c3 = Vector256<float>.Zero,
            c4 = Vector256<float>.Zero, c5 = Vector256<float>.Zero, c6 = Vector256<float>.Zero, ce = Vector256<float>.Zero;
        if (t->Start != GemmStart.Zero)
        {
            float* from = t->Start == GemmStart.Bias ? t->Bias : t->C;
            if (sizeof(TVectors) > 1) c0 = Vector256.Load(from);
            if (sizeof(TVectors) > 2) c1 = Vector256.Load(from + 8);
            if (sizeof(TVectors) > 3) c2 = Vector256.Load(from + 16);
            if (sizeof(TVectors) > 4) c3 = Vector256.Load(from + 24);
            if (sizeof(TVectors) > 5) c4 = Vector256.Load(from + 32);
            if (sizeof(TVectors) > 6) c5 = Vector256.Load(from + 40);
            if (sizeof(TVectors) > 7) c6 = Vector256.Load(from + 48);
            ce = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(from + e, lanes) : Vector256.Load(from + e);
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
            Vector256<float> x = Vector256.Create(*a);
            if (sizeof(TVectors) > 1) c0 = Vector256.FusedMultiplyAdd(x, Vector256.Load(b), c0);
            if (sizeof(TVectors) > 2) c1 = Vector256.FusedMultiplyAdd(x, Vector256.Load(b + 8), c1);
            if (sizeof(TVectors) > 3) c2 = Vector256.FusedMultiplyAdd(x, Vector256.Load(b + 16), c2);
            if (sizeof(TVectors) > 4) c3 = Vector256.FusedMultiplyAdd(x, Vector256.Load(b + 24), c3);
            if (sizeof(TVectors) > 5) c4 = Vector256.FusedMultiplyAdd(x, Vector256.Load(b + 32), c4);
            if (sizeof(TVectors) > 6) c5 = Vector256.FusedMultiplyAdd(x, Vector256.Load(b + 40), c5);
            if (sizeof(TVectors) > 7) c6 = Vector256.FusedMultiplyAdd(x, Vector256.Load(b + 48), c6);
            ce = Vector256.FusedMultiplyAdd(x, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(b + e, lanes) : Vector256.Load(b + e), ce);
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
            if (sizeof(TVectors) > 1) c0 = KeepWherePositive(c0, Vector256.Load(mask));
            if (sizeof(TVectors) > 2) c1 = KeepWherePositive(c1, Vector256.Load(mask + 8));
            if (sizeof(TVectors) > 3) c2 = KeepWherePositive(c2, Vector256.Load(mask + 16));
            if (sizeof(TVectors) > 4) c3 = KeepWherePositive(c3, Vector256.Load(mask + 24));
            if (sizeof(TVectors) > 5) c4 = KeepWherePositive(c4, Vector256.Load(mask + 32));
            if (sizeof(TVectors) > 6) c5 = KeepWherePositive(c5, Vector256.Load(mask + 40));
            if (sizeof(TVectors) > 7) c6 = KeepWherePositive(c6, Vector256.Load(mask + 48));
            ce = KeepWherePositive(ce, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector256.Load(mask + e));
        }

        float* d = t->C;
        if (sizeof(TVectors) > 1) c0.Store(d);
        if (sizeof(TVectors) > 2) c1.Store(d + 8);
        if (sizeof(TVectors) > 3) c2.Store(d + 16);
        if (sizeof(TVectors) > 4) c3.Store(d + 24);
        if (sizeof(TVectors) > 5) c4.Store(d + 32);
        if (sizeof(TVectors) > 6) c5.Store(d + 40);
        if (sizeof(TVectors) > 7) c6.Store(d + 48);
        if (sizeof(TEdge) == sizeof(Masked))
            MaskedStore(d + e, lanes, ce);
        else
            ce.Store(d + e);
    }

    // ReLU(-0) is +0 and ReLU(NaN) is NaN, which max does not promise on any processor.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ReLU(Vector256<float> x) => Vector256.ConditionalSelect(Vector256.LessThanOrEqual(x, Vector256<float>.Zero), Vector256<float>.Zero, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> KeepWherePositive(Vector256<float> x, Vector256<float> mask) => Vector256.ConditionalSelect(Vector256.GreaterThan(mask, Vector256<float>.Zero), x + Vector256<float>.Zero, Vector256<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> EdgeMaskVector256(int lanes) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(lanes)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> MaskedLoad(float* p, Vector256<float> lanes) => Avx.MaskLoad(p, lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MaskedStore(float* p, Vector256<float> lanes, Vector256<float> value) => Avx.MaskStore(p, lanes, value);
}
