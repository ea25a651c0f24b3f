using NeuralCore.Models;

namespace NeuralCore.Training;

/// <summary>
/// Allows one operation of a trainer at a time, and excludes conflicting uses of its model. A call at the wrong time throws instead of
/// blocking.
/// </summary>
internal sealed class TrainerLock(ModelLock model)
{
    private int _userThread;
    private bool _disposed;

    /// <summary>Whether this thread is already using the trainer: the call comes from a callback, or from within a step.</summary>
    internal bool IsHeldByThisThread => Volatile.Read(ref _userThread) == Environment.CurrentManagedThreadId;

    /// <summary>Enters an operation that changes the weights.</summary>
    internal void EnterWrite()
    {
        model.EnterWrite();
        try
        {
            Enter();
        }
        catch
        {
            model.ExitWrite();
            throw;
        }
    }

    internal void ExitWrite()
    {
        Exit();
        model.ExitWrite();
    }

    /// <summary>
    /// Runs an operation that only reads the weights. Within a fit it is allowed between steps: in a callback or a progress report.
    /// </summary>
    /// <returns>The result of <paramref name="read"/>.</returns>
    /// <param name="read">The operation; its argument is whether it runs within a fit.</param>
    internal TResult Read<TResult>(Func<bool, TResult> read)
    {
        if (IsHeldByThisThread)
            return ReadBetweenSteps(read);
        model.EnterRead();
        try
        {
            Enter();
            try
            {
                return read(false);
            }
            finally
            {
                Exit();
            }
        }
        finally
        {
            model.ExitRead();
        }
    }

    /// <summary>Ends all use of the trainer.</summary>
    /// <param name="release">Releases the trainer's resources; called once.</param>
    internal void Dispose(Action release)
    {
        if (_disposed)
            return;
        Enter();
        _disposed = true;
        release();
        Exit();
    }

    // Sources, layers, losses and metrics are called within a step, possibly on this thread; they may not use the trainer.
    private TResult ReadBetweenSteps<TResult>(Func<bool, TResult> read)
    {
        if (!model.IsBetweenSteps)
        {
            throw new InvalidOperationException(
                "The trainer is in the middle of a step or an evaluation. "
                + "Evaluate and create checkpoints between steps: in a callback or a progress report.");
        }
        return read(true);
    }

    private void Enter()
    {
        if (Interlocked.CompareExchange(ref _userThread, Environment.CurrentManagedThreadId, 0) != 0)
            throw new InvalidOperationException(
                "The trainer is busy; it runs one operation at a time. Wait, or create another trainer for a second thread.");
        if (_disposed)
        {
            Exit();
            throw new ObjectDisposedException(nameof(Trainer), "The trainer is disposed. Compile the model again to continue training.");
        }
    }

    private void Exit() => Volatile.Write(ref _userThread, 0);
}
