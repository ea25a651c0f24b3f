namespace NeuralCore.Models;

/// <summary>
/// A readers-writer lock of one model's weights that throws instead of blocking: any number of predictions, or one training. The training
/// thread may also read between steps.
/// </summary>
internal sealed class ModelLock
{
    private const int Training = -1;

    // The number of reads in progress, or Training.
    private int _state;
    private int _trainingThread;
    private volatile bool _isBetweenSteps;

    internal void EnterRead()
    {
        int state = Volatile.Read(ref _state);
        while (true)
        {
            if (state == Training)
            {
                if (IsTrainingThread)
                    return;
                throw new InvalidOperationException(
                    "The model is being trained. Predict after training, in a callback of that training, or on a copy made by Clone().");
            }
            int seen = Interlocked.CompareExchange(ref _state, state + 1, state);
            if (seen == state)
                return;
            state = seen;
        }
    }

    internal void ExitRead()
    {
        // The training thread's reads are not counted.
        if (Volatile.Read(ref _state) > 0)
            Interlocked.Decrement(ref _state);
    }

    internal void EnterWrite()
    {
        int seen = Interlocked.CompareExchange(ref _state, Training, 0);
        if (seen == Training)
            throw new InvalidOperationException(
                "The model is already being trained, and only one training runs at a time. Train a copy made by Clone().");
        if (seen != 0)
            throw new InvalidOperationException(
                "The model is predicting on another thread. "
                + "Train when no prediction is in progress, or predict on a copy made by Clone().");
        _trainingThread = Environment.CurrentManagedThreadId;
    }

    internal void ExitWrite()
    {
        _isBetweenSteps = false;
        _trainingThread = 0;
        Volatile.Write(ref _state, 0);
    }

    /// <summary>
    /// Whether the training thread is in a callback or a progress report, where it may predict, evaluate and create checkpoints.
    /// </summary>
    internal bool IsBetweenSteps
    {
        get => _isBetweenSteps;
        set => _isBetweenSteps = value;
    }

    private bool IsTrainingThread => _isBetweenSteps && _trainingThread == Environment.CurrentManagedThreadId;
}
