using System.Runtime.CompilerServices;
using NeuralCore.Data;
using NeuralCore.Numerics;

namespace NeuralCore.Models;

/// <summary>Takes the predictions of rows that follow each other; called by several workers at once, each with its own rows.</summary>
/// <param name="firstRow">The first row.</param>
/// <param name="predictions">The network's outputs, row-major.</param>
internal delegate void PredictionSink(int firstRow, ReadOnlySpan<float> predictions);

/// <summary>
/// Runs a whole source forward, chunk by chunk and block by block as an evaluation does, and hands the predictions on. Memory does not grow
/// with the number of rows.
/// </summary>
internal sealed class PredictionStep : ITeamTask
{
    // Rows whose indices are resolved at once, and after which a cancellation is seen.
    private const int ChunkRows = 4096;

    private readonly int[] _rows = new int[ChunkRows];
    private readonly int[] _sampleIndices = new int[ChunkRows];
    private readonly WorkQueue _queue;
    private readonly Workspace _workspace;
    private readonly PredictionSink _sink;
    private FeatureSource _source;
    private int _first;
    private int _count;

    private PredictionStep(ExecutionPlan plan, FeatureSource features, int workers, PredictionSink sink)
    {
        _sink = sink;
        _source = features;
        _queue = new WorkQueue(workers);
        _workspace = Workspace.ForPrediction(plan, workers);
    }

    /// <summary>Predicts all rows of a source, on threads that live as long as the call.</summary>
    internal static void Run(Sequential model, FeatureSource features, int threads, PredictionSink sink, CancellationToken cancellation)
    {
        ExecutionPlan plan = ExecutionPlan.ForEvaluation(model.ExpandedLayers, model.InputShape.Size, fusesLast: false);
        int blockRows = Workspace.PredictionRows(plan);
        int blocks = (int)((Math.Min(features.Count, ChunkRows) + blockRows - 1L) / blockRows);
        // No more threads than there is work for: a few rows are done before a thread has started.
        int workers = Math.Min(threads == 0 ? Environment.ProcessorCount : threads, Math.Max(blocks, 1));
        using WorkerTeam team = new(workers);
        new PredictionStep(plan, features, workers, sink).Run(features, team, cancellation);
    }

    private void Run(FeatureSource features, WorkerTeam team, CancellationToken cancellation)
    {
        for (_first = 0; _first < features.Count; _first += _count)
        {
            cancellation.ThrowIfCancellationRequested();
            _count = Math.Min(ChunkRows, features.Count - _first);
            Dataset.Number(_rows.AsSpan(0, _count), _first);
            _source = features.Resolve(_rows.AsSpan(0, _count), _sampleIndices);
            _workspace.Input.Begin(_source, _sampleIndices, _count, skipZeros: true);
            _queue.Reset((_count + _workspace.BlockRows - 1) / _workspace.BlockRows);
            team.Run(this, phases: 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void ITeamTask.Execute(int phase, int worker)
    {
        while (_queue.TryTake(worker, out int block))
        {
            int first = block * _workspace.BlockRows;
            int rows = Math.Min(_workspace.BlockRows, _count - first);
            Span<float> input = _workspace.Activation(0, worker, first, rows);
            if (_workspace.Input.IsGathered)
                _source.Gather(_sampleIndices.AsSpan(first, rows), input);
            _sink(_first + first, _workspace.Forward(part: 0, worker, first, rows, step: 0, input));
        }
    }
}
