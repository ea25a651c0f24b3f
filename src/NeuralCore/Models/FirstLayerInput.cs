using System.Runtime.CompilerServices;
using NeuralCore.Data;
using NeuralCore.Numerics;

namespace NeuralCore.Models;

/// <summary>
/// How the first layer gets a batch's input: gathered as floats into tensor 0, or, for a layer that reads it, as a
/// <see cref="SparseInput"/>, where the samples are in memory.
/// </summary>
internal sealed class FirstLayerInput
{
    private readonly bool[] _readsSparse;
    private readonly bool _isReadSparse;
    private readonly bool _isTraining;
    private readonly int _size;
    private readonly ColumnBlockedInput? _columns;
    private SampleMemory _memory;
    private int[] _indices = [];
    private int _rows;
    private bool _isSparse;

    internal FirstLayerInput(ExecutionPlan plan, int batchRows)
    {
        _isTraining = plan.IsTraining;
        _size = plan.Sizes[0];
        _readsSparse = plan.Layers.Select((layer, i) => i < plan.ExecutedCount && plan.ReadsInput[i] && layer.ReadsSparseInput).ToArray();
        _isReadSparse = _readsSparse.Contains(true);
        _isSparse = !_isTraining && _isReadSparse;
        if (_isTraining && _readsSparse.Where((reads, i) => reads && plan.HasGradients(i)).Any())
            _columns = new ColumnBlockedInput(batchRows, _size);
    }

    /// <summary>Whether the input has to be gathered into tensor 0: some layer reads it there.</summary>
    internal bool IsGathered => _memory.IsEmpty;

    /// <summary>Begins a batch.</summary>
    /// <param name="features">The source that holds its samples; null for rows that the caller holds.</param>
    /// <param name="indices">Which sample of the source each row is.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="skipZeros">Whether zeros of the input are skipped.</param>
    internal void Begin(FeatureSource? features, int[] indices, int rows, bool skipZeros)
    {
        _isSparse = skipZeros && _isReadSparse;
        _memory = _isSparse && features is not null ? features.Memory : default;
        _indices = indices;
        _rows = rows;
        if (_isSparse && _isTraining)
            _columns?.Begin(_memory.IsEmpty ? SparseInput.Of(floats: default, default, _size) : InMemory(0));
    }

    /// <summary>Lets go of the data.</summary>
    internal void End() => _memory = default;

    /// <summary>What a layer gets in its forward pass.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="firstRow">The block's first row in the batch.</param>
    /// <param name="input">The block's input, if it is gathered.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal SparseInput Forward(int layer, int firstRow, ReadOnlySpan<float> input)
    {
        if (!_isSparse || !_readsSparse[layer])
            return default;
        if (!_memory.IsEmpty)
            return InMemory(firstRow).With(_columns);
        return _isTraining ? SparseInput.Of(input, default, _size).With(_columns) : SparseInput.EachRowOf(input, _size);
    }

    /// <summary>What a layer gets for its parameters' gradients: the batch as the forward passes kept it.</summary>
    internal SparseInput Gradient(int layer) => _isSparse && _readsSparse[layer] ? SparseInput.KeptIn(_columns) : default;

    // All rows that follow: the kernels prefetch them.
    private SparseInput InMemory(int firstRow)
    {
        ReadOnlySpan<int> indices = _indices.AsSpan(firstRow, _rows - firstRow);
        return _memory.Bytes.IsEmpty
            ? SparseInput.Of(_memory.Floats.Span, indices, _size)
            : SparseInput.Of(_memory.Bytes.Span, _memory.Scale, indices, _size);
    }
}
