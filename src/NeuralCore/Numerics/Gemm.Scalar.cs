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

    private static void RowsScalar<TVectors>(GemmTile* t, int rows) where TVectors : struct, ICount
    {
        if (t->List != null)
            RowsScalar<TVectors, Listed>(t, rows);
        else
            RowsScalar<TVectors, InOrder>(t, rows);
    }

    private static void RowsScalar<TVectors, TOrder>(GemmTile* t, int rows) where TVectors : struct, ICount where TOrder : struct, IOrder
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
        where TRows : struct, ICount where TVectors : struct, ICount where TOrder : struct, IOrder
    {
        nint rowStep = t->RowStep, rowStep3 = 3 * rowStep, kStep = t->KStep, bStep = t->BStep, cStride = t->CStride, maskStride = t->MaskStride;
        float* aTile = t->A, cTile = t->C, maskTile = t->Mask;
        nint e = TVectors.Value - 1;
        do
        {
            float c00 = 0f, c0e = 0f;
            float c10 = 0f, c1e = 0f;
            float c20 = 0f, c2e = 0f;
            float c30 = 0f, c3e = 0f;
            if (t->Start == GemmStart.Bias)
            {
                float* bias = t->Bias;
                float v0 = TVectors.Value > 1 ? *(bias) : 0f;
                float ve = *(bias + e);
                c00 = c10 = c20 = c30 = v0;
                c0e = c1e = c2e = c3e = ve;
            }
            else if (t->Start == GemmStart.Accumulate)
            {
                float* c = cTile;
                if (TVectors.Value > 1) c00 = *(c);
                c0e = *(c + e);
                if (TRows.Value > 1)
                {
                    c += cStride;
                    if (TVectors.Value > 1) c10 = *(c);
                    c1e = *(c + e);
                }
                if (TRows.Value > 2)
                {
                    c += cStride;
                    if (TVectors.Value > 1) c20 = *(c);
                    c2e = *(c + e);
                }
                if (TRows.Value > 3)
                {
                    c += cStride;
                    if (TVectors.Value > 1) c30 = *(c);
                    c3e = *(c + e);
                }
            }

            float* a = aTile, b = t->B;
            int* list = t->List;
            for (nint p = t->K; p > 0; p--)
            {
                if (TOrder.IsListed)
                {
                    nint at = *list++;
                    a = aTile + at * kStep;
                    b = t->B + at * bStep;
                }
                float b0 = TVectors.Value > 1 ? *(b) : 0f;
                float be = *(b + e);
                float x = a[0];
                if (TVectors.Value > 1) c00 = MathF.FusedMultiplyAdd(x, b0, c00);
                c0e = MathF.FusedMultiplyAdd(x, be, c0e);
                if (TRows.Value > 1)
                {
                    x = a[rowStep];
                    if (TVectors.Value > 1) c10 = MathF.FusedMultiplyAdd(x, b0, c10);
                    c1e = MathF.FusedMultiplyAdd(x, be, c1e);
                }
                if (TRows.Value > 2)
                {
                    x = a[2 * rowStep];
                    if (TVectors.Value > 1) c20 = MathF.FusedMultiplyAdd(x, b0, c20);
                    c2e = MathF.FusedMultiplyAdd(x, be, c2e);
                }
                if (TRows.Value > 3)
                {
                    x = a[rowStep3];
                    if (TVectors.Value > 1) c30 = MathF.FusedMultiplyAdd(x, b0, c30);
                    c3e = MathF.FusedMultiplyAdd(x, be, c3e);
                }
                if (!TOrder.IsListed)
                {
                    a += kStep;
                    b += bStep;
                }
            }

            if (t->Epilogue == GemmEpilogue.ReLU)
            {
                if (TVectors.Value > 1) c00 = ReLU(c00);
                c0e = ReLU(c0e);
                if (TRows.Value > 1)
                {
                    if (TVectors.Value > 1) c10 = ReLU(c10);
                    c1e = ReLU(c1e);
                }
                if (TRows.Value > 2)
                {
                    if (TVectors.Value > 1) c20 = ReLU(c20);
                    c2e = ReLU(c2e);
                }
                if (TRows.Value > 3)
                {
                    if (TVectors.Value > 1) c30 = ReLU(c30);
                    c3e = ReLU(c3e);
                }
            }
            else if (t->Epilogue == GemmEpilogue.ReLUMask)
            {
                float* mask = maskTile;
                if (TVectors.Value > 1) c00 = KeepWherePositive(c00, *(mask));
                c0e = KeepWherePositive(c0e, *(mask + e));
                if (TRows.Value > 1)
                {
                    mask += maskStride;
                    if (TVectors.Value > 1) c10 = KeepWherePositive(c10, *(mask));
                    c1e = KeepWherePositive(c1e, *(mask + e));
                }
                if (TRows.Value > 2)
                {
                    mask += maskStride;
                    if (TVectors.Value > 1) c20 = KeepWherePositive(c20, *(mask));
                    c2e = KeepWherePositive(c2e, *(mask + e));
                }
                if (TRows.Value > 3)
                {
                    mask += maskStride;
                    if (TVectors.Value > 1) c30 = KeepWherePositive(c30, *(mask));
                    c3e = KeepWherePositive(c3e, *(mask + e));
                }
            }

            float* d = cTile;
            if (TVectors.Value > 1) d[0] = c00;
            d[e] = c0e;
            if (TRows.Value > 1)
            {
                d += cStride;
                if (TVectors.Value > 1) d[0] = c10;
                d[e] = c1e;
            }
            if (TRows.Value > 2)
            {
                d += cStride;
                if (TVectors.Value > 1) d[0] = c20;
                d[e] = c2e;
            }
            if (TRows.Value > 3)
            {
                d += cStride;
                if (TVectors.Value > 1) d[0] = c30;
                d[e] = c3e;
            }
            aTile += TRows.Value * rowStep;
            cTile += TRows.Value * cStride;
            maskTile += TRows.Value * maskStride;
        }
        while (--tiles > 0);
    }

    private static float ReLU(float x) => x <= 0 ? 0 : x;

    private static float KeepWherePositive(float x, float mask) => mask > 0 ? x : 0;
}
