using System.Runtime.CompilerServices;

namespace NeuralCore.Models;

/// <summary>What follows a network's last layer: a loss and metrics, or what a gradient check puts in their place.</summary>
internal abstract class RowHead
{
    /// <summary>Evaluates a block of rows.</summary>
    /// <param name="worker">Whose memory of blocks is used.</param>
    /// <param name="first">The block's first row in the batch.</param>
    /// <param name="rows">The block's rows.</param>
    /// <param name="last">What the last layer that was called gives.</param>
    /// <param name="predictions">What the network gives: the same memory, or to be filled where the head takes over the last layer.</param>
    /// <param name="gradient">To be filled with the gradient with respect to <paramref name="last"/>; empty where nobody wants it.</param>
    /// <returns>Whether the way back may begin: what was evaluated is finite.</returns>
    internal abstract bool Evaluate(
        int worker, int first, int rows, ReadOnlySpan<float> last, Span<float> predictions, Span<float> gradient);
}

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
