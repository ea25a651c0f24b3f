using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

// 128-bit kernels: tiles of up to 6 rows x 2 vectors on x86 (16 registers), 8 x 3 on ARM64 (32 registers).
internal static unsafe partial class Gemm
{
    /// <summary>One panel, at most 3 vectors wide: all its rows.</summary>
    private static void PanelVector128(GemmTile* t, int rows, int columns)
    {
        t->EdgeLanes = (columns - 1) % 4 + 1;
        bool whole = t->EdgeLanes == 4;
        switch ((columns + 3) / 4)
        {
            case 3:
                if (whole)
                    RowsVector128<N3, Whole>(t, rows);
                else
                    RowsVector128<N3, Masked>(t, rows);
                break;
            case 2:
                if (whole)
                    RowsVector128<N2, Whole>(t, rows);
                else
                    RowsVector128<N2, Masked>(t, rows);
                break;
            case 1:
                if (whole)
                    RowsVector128<N1, Whole>(t, rows);
                else
                    RowsVector128<N1, Masked>(t, rows);
                break;
        }
    }

    private static void RowsVector128<TVectors, TEdge>(GemmTile* t, int rows) where TVectors : unmanaged, ICount where TEdge : unmanaged, IEdge
    {
        if (t->List != null)
            RowsVector128<TVectors, TEdge, Listed>(t, rows);
        else
            RowsVector128<TVectors, TEdge, InOrder>(t, rows);
    }

    private static void RowsVector128<TVectors, TEdge, TOrder>(GemmTile* t, int rows)
        where TVectors : unmanaged, ICount where TEdge : unmanaged, IEdge where TOrder : unmanaged, IOrder
    {
        // A constant to the compiler: 16 registers hold 6 x 2 accumulators, 32 hold 8 x 3.
        int tall = AdvSimd.Arm64.IsSupported ? 8 : 6;
        int tiles = rows / tall;
        if (tiles > 0)
        {
            if (AdvSimd.Arm64.IsSupported)
                KernelVector128<N8, TVectors, TEdge, TOrder>(t, tiles);
            else
                KernelVector128<N6, TVectors, TEdge, TOrder>(t, tiles);
            t->SkipRows(tiles * tall);
        }
        switch (rows - tiles * tall)
        {
            case 7: KernelVector128<N7, TVectors, TEdge, TOrder>(t, 1); break;
            case 6: KernelVector128<N6, TVectors, TEdge, TOrder>(t, 1); break;
            case 5: KernelVector128<N5, TVectors, TEdge, TOrder>(t, 1); break;
            case 4: KernelVector128<N4, TVectors, TEdge, TOrder>(t, 1); break;
            case 3: KernelVector128<N3, TVectors, TEdge, TOrder>(t, 1); break;
            case 2: KernelVector128<N2, TVectors, TEdge, TOrder>(t, 1); break;
            case 1: KernelVector128<N1, TVectors, TEdge, TOrder>(t, 1); break;
        }
    }

    /// <summary>Register tiles of <c>TRows</c> rows and <c>TVectors</c> vectors; the last vector (e) may be partly outside the matrix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void KernelVector128<TRows, TVectors, TEdge, TOrder>(GemmTile* t, int tiles)
        where TRows : unmanaged, ICount where TVectors : unmanaged, ICount where TEdge : unmanaged, IEdge where TOrder : unmanaged, IOrder
    {
        nint rowStep = t->RowStep, rowStep3 = 3 * rowStep, kStep = t->KStep, bStep = t->BStep, cStride = t->CStride, maskStride = t->MaskStride;
        float* aTile = t->A, cTile = t->C, maskTile = t->Mask;
        nint e = (sizeof(TVectors) - 1) * 4;
        Vector128<float> lanes = sizeof(TEdge) == sizeof(Masked) ? EdgeMaskVector128(t->EdgeLanes) : default;
        do
        {
            Vector128<float> c00 = Vector128<float>.Zero, c01 = Vector128<float>.Zero, c0e = Vector128<float>.Zero;
            Vector128<float> c10 = Vector128<float>.Zero, c11 = Vector128<float>.Zero, c1e = Vector128<float>.Zero;
            Vector128<float> c20 = Vector128<float>.Zero, c21 = Vector128<float>.Zero, c2e = Vector128<float>.Zero;
            Vector128<float> c30 = Vector128<float>.Zero, c31 = Vector128<float>.Zero, c3e = Vector128<float>.Zero;
            Vector128<float> c40 = Vector128<float>.Zero, c41 = Vector128<float>.Zero, c4e = Vector128<float>.Zero;
            Vector128<float> c50 = Vector128<float>.Zero, c51 = Vector128<float>.Zero, c5e = Vector128<float>.Zero;
            Vector128<float> c60 = Vector128<float>.Zero, c61 = Vector128<float>.Zero, c6e = Vector128<float>.Zero;
            Vector128<float> c70 = Vector128<float>.Zero, c71 = Vector128<float>.Zero, c7e = Vector128<float>.Zero;
            if (t->Start != GemmStart.Zero)
            {
                // A bias is the same for all rows.
                float* c = t->Start == GemmStart.Bias ? t->Bias : cTile;
                nint startStride = t->Start == GemmStart.Bias ? 0 : cStride;
                if (sizeof(TVectors) > 1) c00 = Vector128.Load(c);
                if (sizeof(TVectors) > 2) c01 = Vector128.Load(c + 4);
                c0e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector128.Load(c + e);
                if (sizeof(TRows) > 1)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c10 = Vector128.Load(c);
                    if (sizeof(TVectors) > 2) c11 = Vector128.Load(c + 4);
                    c1e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector128.Load(c + e);
                }
                if (sizeof(TRows) > 2)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c20 = Vector128.Load(c);
                    if (sizeof(TVectors) > 2) c21 = Vector128.Load(c + 4);
                    c2e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector128.Load(c + e);
                }
                if (sizeof(TRows) > 3)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c30 = Vector128.Load(c);
                    if (sizeof(TVectors) > 2) c31 = Vector128.Load(c + 4);
                    c3e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector128.Load(c + e);
                }
                if (sizeof(TRows) > 4)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c40 = Vector128.Load(c);
                    if (sizeof(TVectors) > 2) c41 = Vector128.Load(c + 4);
                    c4e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector128.Load(c + e);
                }
                if (sizeof(TRows) > 5)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c50 = Vector128.Load(c);
                    if (sizeof(TVectors) > 2) c51 = Vector128.Load(c + 4);
                    c5e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector128.Load(c + e);
                }
                if (sizeof(TRows) > 6)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c60 = Vector128.Load(c);
                    if (sizeof(TVectors) > 2) c61 = Vector128.Load(c + 4);
                    c6e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector128.Load(c + e);
                }
                if (sizeof(TRows) > 7)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c70 = Vector128.Load(c);
                    if (sizeof(TVectors) > 2) c71 = Vector128.Load(c + 4);
                    c7e = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(c + e, lanes) : Vector128.Load(c + e);
                }
            }

            float* a = aTile, a4 = aTile + 4 * rowStep, b = t->B;
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
                Vector128<float> b0 = sizeof(TVectors) > 1 ? Vector128.Load(b) : Vector128<float>.Zero;
                Vector128<float> b1 = sizeof(TVectors) > 2 ? Vector128.Load(b + 4) : Vector128<float>.Zero;
                Vector128<float> be = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(b + e, lanes) : Vector128.Load(b + e);
                Vector128<float> x = Vector128.Create(a[0]);
                if (sizeof(TVectors) > 1) c00 = Vector128.FusedMultiplyAdd(x, b0, c00);
                if (sizeof(TVectors) > 2) c01 = Vector128.FusedMultiplyAdd(x, b1, c01);
                c0e = Vector128.FusedMultiplyAdd(x, be, c0e);
                if (sizeof(TRows) > 1)
                {
                    x = Vector128.Create(a[rowStep]);
                    if (sizeof(TVectors) > 1) c10 = Vector128.FusedMultiplyAdd(x, b0, c10);
                    if (sizeof(TVectors) > 2) c11 = Vector128.FusedMultiplyAdd(x, b1, c11);
                    c1e = Vector128.FusedMultiplyAdd(x, be, c1e);
                }
                if (sizeof(TRows) > 2)
                {
                    x = Vector128.Create(a[2 * rowStep]);
                    if (sizeof(TVectors) > 1) c20 = Vector128.FusedMultiplyAdd(x, b0, c20);
                    if (sizeof(TVectors) > 2) c21 = Vector128.FusedMultiplyAdd(x, b1, c21);
                    c2e = Vector128.FusedMultiplyAdd(x, be, c2e);
                }
                if (sizeof(TRows) > 3)
                {
                    x = Vector128.Create(a[rowStep3]);
                    if (sizeof(TVectors) > 1) c30 = Vector128.FusedMultiplyAdd(x, b0, c30);
                    if (sizeof(TVectors) > 2) c31 = Vector128.FusedMultiplyAdd(x, b1, c31);
                    c3e = Vector128.FusedMultiplyAdd(x, be, c3e);
                }
                if (sizeof(TRows) > 4)
                {
                    x = Vector128.Create(a4[0]);
                    if (sizeof(TVectors) > 1) c40 = Vector128.FusedMultiplyAdd(x, b0, c40);
                    if (sizeof(TVectors) > 2) c41 = Vector128.FusedMultiplyAdd(x, b1, c41);
                    c4e = Vector128.FusedMultiplyAdd(x, be, c4e);
                }
                if (sizeof(TRows) > 5)
                {
                    x = Vector128.Create(a4[rowStep]);
                    if (sizeof(TVectors) > 1) c50 = Vector128.FusedMultiplyAdd(x, b0, c50);
                    if (sizeof(TVectors) > 2) c51 = Vector128.FusedMultiplyAdd(x, b1, c51);
                    c5e = Vector128.FusedMultiplyAdd(x, be, c5e);
                }
                if (sizeof(TRows) > 6)
                {
                    x = Vector128.Create(a4[2 * rowStep]);
                    if (sizeof(TVectors) > 1) c60 = Vector128.FusedMultiplyAdd(x, b0, c60);
                    if (sizeof(TVectors) > 2) c61 = Vector128.FusedMultiplyAdd(x, b1, c61);
                    c6e = Vector128.FusedMultiplyAdd(x, be, c6e);
                }
                if (sizeof(TRows) > 7)
                {
                    x = Vector128.Create(a4[rowStep3]);
                    if (sizeof(TVectors) > 1) c70 = Vector128.FusedMultiplyAdd(x, b0, c70);
                    if (sizeof(TVectors) > 2) c71 = Vector128.FusedMultiplyAdd(x, b1, c71);
                    c7e = Vector128.FusedMultiplyAdd(x, be, c7e);
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
                c0e = ReLU(c0e);
                if (sizeof(TRows) > 1)
                {
                    if (sizeof(TVectors) > 1) c10 = ReLU(c10);
                    if (sizeof(TVectors) > 2) c11 = ReLU(c11);
                    c1e = ReLU(c1e);
                }
                if (sizeof(TRows) > 2)
                {
                    if (sizeof(TVectors) > 1) c20 = ReLU(c20);
                    if (sizeof(TVectors) > 2) c21 = ReLU(c21);
                    c2e = ReLU(c2e);
                }
                if (sizeof(TRows) > 3)
                {
                    if (sizeof(TVectors) > 1) c30 = ReLU(c30);
                    if (sizeof(TVectors) > 2) c31 = ReLU(c31);
                    c3e = ReLU(c3e);
                }
                if (sizeof(TRows) > 4)
                {
                    if (sizeof(TVectors) > 1) c40 = ReLU(c40);
                    if (sizeof(TVectors) > 2) c41 = ReLU(c41);
                    c4e = ReLU(c4e);
                }
                if (sizeof(TRows) > 5)
                {
                    if (sizeof(TVectors) > 1) c50 = ReLU(c50);
                    if (sizeof(TVectors) > 2) c51 = ReLU(c51);
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
                if (sizeof(TVectors) > 1) c00 = KeepWherePositive(c00, Vector128.Load(mask));
                if (sizeof(TVectors) > 2) c01 = KeepWherePositive(c01, Vector128.Load(mask + 4));
                c0e = KeepWherePositive(c0e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector128.Load(mask + e));
                if (sizeof(TRows) > 1)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c10 = KeepWherePositive(c10, Vector128.Load(mask));
                    if (sizeof(TVectors) > 2) c11 = KeepWherePositive(c11, Vector128.Load(mask + 4));
                    c1e = KeepWherePositive(c1e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector128.Load(mask + e));
                }
                if (sizeof(TRows) > 2)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c20 = KeepWherePositive(c20, Vector128.Load(mask));
                    if (sizeof(TVectors) > 2) c21 = KeepWherePositive(c21, Vector128.Load(mask + 4));
                    c2e = KeepWherePositive(c2e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector128.Load(mask + e));
                }
                if (sizeof(TRows) > 3)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c30 = KeepWherePositive(c30, Vector128.Load(mask));
                    if (sizeof(TVectors) > 2) c31 = KeepWherePositive(c31, Vector128.Load(mask + 4));
                    c3e = KeepWherePositive(c3e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector128.Load(mask + e));
                }
                if (sizeof(TRows) > 4)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c40 = KeepWherePositive(c40, Vector128.Load(mask));
                    if (sizeof(TVectors) > 2) c41 = KeepWherePositive(c41, Vector128.Load(mask + 4));
                    c4e = KeepWherePositive(c4e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector128.Load(mask + e));
                }
                if (sizeof(TRows) > 5)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c50 = KeepWherePositive(c50, Vector128.Load(mask));
                    if (sizeof(TVectors) > 2) c51 = KeepWherePositive(c51, Vector128.Load(mask + 4));
                    c5e = KeepWherePositive(c5e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector128.Load(mask + e));
                }
                if (sizeof(TRows) > 6)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c60 = KeepWherePositive(c60, Vector128.Load(mask));
                    if (sizeof(TVectors) > 2) c61 = KeepWherePositive(c61, Vector128.Load(mask + 4));
                    c6e = KeepWherePositive(c6e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector128.Load(mask + e));
                }
                if (sizeof(TRows) > 7)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c70 = KeepWherePositive(c70, Vector128.Load(mask));
                    if (sizeof(TVectors) > 2) c71 = KeepWherePositive(c71, Vector128.Load(mask + 4));
                    c7e = KeepWherePositive(c7e, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector128.Load(mask + e));
                }
            }

            float* d = cTile;
            if (sizeof(TVectors) > 1) c00.Store(d);
            if (sizeof(TVectors) > 2) c01.Store(d + 4);
            if (sizeof(TEdge) == sizeof(Masked))
                MaskedStore(d + e, lanes, c0e);
            else
                c0e.Store(d + e);
            if (sizeof(TRows) > 1)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c10.Store(d);
                if (sizeof(TVectors) > 2) c11.Store(d + 4);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c1e);
                else
                    c1e.Store(d + e);
            }
            if (sizeof(TRows) > 2)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c20.Store(d);
                if (sizeof(TVectors) > 2) c21.Store(d + 4);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c2e);
                else
                    c2e.Store(d + e);
            }
            if (sizeof(TRows) > 3)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c30.Store(d);
                if (sizeof(TVectors) > 2) c31.Store(d + 4);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c3e);
                else
                    c3e.Store(d + e);
            }
            if (sizeof(TRows) > 4)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c40.Store(d);
                if (sizeof(TVectors) > 2) c41.Store(d + 4);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c4e);
                else
                    c4e.Store(d + e);
            }
            if (sizeof(TRows) > 5)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c50.Store(d);
                if (sizeof(TVectors) > 2) c51.Store(d + 4);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c5e);
                else
                    c5e.Store(d + e);
            }
            if (sizeof(TRows) > 6)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c60.Store(d);
                if (sizeof(TVectors) > 2) c61.Store(d + 4);
                if (sizeof(TEdge) == sizeof(Masked))
                    MaskedStore(d + e, lanes, c6e);
                else
                    c6e.Store(d + e);
            }
            if (sizeof(TRows) > 7)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) c70.Store(d);
                if (sizeof(TVectors) > 2) c71.Store(d + 4);
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
    private static void RowVector128(GemmTile* t, int columns)
    {
        t->EdgeLanes = (columns - 1) % 4 + 1;
        if (t->EdgeLanes == 4)
            RowVector128<Whole>(t, columns / 4);
        else
            RowVector128<Masked>(t, (columns + 3) / 4);
    }

    private static void RowVector128<TEdge>(GemmTile* t, int vectors) where TEdge : unmanaged, IEdge
    {
        if (t->List != null)
            RowVector128<TEdge, Listed>(t, vectors);
        else
            RowVector128<TEdge, InOrder>(t, vectors);
    }

    private static void RowVector128<TEdge, TOrder>(GemmTile* t, int vectors) where TEdge : unmanaged, IEdge where TOrder : unmanaged, IOrder
    {
        switch (vectors)
        {
            case 8: RowKernelVector128<N8, TEdge, TOrder>(t); break;
            case 7: RowKernelVector128<N7, TEdge, TOrder>(t); break;
            case 6: RowKernelVector128<N6, TEdge, TOrder>(t); break;
            case 5: RowKernelVector128<N5, TEdge, TOrder>(t); break;
            case 4: RowKernelVector128<N4, TEdge, TOrder>(t); break;
            case 3: RowKernelVector128<N3, TEdge, TOrder>(t); break;
            case 2: RowKernelVector128<N2, TEdge, TOrder>(t); break;
            case 1: RowKernelVector128<N1, TEdge, TOrder>(t); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowKernelVector128<TVectors, TEdge, TOrder>(GemmTile* t)
        where TVectors : unmanaged, ICount where TEdge : unmanaged, IEdge where TOrder : unmanaged, IOrder
    {
        nint kStep = t->KStep, bStep = t->BStep, e = (sizeof(TVectors) - 1) * 4;
        Vector128<float> lanes = sizeof(TEdge) == sizeof(Masked) ? EdgeMaskVector128(t->EdgeLanes) : default;
        Vector128<float> c0 = Vector128<float>.Zero, c1 = Vector128<float>.Zero, c2 = Vector128<float>.Zero, c3 = Vector128<float>.Zero,
            c4 = Vector128<float>.Zero, c5 = Vector128<float>.Zero, c6 = Vector128<float>.Zero, ce = Vector128<float>.Zero;
        if (t->Start != GemmStart.Zero)
        {
            float* from = t->Start == GemmStart.Bias ? t->Bias : t->C;
            if (sizeof(TVectors) > 1) c0 = Vector128.Load(from);
            if (sizeof(TVectors) > 2) c1 = Vector128.Load(from + 4);
            if (sizeof(TVectors) > 3) c2 = Vector128.Load(from + 8);
            if (sizeof(TVectors) > 4) c3 = Vector128.Load(from + 12);
            if (sizeof(TVectors) > 5) c4 = Vector128.Load(from + 16);
            if (sizeof(TVectors) > 6) c5 = Vector128.Load(from + 20);
            if (sizeof(TVectors) > 7) c6 = Vector128.Load(from + 24);
            ce = sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(from + e, lanes) : Vector128.Load(from + e);
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
            Vector128<float> x = Vector128.Create(*a);
            if (sizeof(TVectors) > 1) c0 = Vector128.FusedMultiplyAdd(x, Vector128.Load(b), c0);
            if (sizeof(TVectors) > 2) c1 = Vector128.FusedMultiplyAdd(x, Vector128.Load(b + 4), c1);
            if (sizeof(TVectors) > 3) c2 = Vector128.FusedMultiplyAdd(x, Vector128.Load(b + 8), c2);
            if (sizeof(TVectors) > 4) c3 = Vector128.FusedMultiplyAdd(x, Vector128.Load(b + 12), c3);
            if (sizeof(TVectors) > 5) c4 = Vector128.FusedMultiplyAdd(x, Vector128.Load(b + 16), c4);
            if (sizeof(TVectors) > 6) c5 = Vector128.FusedMultiplyAdd(x, Vector128.Load(b + 20), c5);
            if (sizeof(TVectors) > 7) c6 = Vector128.FusedMultiplyAdd(x, Vector128.Load(b + 24), c6);
            ce = Vector128.FusedMultiplyAdd(x, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(b + e, lanes) : Vector128.Load(b + e), ce);
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
            if (sizeof(TVectors) > 1) c0 = KeepWherePositive(c0, Vector128.Load(mask));
            if (sizeof(TVectors) > 2) c1 = KeepWherePositive(c1, Vector128.Load(mask + 4));
            if (sizeof(TVectors) > 3) c2 = KeepWherePositive(c2, Vector128.Load(mask + 8));
            if (sizeof(TVectors) > 4) c3 = KeepWherePositive(c3, Vector128.Load(mask + 12));
            if (sizeof(TVectors) > 5) c4 = KeepWherePositive(c4, Vector128.Load(mask + 16));
            if (sizeof(TVectors) > 6) c5 = KeepWherePositive(c5, Vector128.Load(mask + 20));
            if (sizeof(TVectors) > 7) c6 = KeepWherePositive(c6, Vector128.Load(mask + 24));
            ce = KeepWherePositive(ce, sizeof(TEdge) == sizeof(Masked) ? MaskedLoad(mask + e, lanes) : Vector128.Load(mask + e));
        }

        float* d = t->C;
        if (sizeof(TVectors) > 1) c0.Store(d);
        if (sizeof(TVectors) > 2) c1.Store(d + 4);
        if (sizeof(TVectors) > 3) c2.Store(d + 8);
        if (sizeof(TVectors) > 4) c3.Store(d + 12);
        if (sizeof(TVectors) > 5) c4.Store(d + 16);
        if (sizeof(TVectors) > 6) c5.Store(d + 20);
        if (sizeof(TVectors) > 7) c6.Store(d + 24);
        if (sizeof(TEdge) == sizeof(Masked))
            MaskedStore(d + e, lanes, ce);
        else
            ce.Store(d + e);
    }

    // ReLU(-0) is +0 and ReLU(NaN) is NaN, which max does not promise on any processor.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ReLU(Vector128<float> x) => Vector128.ConditionalSelect(Vector128.LessThanOrEqual(x, Vector128<float>.Zero), Vector128<float>.Zero, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> KeepWherePositive(Vector128<float> x, Vector128<float> mask) => Vector128.ConditionalSelect(Vector128.GreaterThan(mask, Vector128<float>.Zero), x + Vector128<float>.Zero, Vector128<float>.Zero);

    // On x86 an AVX mask; on ARM64 the number of lanes, since there are no masked loads.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> EdgeMaskVector128(int lanes) => Avx.IsSupported
        ? Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(lanes)).AsSingle()
        : Vector128.Create(lanes).AsSingle();

    // ARM64: lanes outside repeat the last one inside; they are computed and never stored.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> MaskedLoad(float* p, Vector128<float> lanes)
    {
        if (Avx.IsSupported)
            return Avx.MaskLoad(p, lanes);
        int last = lanes.AsInt32().ToScalar() - 1;
        return Vector128.Create(p[0], p[Math.Min(last, 1)], p[Math.Min(last, 2)], p[Math.Min(last, 3)]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MaskedStore(float* p, Vector128<float> lanes, Vector128<float> value)
    {
        if (Avx.IsSupported)
        {
            Avx.MaskStore(p, lanes, value);
            return;
        }
        int count = lanes.AsInt32().ToScalar();
        p[0] = value.ToScalar();
        if (count > 1)
            p[1] = value.GetElement(1);
        if (count > 2)
            p[2] = value.GetElement(2);
        if (count > 3)
            p[3] = value.GetElement(3);
    }
}
