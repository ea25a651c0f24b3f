using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

// The kernel of every width. Rows, vectors, edge and order are type arguments, so each shape of a tile compiles to straight code without a
// test in its loop over k. Accumulators are named locals: the compiler keeps neither arrays nor references of vectors in registers.
// Everything called is inlined: no vector register survives a call.
internal static unsafe partial class Gemm
{
    /// <summary>
    /// Register tiles of <c>TRows</c> rows and <c>TVectors</c> vectors (3 at most where there are 7 rows or 8); the last vector (e) may be
    /// partly outside the matrix.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TileKernel<TRegister, TVector, TRows, TVectors, TEdge, TOrder>(GemmTile* t, int tiles)
        where TRegister : struct, IRegister<TVector>
        where TVector : unmanaged
        where TRows : unmanaged, ICount
        where TVectors : unmanaged, ICount
        where TEdge : unmanaged, IEdge
        where TOrder : unmanaged, IOrder
    {
        nint width = sizeof(TVector) / sizeof(float), e = (sizeof(TVectors) - 1) * width;
        nint rowStep = t->RowStep, rowStep3 = 3 * rowStep, kStep = t->KStep, bStep = t->BStep, cStride = t->CStride;
        float* aTile = t->A, cTile = t->C;
        TVector lanes = sizeof(TEdge) == sizeof(Masked) ? TRegister.EdgeMask(t->EdgeLanes) : default;
        do
        {
            TVector c00 = default, c01 = default, c02 = default, c0e = default;
            TVector c10 = default, c11 = default, c12 = default, c1e = default;
            TVector c20 = default, c21 = default, c22 = default, c2e = default;
            TVector c30 = default, c31 = default, c32 = default, c3e = default;
            TVector c40 = default, c41 = default, c42 = default, c4e = default;
            TVector c50 = default, c51 = default, c52 = default, c5e = default;
            TVector c60 = default, c61 = default, c6e = default;
            TVector c70 = default, c71 = default, c7e = default;
            if (t->Start != GemmStart.Zero)
            {
                // A bias is the same for all rows.
                float* c = t->Start == GemmStart.Bias ? t->Bias : cTile;
                nint startStride = t->Start == GemmStart.Bias ? 0 : cStride;
                if (sizeof(TVectors) > 1) c00 = TRegister.Load(c);
                if (sizeof(TVectors) > 2) c01 = TRegister.Load(c + width);
                if (sizeof(TVectors) > 3) c02 = TRegister.Load(c + 2 * width);
                c0e = LoadEdge<TRegister, TVector, TEdge>(c + e, lanes);
                if (sizeof(TRows) > 1)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c10 = TRegister.Load(c);
                    if (sizeof(TVectors) > 2) c11 = TRegister.Load(c + width);
                    if (sizeof(TVectors) > 3) c12 = TRegister.Load(c + 2 * width);
                    c1e = LoadEdge<TRegister, TVector, TEdge>(c + e, lanes);
                }
                if (sizeof(TRows) > 2)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c20 = TRegister.Load(c);
                    if (sizeof(TVectors) > 2) c21 = TRegister.Load(c + width);
                    if (sizeof(TVectors) > 3) c22 = TRegister.Load(c + 2 * width);
                    c2e = LoadEdge<TRegister, TVector, TEdge>(c + e, lanes);
                }
                if (sizeof(TRows) > 3)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c30 = TRegister.Load(c);
                    if (sizeof(TVectors) > 2) c31 = TRegister.Load(c + width);
                    if (sizeof(TVectors) > 3) c32 = TRegister.Load(c + 2 * width);
                    c3e = LoadEdge<TRegister, TVector, TEdge>(c + e, lanes);
                }
                if (sizeof(TRows) > 4)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c40 = TRegister.Load(c);
                    if (sizeof(TVectors) > 2) c41 = TRegister.Load(c + width);
                    if (sizeof(TVectors) > 3) c42 = TRegister.Load(c + 2 * width);
                    c4e = LoadEdge<TRegister, TVector, TEdge>(c + e, lanes);
                }
                if (sizeof(TRows) > 5)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c50 = TRegister.Load(c);
                    if (sizeof(TVectors) > 2) c51 = TRegister.Load(c + width);
                    if (sizeof(TVectors) > 3) c52 = TRegister.Load(c + 2 * width);
                    c5e = LoadEdge<TRegister, TVector, TEdge>(c + e, lanes);
                }
                if (sizeof(TRows) > 6)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c60 = TRegister.Load(c);
                    if (sizeof(TVectors) > 2) c61 = TRegister.Load(c + width);
                    c6e = LoadEdge<TRegister, TVector, TEdge>(c + e, lanes);
                }
                if (sizeof(TRows) > 7)
                {
                    c += startStride;
                    if (sizeof(TVectors) > 1) c70 = TRegister.Load(c);
                    if (sizeof(TVectors) > 2) c71 = TRegister.Load(c + width);
                    c7e = LoadEdge<TRegister, TVector, TEdge>(c + e, lanes);
                }
            }

            float* a = aTile, a4 = aTile + 4 * rowStep, b = t->B;
            nint prefetch = PrefetchDistance * kStep;
            int* indices = t->Indices;
            for (nint p = t->K; p > 0; p--)
            {
                if (sizeof(TOrder) >= sizeof(Indexed))
                {
                    nint at = *indices++;
                    a = aTile + at * kStep;
                    a4 = a + 4 * rowStep;
                    b = t->B + at * bStep;
                }
                if (sizeof(TOrder) == sizeof(IndexedPrefetch))
                {
                    // Alternate lines: the processor fetches a line's neighbour by itself.
                    nint next = indices[PrefetchDistance];
                    float* bNext = t->B + next * bStep;
                    Sse.Prefetch0(bNext);
                    if (sizeof(TVectors) > 2) Sse.Prefetch0(bNext + 32);
                }
                TVector b0 = sizeof(TVectors) > 1 ? TRegister.Load(b) : default;
                TVector b1 = sizeof(TVectors) > 2 ? TRegister.Load(b + width) : default;
                TVector b2 = sizeof(TVectors) > 3 ? TRegister.Load(b + 2 * width) : default;
                TVector be = LoadEdge<TRegister, TVector, TEdge>(b + e, lanes);
                if (sizeof(TOrder) == sizeof(Prefetch)) Sse.Prefetch0(a + prefetch);
                TVector x = TRegister.Broadcast(a[0]);
                if (sizeof(TVectors) > 1) c00 = TRegister.FusedMultiplyAdd(x, b0, c00);
                if (sizeof(TVectors) > 2) c01 = TRegister.FusedMultiplyAdd(x, b1, c01);
                if (sizeof(TVectors) > 3) c02 = TRegister.FusedMultiplyAdd(x, b2, c02);
                c0e = TRegister.FusedMultiplyAdd(x, be, c0e);
                if (sizeof(TRows) > 1)
                {
                    x = TRegister.Broadcast(a[rowStep]);
                    if (sizeof(TVectors) > 1) c10 = TRegister.FusedMultiplyAdd(x, b0, c10);
                    if (sizeof(TVectors) > 2) c11 = TRegister.FusedMultiplyAdd(x, b1, c11);
                    if (sizeof(TVectors) > 3) c12 = TRegister.FusedMultiplyAdd(x, b2, c12);
                    c1e = TRegister.FusedMultiplyAdd(x, be, c1e);
                }
                if (sizeof(TRows) > 2)
                {
                    x = TRegister.Broadcast(a[2 * rowStep]);
                    if (sizeof(TVectors) > 1) c20 = TRegister.FusedMultiplyAdd(x, b0, c20);
                    if (sizeof(TVectors) > 2) c21 = TRegister.FusedMultiplyAdd(x, b1, c21);
                    if (sizeof(TVectors) > 3) c22 = TRegister.FusedMultiplyAdd(x, b2, c22);
                    c2e = TRegister.FusedMultiplyAdd(x, be, c2e);
                }
                if (sizeof(TRows) > 3)
                {
                    x = TRegister.Broadcast(a[rowStep3]);
                    if (sizeof(TVectors) > 1) c30 = TRegister.FusedMultiplyAdd(x, b0, c30);
                    if (sizeof(TVectors) > 2) c31 = TRegister.FusedMultiplyAdd(x, b1, c31);
                    if (sizeof(TVectors) > 3) c32 = TRegister.FusedMultiplyAdd(x, b2, c32);
                    c3e = TRegister.FusedMultiplyAdd(x, be, c3e);
                }
                if (sizeof(TRows) > 4)
                {
                    x = TRegister.Broadcast(a4[0]);
                    if (sizeof(TVectors) > 1) c40 = TRegister.FusedMultiplyAdd(x, b0, c40);
                    if (sizeof(TVectors) > 2) c41 = TRegister.FusedMultiplyAdd(x, b1, c41);
                    if (sizeof(TVectors) > 3) c42 = TRegister.FusedMultiplyAdd(x, b2, c42);
                    c4e = TRegister.FusedMultiplyAdd(x, be, c4e);
                }
                if (sizeof(TRows) > 5)
                {
                    x = TRegister.Broadcast(a4[rowStep]);
                    if (sizeof(TVectors) > 1) c50 = TRegister.FusedMultiplyAdd(x, b0, c50);
                    if (sizeof(TVectors) > 2) c51 = TRegister.FusedMultiplyAdd(x, b1, c51);
                    if (sizeof(TVectors) > 3) c52 = TRegister.FusedMultiplyAdd(x, b2, c52);
                    c5e = TRegister.FusedMultiplyAdd(x, be, c5e);
                }
                if (sizeof(TRows) > 6)
                {
                    x = TRegister.Broadcast(a4[2 * rowStep]);
                    if (sizeof(TVectors) > 1) c60 = TRegister.FusedMultiplyAdd(x, b0, c60);
                    if (sizeof(TVectors) > 2) c61 = TRegister.FusedMultiplyAdd(x, b1, c61);
                    c6e = TRegister.FusedMultiplyAdd(x, be, c6e);
                }
                if (sizeof(TRows) > 7)
                {
                    x = TRegister.Broadcast(a4[rowStep3]);
                    if (sizeof(TVectors) > 1) c70 = TRegister.FusedMultiplyAdd(x, b0, c70);
                    if (sizeof(TVectors) > 2) c71 = TRegister.FusedMultiplyAdd(x, b1, c71);
                    c7e = TRegister.FusedMultiplyAdd(x, be, c7e);
                }
                if (sizeof(TOrder) < sizeof(Indexed))
                {
                    a += kStep;
                    a4 += kStep;
                    b += bStep;
                }
            }

            float* d = cTile;
            if (sizeof(TVectors) > 1) TRegister.Store(c00, d);
            if (sizeof(TVectors) > 2) TRegister.Store(c01, d + width);
            if (sizeof(TVectors) > 3) TRegister.Store(c02, d + 2 * width);
            StoreEdge<TRegister, TVector, TEdge>(c0e, d + e, lanes);
            if (sizeof(TRows) > 1)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) TRegister.Store(c10, d);
                if (sizeof(TVectors) > 2) TRegister.Store(c11, d + width);
                if (sizeof(TVectors) > 3) TRegister.Store(c12, d + 2 * width);
                StoreEdge<TRegister, TVector, TEdge>(c1e, d + e, lanes);
            }
            if (sizeof(TRows) > 2)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) TRegister.Store(c20, d);
                if (sizeof(TVectors) > 2) TRegister.Store(c21, d + width);
                if (sizeof(TVectors) > 3) TRegister.Store(c22, d + 2 * width);
                StoreEdge<TRegister, TVector, TEdge>(c2e, d + e, lanes);
            }
            if (sizeof(TRows) > 3)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) TRegister.Store(c30, d);
                if (sizeof(TVectors) > 2) TRegister.Store(c31, d + width);
                if (sizeof(TVectors) > 3) TRegister.Store(c32, d + 2 * width);
                StoreEdge<TRegister, TVector, TEdge>(c3e, d + e, lanes);
            }
            if (sizeof(TRows) > 4)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) TRegister.Store(c40, d);
                if (sizeof(TVectors) > 2) TRegister.Store(c41, d + width);
                if (sizeof(TVectors) > 3) TRegister.Store(c42, d + 2 * width);
                StoreEdge<TRegister, TVector, TEdge>(c4e, d + e, lanes);
            }
            if (sizeof(TRows) > 5)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) TRegister.Store(c50, d);
                if (sizeof(TVectors) > 2) TRegister.Store(c51, d + width);
                if (sizeof(TVectors) > 3) TRegister.Store(c52, d + 2 * width);
                StoreEdge<TRegister, TVector, TEdge>(c5e, d + e, lanes);
            }
            if (sizeof(TRows) > 6)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) TRegister.Store(c60, d);
                if (sizeof(TVectors) > 2) TRegister.Store(c61, d + width);
                StoreEdge<TRegister, TVector, TEdge>(c6e, d + e, lanes);
            }
            if (sizeof(TRows) > 7)
            {
                d += cStride;
                if (sizeof(TVectors) > 1) TRegister.Store(c70, d);
                if (sizeof(TVectors) > 2) TRegister.Store(c71, d + width);
                StoreEdge<TRegister, TVector, TEdge>(c7e, d + e, lanes);
            }
            aTile += sizeof(TRows) * rowStep;
            cTile += sizeof(TRows) * cStride;
        }
        while (--tiles > 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LoadEdge<TRegister, TVector, TEdge>(float* source, TVector lanes)
        where TRegister : struct, IRegister<TVector>
        where TVector : unmanaged
        where TEdge : unmanaged, IEdge =>
        sizeof(TEdge) == sizeof(Masked) ? TRegister.MaskedLoad(source, lanes) : TRegister.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreEdge<TRegister, TVector, TEdge>(TVector value, float* destination, TVector lanes)
        where TRegister : struct, IRegister<TVector>
        where TVector : unmanaged
        where TEdge : unmanaged, IEdge
    {
        if (sizeof(TEdge) == sizeof(Masked))
            TRegister.MaskedStore(destination, lanes, value);
        else
            TRegister.Store(value, destination);
    }
}
