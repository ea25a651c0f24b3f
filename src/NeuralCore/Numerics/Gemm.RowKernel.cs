using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

// A single row, of any width: up to 8 vectors of columns at once, which are enough chains to keep the FMA units busy. There is one tile.
internal static unsafe partial class Gemm
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowKernel<TRegister, TVector, TVectors, TEdge, TOrder>(GemmTile* t, int tiles)
        where TRegister : struct, IRegister<TVector>
        where TVector : unmanaged
        where TVectors : unmanaged, ICount
        where TEdge : unmanaged, IEdge
        where TOrder : unmanaged, IOrder
    {
        nint width = sizeof(TVector) / sizeof(float), e = (sizeof(TVectors) - 1) * width;
        nint kStep = t->KStep, bStep = t->BStep;
        TVector lanes = sizeof(TEdge) == sizeof(Masked) ? TRegister.EdgeMask(t->EdgeLanes) : default;
        TVector c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, ce = default;
        if (t->Start != GemmStart.Zero)
        {
            float* from = t->Start == GemmStart.Bias ? t->Bias : t->C;
            if (sizeof(TVectors) > 1) c0 = TRegister.Load(from);
            if (sizeof(TVectors) > 2) c1 = TRegister.Load(from + width);
            if (sizeof(TVectors) > 3) c2 = TRegister.Load(from + 2 * width);
            if (sizeof(TVectors) > 4) c3 = TRegister.Load(from + 3 * width);
            if (sizeof(TVectors) > 5) c4 = TRegister.Load(from + 4 * width);
            if (sizeof(TVectors) > 6) c5 = TRegister.Load(from + 5 * width);
            if (sizeof(TVectors) > 7) c6 = TRegister.Load(from + 6 * width);
            ce = LoadEdge<TRegister, TVector, TEdge>(from + e, lanes);
        }

        float* a = t->A, b = t->B;
        int* indices = t->Indices;
        for (nint p = t->K; p > 0; p--)
        {
            if (sizeof(TOrder) == sizeof(Indexed))
            {
                nint at = *indices++;
                a = t->A + at * kStep;
                b = t->B + at * bStep;
            }
            TVector x = TRegister.Broadcast(*a);
            if (sizeof(TVectors) > 1) c0 = TRegister.FusedMultiplyAdd(x, TRegister.Load(b), c0);
            if (sizeof(TVectors) > 2) c1 = TRegister.FusedMultiplyAdd(x, TRegister.Load(b + width), c1);
            if (sizeof(TVectors) > 3) c2 = TRegister.FusedMultiplyAdd(x, TRegister.Load(b + 2 * width), c2);
            if (sizeof(TVectors) > 4) c3 = TRegister.FusedMultiplyAdd(x, TRegister.Load(b + 3 * width), c3);
            if (sizeof(TVectors) > 5) c4 = TRegister.FusedMultiplyAdd(x, TRegister.Load(b + 4 * width), c4);
            if (sizeof(TVectors) > 6) c5 = TRegister.FusedMultiplyAdd(x, TRegister.Load(b + 5 * width), c5);
            if (sizeof(TVectors) > 7) c6 = TRegister.FusedMultiplyAdd(x, TRegister.Load(b + 6 * width), c6);
            ce = TRegister.FusedMultiplyAdd(x, LoadEdge<TRegister, TVector, TEdge>(b + e, lanes), ce);
            if (sizeof(TOrder) != sizeof(Indexed))
            {
                a += kStep;
                b += bStep;
            }
        }

        float* d = t->C;
        if (sizeof(TVectors) > 1) TRegister.Store(c0, d);
        if (sizeof(TVectors) > 2) TRegister.Store(c1, d + width);
        if (sizeof(TVectors) > 3) TRegister.Store(c2, d + 2 * width);
        if (sizeof(TVectors) > 4) TRegister.Store(c3, d + 3 * width);
        if (sizeof(TVectors) > 5) TRegister.Store(c4, d + 4 * width);
        if (sizeof(TVectors) > 6) TRegister.Store(c5, d + 5 * width);
        if (sizeof(TVectors) > 7) TRegister.Store(c6, d + 6 * width);
        StoreEdge<TRegister, TVector, TEdge>(ce, d + e, lanes);
    }
}
