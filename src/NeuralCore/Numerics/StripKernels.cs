using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>The kernels of a strip of rows: of its panels of the usual width, and of the last, which may have another.</summary>
internal readonly unsafe struct StripKernels
{
    private readonly PanelKernels _usual;
    private readonly PanelKernels _last;
    private readonly int _panelColumns;
    private readonly int _lastColumns;

    /// <summary>Finds the kernels.</summary>
    /// <param name="path">The vector width.</param>
    /// <param name="rows">The rows of the strip.</param>
    /// <param name="columns">The columns of all its panels.</param>
    /// <param name="panelColumns">The columns of a panel.</param>
    /// <param name="isRow">Whether the strip is a row that a kernel of its own computes.</param>
    /// <param name="isIndexed">Whether the tiles have indices.</param>
    /// <param name="isTransposed">Whether A is transposed.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal StripKernels(
        VectorPath path, int rows, int columns, int panelColumns, bool isRow, bool isIndexed, bool isTransposed)
    {
        _panelColumns = panelColumns;
        _lastColumns = Gemm.LastPanelColumns(path, columns, panelColumns);
        _last = Dispatch.InRegisters<Gemm.PanelShape, PanelKernels>(path, new(rows, _lastColumns, isRow, isIndexed, isTransposed));
        _usual = _lastColumns == columns || _lastColumns == panelColumns
            ? _last
            : Dispatch.InRegisters<Gemm.PanelShape, PanelKernels>(path, new(rows, panelColumns, isRow, isIndexed, isTransposed));
    }

    /// <summary>How many columns the next panel has if so many are left.</summary>
    internal int Columns(int left) => left == _lastColumns ? left : _panelColumns;

    /// <summary>Computes the panel in front of which so many columns are left, its own included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void RunPanel(GemmTile* tile, int left)
    {
        if (left == _lastColumns)
            _last.Run(tile);
        else
            _usual.Run(tile);
    }

    /// <summary>Computes all panels, with B read as it stands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Run(GemmTile* tile, int columns)
    {
        float* a = tile->A, b = tile->B, c = tile->C, bias = tile->Bias;
        for (int left = columns; left > 0; left -= Columns(left))
        {
            int j = columns - left;
            tile->A = a;
            tile->B = b + j;
            tile->C = c + j;
            tile->Bias = bias + j;
            RunPanel(tile, left);
        }
    }
}

/// <summary>
/// The kernels of one panel: tiles as tall as the registers allow, and up to two smaller ones for the rows that are left.
/// </summary>
internal readonly unsafe struct PanelKernels(
    int edgeLanes,
    delegate*<GemmTile*, int, void> tall, int tallRows, int tiles,
    delegate*<GemmTile*, int, void> shared, int sharedRows,
    delegate*<GemmTile*, int, void> rest)
{
    internal static PanelKernels Of(int edgeLanes, delegate*<GemmTile*, int, void> kernel) => new(edgeLanes, null, 0, 0, null, 0, kernel);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Run(GemmTile* tile)
    {
        tile->EdgeLanes = edgeLanes;
        if (tiles > 0)
        {
            tall(tile, tiles);
            tile->SkipRows(tallRows * tiles);
        }
        if (sharedRows > 0)
        {
            shared(tile, 1);
            tile->SkipRows(sharedRows);
        }
        if (rest != null)
            rest(tile, 1);
    }
}
