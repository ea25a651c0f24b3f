using System.Runtime.CompilerServices;
using NeuralCore.Data;

namespace NeuralCore.Models;

/// <summary>The rows of one step or one part of an evaluation: rows of a dataset, or rows that the caller holds in memory.</summary>
internal sealed unsafe class Batch<TTarget>(int capacity, int inputSize, int targetWidth)
    where TTarget : unmanaged
{
    private readonly int[] _rows = new int[capacity];
    private readonly int[] _sampleIndices = new int[capacity];
    private Dataset<TTarget>? _data;
    private FeatureSource? _features;
    private int? _epoch;
    private float* _input;
    private TTarget* _targets;
    private float* _weights;
    private bool _hasWeights;

    internal int Capacity => capacity;

    /// <summary>How many rows there are.</summary>
    internal int Count { get; private set; }

    /// <summary>The source that holds the samples; null for rows that the caller holds.</summary>
    internal FeatureSource? Features => _features;

    /// <summary>Which sample of the source each row is.</summary>
    internal int[] SampleIndices => _sampleIndices;

    /// <summary>Whether the rows have weights; see <see cref="Dataset{TTarget}.WithWeights"/>.</summary>
    internal bool HasWeights => _hasWeights;

    /// <summary>The number of the first row in messages.</summary>
    internal int FirstRow { get; private set; }

    /// <summary>Takes rows of a dataset to train on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Take(Dataset<TTarget> data, ReadOnlySpan<int> rows, int epoch)
    {
        rows.CopyTo(_rows);
        _epoch = epoch;
        Resolve(data, rows.Length, firstRow: 0);
    }

    /// <summary>Takes rows of a dataset that follow each other.</summary>
    /// <param name="data">The dataset.</param>
    /// <param name="first">The first row.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="epoch">The epoch to train in; null to evaluate, on samples as they are.</param>
    internal void TakeFrom(Dataset<TTarget> data, int first, int rows, int? epoch = null)
    {
        _epoch = epoch;
        Dataset.Number(_rows.AsSpan(0, rows), first);
        Resolve(data, rows, first);
    }

    /// <summary>
    /// Takes rows in memory, which stay where they are until <see cref="Clear"/>. Without weights, their pointer is null.
    /// </summary>
    internal void Take(float* input, TTarget* targets, float* weights, int rows)
    {
        _input = input;
        _targets = targets;
        _weights = weights;
        _hasWeights = weights != null;
        Count = rows;
        FirstRow = 0;
    }

    /// <summary>Lets go of the dataset or the memory; the count stays.</summary>
    internal void Clear()
    {
        _data = null;
        _features = null;
        _input = null;
        _targets = null;
        _weights = null;
        _hasWeights = false;
    }

    /// <summary>The weight of a row, of rows that have weights.</summary>
    internal float WeightOf(int row) => _data is not null ? _data.Weights[_rows[row]] : _weights[row];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void GatherInput(int first, int rows, Span<float> destination)
    {
        if (_features is not null && _epoch is { } epoch)
            _features.Gather(_sampleIndices.AsSpan(first, rows), destination, epoch);
        else if (_features is not null)
            _features.Gather(_sampleIndices.AsSpan(first, rows), destination);
        else
            new ReadOnlySpan<float>(_input + (nint)first * inputSize, rows * inputSize).CopyTo(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void GatherTargets(int first, int rows, Span<TTarget> destination)
    {
        if (_data is not null)
            _data.Targets.Gather(_rows.AsSpan(first, rows), destination);
        else
            new ReadOnlySpan<TTarget>(_targets + (nint)first * targetWidth, rows * targetWidth).CopyTo(destination);
    }

    private void Resolve(Dataset<TTarget> data, int rows, int firstRow)
    {
        _data = data;
        _hasWeights = !data.Weights.IsEmpty;
        _features = data.Features.Resolve(_rows.AsSpan(0, rows), _sampleIndices);
        Count = rows;
        FirstRow = firstRow;
    }
}
