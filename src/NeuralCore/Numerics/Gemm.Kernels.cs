using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralCore.Numerics;

// Finds kernels by the shape of their tiles, once for a strip of rows.
internal static unsafe partial class Gemm
{
    private const int MostRows = 8;
    private const int MostVectors = 8;

    // The kernels found so far, by width, rows (0 for the kernel of a single row), vectors, edge and order. A pointer is written whole, so
    // threads may fill it side by side.
    private static readonly delegate*<GemmTile*, int, void>[] Kernels =
        new delegate*<GemmTile*, int, void>[5 * (MostRows + 1) * (MostVectors + 1) * 8];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static delegate*<GemmTile*, int, void> Kernel<TRegister, TVector>(
        int rows, int vectors, bool isMasked, bool isIndexed, bool prefetches)
        where TRegister : struct, IRegister<TVector>
        where TVector : unmanaged
    {
        int index = BitOperations.Log2((uint)(sizeof(TVector) / sizeof(float))) * (MostRows + 1) + rows;
        index = index * (MostVectors + 1) + vectors;
        index = index * 8 + (isMasked ? 4 : 0) + (isIndexed ? 2 : 0) + (prefetches ? 1 : 0);
        delegate*<GemmTile*, int, void> kernel = Kernels[index];
        if (kernel == null)
        {
            Kernels[index] = kernel = isMasked
                ? Select<TRegister, TVector, Masked>(rows, vectors, isIndexed, prefetches)
                : Select<TRegister, TVector, Whole>(rows, vectors, isIndexed, prefetches);
        }
        return kernel;
    }

    private static delegate*<GemmTile*, int, void> Select<TRegister, TVector, TEdge>(
        int rows, int vectors, bool isIndexed, bool prefetches)
        where TRegister : struct, IRegister<TVector>
        where TVector : unmanaged
        where TEdge : unmanaged, IEdge => (rows == 0, vectors) switch
        {
            (true, _) when isIndexed => SelectRow<TRegister, TVector, TEdge, Indexed>(vectors),
            (true, _) => SelectRow<TRegister, TVector, TEdge, InOrder>(vectors),
            (false, 4) => SelectTile<TRegister, TVector, N4, TEdge>(rows, isIndexed, prefetches),
            (false, 3) => SelectTile<TRegister, TVector, N3, TEdge>(rows, isIndexed, prefetches),
            (false, 2) => SelectTile<TRegister, TVector, N2, TEdge>(rows, isIndexed, prefetches),
            (false, _) => SelectTile<TRegister, TVector, N1, TEdge>(rows, isIndexed, prefetches),
        };

    private static delegate*<GemmTile*, int, void> SelectTile<TRegister, TVector, TVectors, TEdge>(
        int rows, bool isIndexed, bool prefetches)
        where TRegister : struct, IRegister<TVector>
        where TVector : unmanaged
        where TVectors : unmanaged, ICount
        where TEdge : unmanaged, IEdge => (isIndexed, prefetches) switch
        {
            (true, true) => SelectTile<TRegister, TVector, TVectors, TEdge, IndexedPrefetch>(rows),
            (true, false) => SelectTile<TRegister, TVector, TVectors, TEdge, Indexed>(rows),
            (false, true) => SelectTile<TRegister, TVector, TVectors, TEdge, Prefetch>(rows),
            (false, false) => SelectTile<TRegister, TVector, TVectors, TEdge, InOrder>(rows),
        };

    private static delegate*<GemmTile*, int, void> SelectTile<TRegister, TVector, TVectors, TEdge, TOrder>(int rows)
        where TRegister : struct, IRegister<TVector>
        where TVector : unmanaged
        where TVectors : unmanaged, ICount
        where TEdge : unmanaged, IEdge
        where TOrder : unmanaged, IOrder => rows switch
        {
            8 => &TileKernel<TRegister, TVector, N8, TVectors, TEdge, TOrder>,
            7 => &TileKernel<TRegister, TVector, N7, TVectors, TEdge, TOrder>,
            6 => &TileKernel<TRegister, TVector, N6, TVectors, TEdge, TOrder>,
            5 => &TileKernel<TRegister, TVector, N5, TVectors, TEdge, TOrder>,
            4 => &TileKernel<TRegister, TVector, N4, TVectors, TEdge, TOrder>,
            3 => &TileKernel<TRegister, TVector, N3, TVectors, TEdge, TOrder>,
            2 => &TileKernel<TRegister, TVector, N2, TVectors, TEdge, TOrder>,
            _ => &TileKernel<TRegister, TVector, N1, TVectors, TEdge, TOrder>,
        };

    private static delegate*<GemmTile*, int, void> SelectRow<TRegister, TVector, TEdge, TOrder>(int vectors)
        where TRegister : struct, IRegister<TVector>
        where TVector : unmanaged
        where TEdge : unmanaged, IEdge
        where TOrder : unmanaged, IOrder => vectors switch
        {
            8 => &RowKernel<TRegister, TVector, N8, TEdge, TOrder>,
            7 => &RowKernel<TRegister, TVector, N7, TEdge, TOrder>,
            6 => &RowKernel<TRegister, TVector, N6, TEdge, TOrder>,
            5 => &RowKernel<TRegister, TVector, N5, TEdge, TOrder>,
            4 => &RowKernel<TRegister, TVector, N4, TEdge, TOrder>,
            3 => &RowKernel<TRegister, TVector, N3, TEdge, TOrder>,
            2 => &RowKernel<TRegister, TVector, N2, TEdge, TOrder>,
            _ => &RowKernel<TRegister, TVector, N1, TEdge, TOrder>,
        };

    /// <summary>The shape of a panel; finds its kernels.</summary>
    internal readonly struct PanelShape(int rows, int columns, bool isRow, bool isIndexed, bool isTransposed)
        : IRegisterOperation<PanelKernels>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public PanelKernels Run<TRegister, TVector>()
            where TRegister : struct, IRegister<TVector>
            where TVector : unmanaged
        {
            int width = sizeof(TVector) / sizeof(float), vectors = (columns + width - 1) / width, edgeLanes = (columns - 1) % width + 1;
            bool isMasked = edgeLanes != width;
            if (isRow)
                return PanelKernels.Of(edgeLanes, Kernel<TRegister, TVector>(0, vectors, isMasked, isIndexed, prefetches: false));
            // What to prefetch depends on the width: see IOrder.
            bool is512 = sizeof(TVector) == sizeof(Vector512<float>);
            bool prefetchesRest = isIndexed ? is512 : isTransposed && sizeof(TVector) == sizeof(Vector256<float>);
            bool prefetches = is512 || prefetchesRest;

            int tall = TRegister.TileRows(vectors), tiles = rows / tall, rest = rows % tall;
            // A last row alone has too few chains to keep the FMA units busy: it takes some from the last tile.
            int shared = rest == 1 && tiles > 0 ? tall / 2 : 0;
            if (shared > 0)
            {
                tiles--;
                rest = tall + 1 - shared;
            }
            return new PanelKernels(
                edgeLanes,
                tiles == 0 ? null : Kernel<TRegister, TVector>(tall, vectors, isMasked, isIndexed, prefetches), tall, tiles,
                shared == 0 ? null : Kernel<TRegister, TVector>(shared, vectors, isMasked, isIndexed, prefetchesRest), shared,
                rest == 0 ? null : Kernel<TRegister, TVector>(rest, vectors, isMasked, isIndexed, prefetchesRest));
        }
    }
}
