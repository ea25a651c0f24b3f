using System.Runtime.CompilerServices;

namespace NeuralCore.Models;

/// <summary>
/// Runs blocks of a batch's rows through a network and, in training, back: gather, forward, loss and metrics, backward. Training,
/// evaluation and gradient checks all run rows here.
/// </summary>
internal sealed class RowRunner<TTarget>(ExecutionPlan plan, Workspace workspace, Batch<TTarget> batch, RowHead head)
    where TTarget : unmanaged
{
    private bool _goesBack;
    private long _step;
    private volatile bool _isFinite;

    /// <summary>Whether all that was evaluated since <see cref="Begin"/> is finite.</summary>
    internal bool IsFinite => _isFinite;

    /// <summary>Begins a batch.</summary>
    /// <param name="step">The training step.</param>
    /// <param name="skipZeros">Whether zeros of the data are skipped.</param>
    /// <param name="goesBack">Whether a training plan goes back as well.</param>
    internal void Begin(long step, bool skipZeros, bool goesBack = true)
    {
        _step = step;
        _goesBack = goesBack && plan.IsTraining;
        _isFinite = true;
        workspace.Input.Begin(batch.Features, batch.SampleIndices, batch.Count, skipZeros);
    }

    /// <summary>Ends a batch and lets go of its data.</summary>
    internal void End()
    {
        workspace.Input.End();
        batch.Clear();
    }

    /// <summary>Runs a block of rows through one part of the way. The parts follow each other, each with all rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Run(int part, int worker, int first, int rows)
    {
        int lastForward = plan.PartCount - 1;
        if (part == 0 && workspace.Input.IsGathered)
            batch.GatherInput(first, rows, workspace.Activation(0, worker, first, rows));
        if (part <= lastForward)
        {
            ReadOnlySpan<float> last = workspace.Forward(
                part, worker, first, rows, _step, workspace.Activation(0, worker, first, rows));
            if (part < lastForward)
                return;
            Span<float> predictions = workspace.Activation(plan.Layers.Length, worker, first, rows);
            if (!head.Evaluate(worker, first, rows, last, predictions, workspace.Gradient(plan.ExecutedCount, worker, first, rows)))
                _isFinite = false;
        }
        if (_goesBack && _isFinite)
            workspace.Backward(part - lastForward, worker, first, rows, _step);
    }
}
