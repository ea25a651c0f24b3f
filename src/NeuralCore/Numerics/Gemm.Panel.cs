using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralCore.Numerics;

// Cuts a panel into tiles and picks the kernel of their shape.
internal static unsafe partial class Gemm
{
    /// <summary>One panel, at most 4 vectors wide: all its rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Panel<TRegister, TVector>(GemmTile* t, int rows, int columns)
        where TRegister : struct, IRegister<TVector>
        where TVector : unmanaged
    {
        int width = sizeof(TVector) / sizeof(float), vectors = (columns + width - 1) / width;
        t->EdgeLanes = (columns - 1) % width + 1;
        if (t->EdgeLanes == width)
            Panel<TRegister, TVector, Whole>(t, rows, vectors);
        else
            Panel<TRegister, TVector, Masked>(t, rows, vectors);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Panel<TRegister, TVector, TEdge>(GemmTile* t, int rows, int vectors)
        where TRegister : struct, IRegister<TVector>
        where TVector : unmanaged
        where TEdge : unmanaged, IEdge
    {
        switch (vectors)
        {
            case 4: Rows<TRegister, TVector, N4, TEdge>(t, rows); break;
            case 3: Rows<TRegister, TVector, N3, TEdge>(t, rows); break;
            case 2: Rows<TRegister, TVector, N2, TEdge>(t, rows); break;
            case 1: Rows<TRegister, TVector, N1, TEdge>(t, rows); break;
        }
    }

    // What to prefetch depends on the width: see IOrder.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<TRegister, TVector, TVectors, TEdge>(GemmTile* t, int rows)
        where TRegister : struct, IRegister<TVector>
        where TVector : unmanaged
        where TVectors : unmanaged, ICount
        where TEdge : unmanaged, IEdge
    {
        if (t->Indices != null)
        {
            if (sizeof(TVector) == sizeof(Vector512<float>))
                Rows<TRegister, TVector, TVectors, TEdge, IndexedPrefetch, IndexedPrefetch>(t, rows);
            else
                Rows<TRegister, TVector, TVectors, TEdge, Indexed, Indexed>(t, rows);
        }
        else if (sizeof(TVector) == sizeof(Vector512<float>))
            Rows<TRegister, TVector, TVectors, TEdge, Prefetch, InOrder>(t, rows);
        else if (sizeof(TVector) == sizeof(Vector256<float>) && t->KStep > 1)
            Rows<TRegister, TVector, TVectors, TEdge, Prefetch, Prefetch>(t, rows);
        else
            Rows<TRegister, TVector, TVectors, TEdge, InOrder, InOrder>(t, rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<TRegister, TVector, TVectors, TEdge, TOrder, TRestOrder>(GemmTile* t, int rows)
        where TRegister : struct, IRegister<TVector>
        where TVector : unmanaged
        where TVectors : unmanaged, ICount
        where TEdge : unmanaged, IEdge
        where TOrder : unmanaged, IOrder
        where TRestOrder : unmanaged, IOrder
    {
        int tall = TRegister.TileRows(sizeof(TVectors)), tiles = rows / tall, rest = rows % tall;
        // A last row alone has too few chains to keep the FMA units busy: it takes some from the last tile.
        int shared = rest == 1 && tiles > 0 ? tall / 2 : 0;
        if (shared > 0)
        {
            tiles--;
            rest = tall + 1 - shared;
        }
        if (tiles > 0)
        {
            Tiles<TRegister, TVector, TVectors, TEdge, TOrder>(t, tall, tiles);
            t->SkipRows(tall * tiles);
        }
        if (shared > 0)
        {
            Tiles<TRegister, TVector, TVectors, TEdge, TRestOrder>(t, shared, 1);
            t->SkipRows(shared);
        }
        if (rest > 0)
            Tiles<TRegister, TVector, TVectors, TEdge, TRestOrder>(t, rest, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles<TRegister, TVector, TVectors, TEdge, TOrder>(GemmTile* t, int rows, int tiles)
        where TRegister : struct, IRegister<TVector>
        where TVector : unmanaged
        where TVectors : unmanaged, ICount
        where TEdge : unmanaged, IEdge
        where TOrder : unmanaged, IOrder
    {
        switch (rows)
        {
            case 8: TileKernel<TRegister, TVector, N8, TVectors, TEdge, TOrder>(t, tiles); break;
            case 7: TileKernel<TRegister, TVector, N7, TVectors, TEdge, TOrder>(t, tiles); break;
            case 6: TileKernel<TRegister, TVector, N6, TVectors, TEdge, TOrder>(t, tiles); break;
            case 5: TileKernel<TRegister, TVector, N5, TVectors, TEdge, TOrder>(t, tiles); break;
            case 4: TileKernel<TRegister, TVector, N4, TVectors, TEdge, TOrder>(t, tiles); break;
            case 3: TileKernel<TRegister, TVector, N3, TVectors, TEdge, TOrder>(t, tiles); break;
            case 2: TileKernel<TRegister, TVector, N2, TVectors, TEdge, TOrder>(t, tiles); break;
            case 1: TileKernel<TRegister, TVector, N1, TVectors, TEdge, TOrder>(t, tiles); break;
        }
    }

    // Not inlined: four widths of it would be in each caller.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Run(VectorPath path, GemmTile* tile, int rows, int columns, int panelColumns, bool isRow) =>
        Dispatch.RunInRegisters(path, new PanelProduct(tile, rows, columns, panelColumns, isRow));

    /// <summary>Panels side by side, each as wide as panelColumns or what is left, B as it stands if there are several.</summary>
    private readonly struct PanelProduct(GemmTile* tile, int rows, int columns, int panelColumns, bool isRow) : IRegisterOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TRegister, TVector>()
            where TRegister : struct, IRegister<TVector>
            where TVector : unmanaged
        {
            float* a = tile->A, b = tile->B, c = tile->C, bias = tile->Bias;
            for (int j = 0; j < columns; j += panelColumns)
            {
                tile->A = a;
                tile->B = b + j;
                tile->C = c + j;
                tile->Bias = bias + j;
                if (isRow)
                    Row<TRegister, TVector>(tile, Math.Min(panelColumns, columns - j));
                else
                    Panel<TRegister, TVector>(tile, rows, Math.Min(panelColumns, columns - j));
            }
        }
    }
}
