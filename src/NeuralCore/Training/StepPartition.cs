using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Training;

/// <summary>
/// Partitions the phases of a training step into work items: panels to pack, blocks of rows, blocks of columns to reduce, slices of
/// gradients, chunks of their norm, ranges of weights.
/// </summary>
internal sealed class StepPartition
{
    /// <summary>The rows of a register tile; blocks consist of whole tiles.</summary>
    internal const int RowTile = 8;

    /// <summary>The columns in an item that one worker reduces over the batch.</summary>
    internal const int ColumnBlock = 32;

    // A block of rows runs through all layers together: several register tiles, small enough for a core's cache. If a layer's weights do
    // not fit there anyway, every block loads all of them, and a larger block amortizes that.
    private const int LargestBlock = 128 / RowTile;
    private const int LargestBlockOfWide = 256 / RowTile;
    private const int WeightsOfWide = 1 << 18;

    // A worker takes half of the rest of its share at a time, down to this fraction of the share: large blocks load weights less often, and
    // small ones at the end shorten the wait of the others.
    private const int SmallestPart = 8;
    private const int SmallestPartOfWide = 2;
    private const int SmallestTiles = 2;

    private const int LongestRange = 16384;
    private const int SlicesPerWorker = 8;

    // Slices are whole vectors of the widest path.
    private const int SliceGrain = 16;

    private readonly int _workers;
    private readonly int _largestBlock;
    private readonly int _smallestPart;
    private readonly int[] _columnBlocks;

    internal StepPartition(ExecutionPlan plan, int workers)
    {
        _workers = workers;
        bool isWide = plan.Layers.SelectMany(layer => layer.Parameters).Any(parameter => parameter.Shape.Size > WeightsOfWide);
        _largestBlock = isWide ? LargestBlockOfWide : LargestBlock;
        _smallestPart = isWide ? SmallestPartOfWide : SmallestPart;
        Panels = PanelsOf(plan).ToArray();
        Slices = SlicesOf(plan).ToArray();
        Parameter[] parameters = plan.Layers.SelectMany(layer => layer.Parameters).ToArray();
        Ranges = RangesOf(parameters, LongestRange).ToArray();
        Chunks = RangesOf(parameters, GradientNorm.ChunkLength).ToArray();
        Statistics = plan.Reductions.Where(layer =>
            plan.Layers[layer].Trainable && plan.Layers[layer].Parameters.Any(p => p.IsStatistic)).ToArray();
        _columnBlocks = plan.Sizes.Select(size => (size + ColumnBlock - 1) / ColumnBlock).ToArray();
    }

    internal Panel[] Panels { get; }

    internal Slice[] Slices { get; }

    internal WeightRange[] Ranges { get; }

    /// <summary>The fixed chunks of the gradients whose squares are summed for their norm.</summary>
    internal WeightRange[] Chunks { get; }

    /// <summary>The layers whose statistics a step updates.</summary>
    internal int[] Statistics { get; }

    /// <summary>The number of column blocks of a layer's input.</summary>
    internal int ColumnBlocksOf(int layer) => _columnBlocks[layer];

    /// <summary>The number of register tiles that rows need.</summary>
    internal static int TilesOf(int rows) => (rows + RowTile - 1) / RowTile;

    /// <summary>The smallest (except for the last) and the largest number of register tiles in a block of rows.</summary>
    internal (int Smallest, int Largest) BlocksFor(int rows)
    {
        int tiles = TilesOf(rows);
        int largest = Math.Min(tiles, _largestBlock);
        if (_workers == 1)
            return (largest, largest);
        int share = tiles / _workers;
        int smallest = Math.Max(share / _smallestPart, Math.Min(SmallestTiles, share / 2));
        return (Math.Clamp(smallest, 1, largest), largest);
    }

    private static IEnumerable<Panel> PanelsOf(ExecutionPlan plan)
    {
        for (int layer = 0; layer < plan.Layers.Length; layer++)
        {
            for (int panel = 0; plan.IsPacked[layer] && panel < plan.Layers[layer].Bound.Panels; panel++)
                yield return new Panel(layer, panel);
        }
    }

    /// <summary>Divides the trainable parameters into ranges of at most a length.</summary>
    internal static IEnumerable<WeightRange> RangesOf(IEnumerable<Parameter> parameters, int longest)
    {
        foreach (Parameter parameter in parameters.Where(p => p.IsTrainable))
        {
            for (int start = 0; start < parameter.Shape.Size; start += longest)
                yield return new WeightRange(parameter, start, Math.Min(longest, parameter.Shape.Size - start));
        }
    }

    private IEnumerable<Slice> SlicesOf(ExecutionPlan plan)
    {
        for (int layer = 0; layer < plan.Layers.Length; layer++)
        {
            foreach (Parameter parameter in plan.Layers[layer].Parameters.Where(p => p.IsTrainable))
            {
                // Several slices per worker, of whole blocks of the input's columns, for load balance.
                int blocks = (parameter.Slices + SliceGrain - 1) / SliceGrain;
                int slices = SlicesPerWorker * _workers;
                int length = parameter.Stride == 1 ? parameter.Slices : SliceGrain * ((blocks + slices - 1) / slices);
                for (int start = 0; start < parameter.Slices; start += length)
                    yield return new Slice(layer, parameter, start, Math.Min(length, parameter.Slices - start));
            }
        }
    }

    // Classes rather than structs: the JIT would compile lists and arrays again for each struct, at the start of the first fit.

    /// <summary>A panel that one worker packs.</summary>
    internal sealed record Panel(int Layer, int Index);

    /// <summary>A range of a parameter's slices, whose gradient one worker computes.</summary>
    internal sealed record Slice(int Layer, Parameter Parameter, int Start, int Count);

    /// <summary>A range of a parameter's values, which one worker updates.</summary>
    internal sealed record WeightRange(Parameter Parameter, int Start, int Length)
    {
        /// <summary>The range in memory that is laid out as the weights are.</summary>
        internal Span<float> In(Span<float> memory) => memory.Slice(Parameter.Offset + Start, Length);
    }
}
