namespace NeuralCore.Data;

/// <summary>Rows of another source in a given order; the values are not copied.</summary>
internal sealed class FeatureSubset : FeatureSource
{
    private readonly FeatureSource _source;
    private readonly int[] _map;

    private FeatureSubset(FeatureSource source, int[] map)
        : base(map.Length, source.Shape)
    {
        _source = source;
        _map = map;
    }

    // A subset of a subset reads the original source directly, at any depth of nesting.
    internal static FeatureSubset Of(FeatureSource source, int[] map) => source is FeatureSubset inner
        ? new FeatureSubset(inner._source, RowMap.Compose(inner._map, map))
        : new FeatureSubset(source, map);

    public override void Gather(ReadOnlySpan<int> rows, Span<float> destination)
    {
        CheckGather(rows, destination);
        Span<int> buffer = stackalloc int[RowMap.Block];
        for (int start = 0; start < rows.Length; start += RowMap.Block)
        {
            ReadOnlySpan<int> block = RowMap.Next(_map, rows[start..], buffer);
            _source.Gather(block, destination.Slice(start * Shape.Size, block.Length * Shape.Size));
        }
    }

    public override void Gather(ReadOnlySpan<int> rows, Span<float> destination, int epoch)
    {
        CheckGather(rows, destination);
        Span<int> buffer = stackalloc int[RowMap.Block];
        for (int start = 0; start < rows.Length; start += RowMap.Block)
        {
            ReadOnlySpan<int> block = RowMap.Next(_map, rows[start..], buffer);
            _source.Gather(block, destination.Slice(start * Shape.Size, block.Length * Shape.Size), epoch);
        }
    }

    internal override string? Augmentation => _source.Augmentation;

    internal override bool IsInMemory => _source.IsInMemory;

    internal override FeatureSource Resolve(ReadOnlySpan<int> rows, Span<int> resolved)
    {
        for (int i = 0; i < rows.Length; i++)
            resolved[i] = _map[rows[i]];
        return _source;
    }

    public override string ToString() => $"{Count} rows of {_source}";
}

/// <summary>The targets that go with a <see cref="FeatureSubset"/>.</summary>
internal sealed class TargetSubset<TTarget> : TargetSource<TTarget>
    where TTarget : unmanaged
{
    private readonly TargetSource<TTarget> _source;
    private readonly int[] _map;

    private TargetSubset(TargetSource<TTarget> source, int[] map)
        : base(map.Length, source.Width)
    {
        _source = source;
        _map = map;
    }

    public override int? ClassCount => _source.ClassCount;

    internal override bool IsInMemory => _source.IsInMemory;

    internal static TargetSubset<TTarget> Of(TargetSource<TTarget> source, int[] map) => source is TargetSubset<TTarget> inner
        ? new TargetSubset<TTarget>(inner._source, RowMap.Compose(inner._map, map))
        : new TargetSubset<TTarget>(source, map);

    public override void Gather(ReadOnlySpan<int> rows, Span<TTarget> destination)
    {
        CheckGather(rows, destination);
        Span<int> buffer = stackalloc int[RowMap.Block];
        for (int start = 0; start < rows.Length; start += RowMap.Block)
        {
            ReadOnlySpan<int> block = RowMap.Next(_map, rows[start..], buffer);
            _source.Gather(block, destination.Slice(start * Width, block.Length * Width));
        }
    }

    public override int ClassOf(int row)
    {
        RowChecks.CheckRow(row, Count);
        return _source.ClassOf(_map[row]);
    }

    public override string ToString() => $"{Count} rows of {_source}";
}

/// <summary>Maps row numbers of a subset to those of its source, in blocks on the stack, so that gathering allocates nothing.</summary>
internal static class RowMap
{
    internal const int Block = 256;

    internal static ReadOnlySpan<int> Next(int[] map, ReadOnlySpan<int> rows, Span<int> buffer)
    {
        int length = Math.Min(rows.Length, buffer.Length);
        for (int i = 0; i < length; i++)
            buffer[i] = map[rows[i]];
        return buffer[..length];
    }

    internal static int[] Compose(int[] outer, int[] inner) => Array.ConvertAll(inner, row => outer[row]);
}
