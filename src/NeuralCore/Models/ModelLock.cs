namespace NeuralCore.Models;

/// <summary>
/// Keeps training and prediction of one model apart: any number of predictions, or one training. Nobody waits; who comes at the wrong time gets an
/// exception. The training's own thread may predict between steps.
/// </summary>
internal sealed class ModelLock
{
    private const int Training = -1;

    // The number of predictions under way, or Training.
    private int _state;
    private int _trainingThread;
    private volatile bool _isBetweenSteps;

    internal void EnterPrediction()
    {
        int state = Volatile.Read(ref _state);
        while (true)
        {
            if (state == Training)
            {
                if (IsTrainingThread)
                    return;
                throw new InvalidOperationException(
                    "The model is being trained. Predict when training has ended, in a callback of that training, or on a copy made by Clone().");
            }
            int seen = Interlocked.CompareExchange(ref _state, state + 1, state);
            if (seen == state)
                return;
            state = seen;
        }
    }

    internal void ExitPrediction()
    {
        // The training's own thread left the count alone.
        if (Volatile.Read(ref _state) > 0)
            Interlocked.Decrement(ref _state);
    }

    internal void EnterTraining()
    {
        int seen = Interlocked.CompareExchange(ref _state, Training, 0);
        if (seen == Training)
            throw new InvalidOperationException("The model is already being trained. One training runs at a time; train a copy made by Clone() beside it.");
        if (seen != 0)
            throw new InvalidOperationException("The model is predicting on another thread. Training starts when no prediction is under way; predict on a copy made by Clone() beside it.");
        _trainingThread = Environment.CurrentManagedThreadId;
    }

    internal void ExitTraining()
    {
        _isBetweenSteps = false;
        _trainingThread = 0;
        Volatile.Write(ref _state, 0);
    }

    /// <summary>Whether the training's thread is in a callback or a progress report, where it may predict, evaluate and make checkpoints.</summary>
    internal bool IsBetweenSteps
    {
        get => _isBetweenSteps;
        set => _isBetweenSteps = value;
    }

    private bool IsTrainingThread => _isBetweenSteps && _trainingThread == Environment.CurrentManagedThreadId;
}
