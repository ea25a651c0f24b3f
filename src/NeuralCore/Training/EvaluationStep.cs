using NeuralCore.Data;
using NeuralCore.Losses;
using NeuralCore.Metrics;
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
    private readonly Loss<TTarget> _loss;
    private readonly FusedLoss<TTarget>? _fusedLoss;
    private readonly IMetric<TTarget>[] _metrics;
    private readonly WorkerTeam _team;
    private readonly WorkQueue _queue;
    private readonly PredictionWorkspace[] _workspaces;
    private readonly float[][] _predictions;
    private readonly TTarget[][] _targets;
    private readonly double[] _rowLosses = new double[ChunkRows];
    private readonly double[][] _rowMetrics;
    private readonly int[] _rows = new int[ChunkRows];

    private Dataset<TTarget>? _data;
    private int _first;
    private int _count;

    internal EvaluationStep(Sequential model, Loss<TTarget> loss, FusedLoss<TTarget>? fusedLoss, IMetric<TTarget>[] metrics, WorkerTeam team)
    {
        _model = model;
        _loss = loss;
        _fusedLoss = fusedLoss;
        _metrics = metrics;
        _team = team;
        _queue = new WorkQueue(team.Workers);
        int targetWidth = loss.TargetWidth(model.OutputShape);
        _workspaces = Enumerable.Range(0, team.Workers).Select(_ => new PredictionWorkspace(model.Running, model.InputShape.Size)).ToArray();
        _predictions = Enumerable.Range(0, team.Workers).Select(_ => new float[PredictionWorkspace.BlockRows * model.OutputShape.Size]).ToArray();
        _targets = Enumerable.Range(0, team.Workers).Select(_ => new TTarget[PredictionWorkspace.BlockRows * targetWidth]).ToArray();
        _rowMetrics = metrics.Select(_ => new double[ChunkRows]).ToArray();
    }

    /// <summary>Averages loss and metrics over a dataset.</summary>
    internal Evaluation Run(Dataset<TTarget> data, CancellationToken cancellation)
    {
        double loss = 0;
        double[] metrics = new double[_metrics.Length];
        _data = data;
        try
        {
            for (_first = 0; _first < data.Count; _first += ChunkRows)
            {
                cancellation.ThrowIfCancellationRequested();
                _count = Math.Min(ChunkRows, data.Count - _first);
                for (int i = 0; i < _count; i++)
                    _rows[i] = _first + i;
                _queue.Reset((_count + PredictionWorkspace.BlockRows - 1) / PredictionWorkspace.BlockRows);
                _team.Run(this, 1);
                loss += Sums.InOrder(_rowLosses.AsSpan(0, _count));
                for (int metric = 0; metric < metrics.Length; metric++)
                    metrics[metric] += Sums.InOrder(_rowMetrics[metric].AsSpan(0, _count));
            }
        }
        finally
        {
            _data = null;
        }
        return new Evaluation(loss / data.Count, _metrics.Select((metric, i) => new MetricValue(metric.Name, metrics[i] / data.Count)));
    }

    void ITeamTask.Execute(int phase, int worker)
    {
        while (_queue.TryTake(worker, out int block))
        {
            int first = block * PredictionWorkspace.BlockRows;
            RunRows(worker, first, Math.Min(PredictionWorkspace.BlockRows, _count - first));
        }
    }

    private void RunRows(int worker, int first, int rows)
    {
        PredictionWorkspace workspace = _workspaces[worker];
        ReadOnlySpan<int> indices = _rows.AsSpan(first, rows);
        Span<float> input = workspace.Input[..(rows * _model.InputShape.Size)];
        Span<TTarget> targets = _targets[worker].AsSpan(0, _targets[worker].Length / PredictionWorkspace.BlockRows * rows);
        Span<float> predictions = _predictions[worker].AsSpan(0, rows * _model.OutputShape.Size);
        Span<double> losses = _rowLosses.AsSpan(first, rows);
        _data!.Features.Gather(indices, input);
        _data.Targets.Gather(indices, targets);
        _loss.CheckTargets(targets, _model.OutputShape, _first + first);

        if (_fusedLoss is not null)
        {
            _fusedLoss.Evaluate(new FusedLossPass<TTarget>
            {
                Rows = rows,
                LayerInput = workspace.Forward(input, rows, _model.Running.Count - 1),
                Predictions = predictions,
                Targets = targets,
                RowLosses = losses,
            });
        }
        else
        {
            workspace.Forward(input, rows, _model.Running.Count).CopyTo(predictions);
            _loss.Evaluate(new LossPass<TTarget> { Rows = rows, Predictions = predictions, Targets = targets, RowLosses = losses });
        }
        for (int i = 0; i < _metrics.Length; i++)
            _metrics[i].Evaluate(new MetricPass<TTarget> { Rows = rows, Predictions = predictions, Targets = targets, RowValues = _rowMetrics[i].AsSpan(first, rows) });
    }
}
