using NeuralCore.Models;

namespace NeuralCore.Training;

/// <summary>
/// Lets a trainer do one thing at a time, and keeps it apart from other uses of its model. A call at the wrong time throws instead of blocking.
/// </summary>
internal sealed class TrainerLock(ModelLock model)
{
    private int _userThread;
    private bool _disposed;

    /// <summary>Whether this thread is using the trainer already: the call comes from a callback, or from within a step.</summary>
    internal bool IsHeldByThisThread => Volatile.Read(ref _userThread) == Environment.CurrentManagedThreadId;

    internal bool IsDisposed => _disposed;

    /// <summary>For what changes the weights.</summary>
    internal void EnterTraining()
    {
        model.EnterTraining();
        try
        {
            Enter();
        }
        catch
        {
            model.ExitTraining();
            throw;
        }
    }

    internal void ExitTraining()
    {
        Exit();
        model.ExitTraining();
    }

    /// <summary>For what only reads the weights. Within a fit it is allowed between steps: in a callback or a progress report.</summary>
    /// <returns>The result of <paramref name="read"/>.</returns>
    /// <param name="read">What to do; told whether it runs within a fit.</param>
    internal TResult Read<TResult>(Func<bool, TResult> read)
    {
        if (IsHeldByThisThread)
            return ReadBetweenSteps(read);
        model.EnterPrediction();
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
            model.ExitPrediction();
        }
    }

    /// <summary>Ends all use.</summary>
    /// <param name="release">What to do at the end.</param>
    internal void Dispose(Action release)
    {
        if (_disposed)
            return;
        Enter();
        _disposed = true;
        release();
        Exit();
    }

    // A source, a layer, a loss or a metric is called within a step, on this thread too: then nothing else may use the trainer.
    private TResult ReadBetweenSteps<TResult>(Func<bool, TResult> read)
    {
        if (!model.IsBetweenSteps)
        {
            throw new InvalidOperationException(
                "The trainer is in the middle of a step or an evaluation. Evaluate and make checkpoints between steps: in a callback or a progress report.");
        }
        model.IsBetweenSteps = false;
        try
        {
            return read(true);
        }
        finally
        {
            model.IsBetweenSteps = true;
        }
    }

    private void Enter()
    {
        if (Interlocked.CompareExchange(ref _userThread, Environment.CurrentManagedThreadId, 0) != 0)
            throw new InvalidOperationException("The trainer is busy. It does one thing at a time; make another for a second thread, or wait.");
        if (_disposed)
        {
            Exit();
            throw new ObjectDisposedException(nameof(Trainer), "The trainer is disposed. Compile the model again to go on training it.");
        }
    }

    private void Exit() => Volatile.Write(ref _userThread, 0);
}
