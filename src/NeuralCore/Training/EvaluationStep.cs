using System.Runtime.CompilerServices;
using NeuralCore.Data;
using NeuralCore.Models;
using NeuralCore.Numerics;

namespace NeuralCore.Training;

/// <summary>Runs a whole dataset forward, chunk by chunk, and averages loss and metrics in row order.</summary>
internal sealed class EvaluationStep<TTarget> : ITeamTask
    where TTarget : unmanaged
{
    // The rows whose values are kept before they are added up.
    private const int ChunkRows = 4096;

    private readonly Sequential _model;
    private readonly RowScores<TTarget> _scores;
    private readonly WorkerTeam _team;
    private readonly WorkQueue _queue;
    private readonly PredictionWorkspace[] _workspaces;
    private readonly float[][] _predictions;
    private readonly TTarget[][] _targets;
    private readonly double[] _rowLosses = new double[ChunkRows];
    private readonly double[][] _rowMetrics;
    private readonly int[] _rows = new int[ChunkRows];
    private readonly int[] _sampleIndices = new int[ChunkRows];
    private readonly int _blockRows;
    private readonly int _called;
    private readonly bool _leavesOutZeros;

    private Dataset<TTarget>? _data;
    private FeatureSource? _features;
    private int _first;
    private int _count;

    internal EvaluationStep(Sequential model, RowScores<TTarget> scores, WorkerTeam team)
    {
        _model = model;
        _scores = scores;
        _team = team;
        _queue = new WorkQueue(team.Workers);
        _called = model.Running.Count - (scores.TakesOverLastLayer ? 1 : 0);
        _leavesOutZeros = model.Running.Take(_called).FirstOrDefault(layer => !layer.Bound.IsView) is { SkipsZeros: true };
        _workspaces = Enumerable.Range(0, team.Workers).Select(_ => new PredictionWorkspace(model.Running, model.InputShape.Size)).ToArray();
        _blockRows = _workspaces[0].BlockRows;
        _predictions = Enumerable.Range(0, team.Workers).Select(_ => new float[_blockRows * model.OutputShape.Size]).ToArray();
        _targets = Enumerable.Range(0, team.Workers).Select(_ => new TTarget[_blockRows * scores.TargetWidth]).ToArray();
        _rowMetrics = scores.Metrics.Select(_ => new double[ChunkRows]).ToArray();
    }

    /// <summary>Averages loss and metrics over a dataset.</summary>
    internal Evaluation Run(Dataset<TTarget> data, CancellationToken cancellation)
    {
        double loss = 0;
        double[] metrics = new double[_scores.Metrics.Length];
        _data = data;
        try
        {
            for (_first = 0; _first < data.Count; _first += ChunkRows)
            {
                cancellation.ThrowIfCancellationRequested();
                _count = Math.Min(ChunkRows, data.Count - _first);
                Dataset.Number(_rows.AsSpan(0, _count), _first);
                _features = data.Features.Resolve(_rows.AsSpan(0, _count), _sampleIndices);
                _queue.Reset((_count + _blockRows - 1) / _blockRows);
                _team.Run(this, 1);
                loss += Sums.InOrder(_rowLosses.AsSpan(0, _count));
                for (int metric = 0; metric < metrics.Length; metric++)
                    metrics[metric] += Sums.InOrder(_rowMetrics[metric].AsSpan(0, _count));
            }
        }
        finally
        {
            _data = null;
            _features = null;
        }
        return _scores.Average(loss, metrics, data.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void ITeamTask.Execute(int phase, int worker)
    {
        while (_queue.TryTake(worker, out int block))
        {
            int first = block * _blockRows;
            RunRows(worker, first, Math.Min(_blockRows, _count - first));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunRows(int worker, int first, int rows)
    {
        PredictionWorkspace workspace = _workspaces[worker];
        ReadOnlySpan<int> rowIndices = _rows.AsSpan(first, rows);
        ReadOnlySpan<int> sampleIndices = _sampleIndices.AsSpan(first, rows);
        Span<float> input = workspace.Input[..(rows * _model.InputShape.Size)];
        Span<TTarget> targets = _targets[worker].AsSpan(0, rows * _scores.TargetWidth);
        Span<float> predictions = _predictions[worker].AsSpan(0, rows * _model.OutputShape.Size);
        Span<double> losses = _rowLosses.AsSpan(first, rows);
        SampleRows samples = _leavesOutZeros ? _features!.Samples(sampleIndices) : default;
        if (!samples.IsGiven)
            _features!.Gather(sampleIndices, input);
        _data!.Targets.Gather(rowIndices, targets);
        _scores.Loss.CheckTargets(targets, _model.OutputShape, _first + first);

        ReadOnlySpan<float> last = workspace.Forward(input, rows, _called, samples);
        if (!_scores.TakesOverLastLayer)
            last.CopyTo(predictions);
        _scores.Evaluate(rows, last, predictions, targets, losses, gradient: default, gradientScale: 0);
        _scores.Measure(rows, predictions, targets, _rowMetrics, first);
    }
}
