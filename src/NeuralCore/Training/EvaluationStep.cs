using System.Runtime.CompilerServices;
using NeuralCore.Data;
using NeuralCore.Models;
using NeuralCore.Numerics;

namespace NeuralCore.Training;

/// <summary>Runs a whole dataset forward, chunk by chunk, and aggregates loss and metrics in row order.</summary>
internal sealed class EvaluationStep<TTarget> : ITeamTask
    where TTarget : unmanaged
{
    // How many rows' values are stored before they are added up.
    private const int ChunkRows = 4096;

    private readonly LossAndMetrics<TTarget> _lossAndMetrics;
    private readonly WorkerTeam _team;
    private readonly WorkQueue _queue;
    private readonly Batch<TTarget> _batch;
    private readonly LossHead<TTarget> _head;
    private readonly RowRunner<TTarget> _runner;
    private readonly int _blockRows;

    internal EvaluationStep(Sequential model, LossAndMetrics<TTarget> lossAndMetrics, WorkerTeam team)
    {
        _lossAndMetrics = lossAndMetrics;
        _team = team;
        _queue = new WorkQueue(team.Workers);
        ExecutionPlan plan = ExecutionPlan.ForEvaluation(model.ExpandedLayers, model.InputShape.Size, lossAndMetrics.FusesLastLayer);
        Workspace workspace = Workspace.ForPrediction(plan, team.Workers);
        _blockRows = workspace.BlockRows;
        _batch = new Batch<TTarget>(ChunkRows, model.InputShape.Size, lossAndMetrics.TargetWidth);
        _head = new LossHead<TTarget>(lossAndMetrics, model.OutputShape, _batch, _blockRows, team.Workers);
        _runner = new RowRunner<TTarget>(plan, workspace, _batch, _head);
    }

    /// <summary>The mean loss and the metrics over a dataset.</summary>
    internal Evaluation Run(Dataset<TTarget> data, CancellationToken cancellation)
    {
        EpochSums sums = new(_lossAndMetrics.CreateStates());
        sums.Reserve(data.Count);
        try
        {
            for (int first = 0; first < data.Count; first += ChunkRows)
            {
                cancellation.ThrowIfCancellationRequested();
                _batch.TakeFrom(data, first, Math.Min(ChunkRows, data.Count - first));
                _runner.Begin(step: 0, skipZeros: true);
                _queue.Reset((_batch.Count + _blockRows - 1) / _blockRows);
                _team.Run(this, 1);
                sums.Add(Sums.InOrder(_head.RowLosses), _head);
            }
        }
        finally
        {
            _runner.End();
        }
        return sums.Result(_lossAndMetrics);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void ITeamTask.Execute(int phase, int worker)
    {
        while (_queue.TryTake(worker, out int block))
        {
            int first = block * _blockRows;
            _runner.Run(0, worker, first, Math.Min(_blockRows, _batch.Count - first));
        }
    }
}
