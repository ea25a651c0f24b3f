using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

// One element at a time, 4 rows x 2 columns: for processors without vectors, and to check the others against.
internal static unsafe partial class Gemm
{
    /// <summary>One panel, at most 2 columns wide: all its rows.</summary>
    private static void PanelScalar(GemmTile* t, int rows, int columns)
    {
        if (columns == 2)
            RowsScalar<N2>(t, rows);
        else
            RowsScalar<N1>(t, rows);
    }

    private static void RowsScalar<TVectors>(GemmTile* t, int rows) where TVectors : unmanaged, ICount
    {
        if (t->List != null)
            RowsScalar<TVectors, Listed>(t, rows);
        else
            RowsScalar<TVectors, InOrder>(t, rows);
    }

    private static void RowsScalar<TVectors, TOrder>(GemmTile* t, int rows) where TVectors : unmanaged, ICount where TOrder : unmanaged, IOrder
    {
        int tiles = rows / 4;
        if (tiles > 0)
        {
            KernelScalar<N4, TVectors, TOrder>(t, tiles);
            t->SkipRows(tiles * 4);
        }
        switch (rows % 4)
        {
            case 3: KernelScalar<N3, TVectors, TOrder>(t, 1); break;
            case 2: KernelScalar<N2, TVectors, TOrder>(t, 1); break;
            case 1: KernelScalar<N1, TVectors, TOrder>(t, 1); break;
        }
    }

    /// <summary>Register tiles of <c>TRows</c> rows and <c>TVectors</c> columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void KernelScalar<TRows, TVectors, TOrder>(GemmTile* t, int tiles)
        where TRows : unmanaged, ICount where TVectors : unmanaged, ICount where TOrder : unmanaged, IOrder
    {
        nint rowStep = t->RowStep, rowStep3 = 3 * rowStep, kStep = t->KStep, bStep = t->BStep, cStride = t->CStride, maskStride = t->MaskStride;
        float* aTile = t->A, cTile = t->C, maskTile = t->Mask;
        nint e = sizeof(TVectors) - 1;
        do
        {
            float c00 = 0f, c0e = 0f;
            float c10 = 0f, c1e = 0f;
            float c20 = 0f, c2e = 0f;
            float c30 = 0f, c3e = 0f;
            if (t->Start != GemmStart.Zero)
            {
                // A bias is the same for all rows.
                float* c = t->Start == GemmStart.Bias ? t->Bias : cTile;
                nint startStride = t->Start == GemmStart.Bias ? 0 : cStride;
                if (sizeof(TVectors) > 1) c00 = *(c);
                c0e = *(c + e);
                if (sizeof(TRows) > 1)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c10 = *(c);
                    c1e = *(c + e);
                }
                if (sizeof(TRows) > 2)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c20 = *(c);
                    c2e = *(c + e);
                }
                if (sizeof(TRows) > 3)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c30 = *(c);
                    c3e = *(c + e);
                }
            }

            float* a = aTile, b = t->B;
            int* list = t->List;
            for (nint p = t->K; p > 0; p--)
            {
                if (sizeof(TOrder) == sizeof(Listed))
                {
                    nint at = *list++;
                    a = aTile + at * kStep;
                    b = t->B + at * bStep;
                }
                float b0 = sizeof(TVectors) > 1 ? *(b) : 0f;
                float be = *(b + e);
                float x = a[0];
                if (sizeof(TVectors) > 1) c00 = MathF.FusedMultiplyAdd(x, b0, c00);
                c0e = MathF.FusedMultiplyAdd(x, be, c0e);
                if (sizeof(TRows) > 1)
                {
                    x = a[rowStep];
                    if (sizeof(TVectors) > 1) c10 = MathF.FusedMultiplyAdd(x, b0, c10);
                    c1e = MathF.FusedMultiplyAdd(x, be, c1e);
                }
                if (sizeof(TRows) > 2)
                {
                    x = a[2 * rowStep];
                    if (sizeof(TVectors) > 1) c20 = MathF.FusedMultiplyAdd(x, b0, c20);
                    c2e = MathF.FusedMultiplyAdd(x, be, c2e);
                }
                if (sizeof(TRows) > 3)
                {
                    x = a[rowStep3];
                    if (sizeof(TVectors) > 1) c30 = MathF.FusedMultiplyAdd(x, b0, c30);
                    c3e = MathF.FusedMultiplyAdd(x, be, c3e);
                }
                if (sizeof(TOrder) != sizeof(Listed))
                {
                    a += kStep;
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
            }
            else if (t->Epilogue == GemmEpilogue.ReLUMask)
            {
                float* mask = maskTile;
                if (sizeof(TVectors) > 1) c00 = KeepWherePositive(c00, *(mask));
                c0e = KeepWherePositive(c0e, *(mask + e));
                if (sizeof(TRows) > 1)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c10 = KeepWherePositive(c10, *(mask));
                    c1e = KeepWherePositive(c1e, *(mask + e));
                }
                if (sizeof(TRows) > 2)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c20 = KeepWherePositive(c20, *(mask));
                    c2e = KeepWherePositive(c2e, *(mask + e));
                }
                if (sizeof(TRows) > 3)
                {
                    mask += maskStride;
                    if (sizeof(TVectors) > 1) c30 = KeepWherePositive(c30, *(mask));
                    c3e = KeepWherePositive(c3e, *(mask + e));
                }
            }

            float* d = cTile;
            if (sizeof(TVectors) > 1) d[0] = c00;
            d[e] = c0e;
            if (sizeof(TRows) > 1)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) d[0] = c10;
                d[e] = c1e;
            }
            if (sizeof(TRows) > 2)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) d[0] = c20;
                d[e] = c2e;
            }
            if (sizeof(TRows) > 3)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) d[0] = c30;
                d[e] = c3e;
            }
            aTile += sizeof(TRows) * rowStep;
            cTile += sizeof(TRows) * cStride;
            maskTile += sizeof(TRows) * maskStride;
        }
        while (--tiles > 0);
    }

    private static float ReLU(float x) => x <= 0 ? 0 : x;

    private static float KeepWherePositive(float x, float mask) => mask > 0 ? x + 0f : 0;
}
