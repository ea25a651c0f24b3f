namespace NeuralCore.Training;

/// <summary>A copy of everything that resuming from a checkpoint changes, kept until the resumed fit has begun.</summary>
internal sealed class TrainingSnapshot(TrainingState state)
{
    private readonly float[] _weights = state.Model.Store.Values.Span.ToArray();
    private readonly float[][] _slots = state.OptimizerState.Slots.Select(slot => slot.Span.ToArray()).ToArray();
    private readonly double[] _stepState = [.. state.OptimizerState.StepState];
    private readonly long _steps = state.StepCount;
    private readonly int _epochs = state.EpochCount;
    private readonly float _learningRate = state.LearningRate;
    private readonly bool _isHalfUpdated = state.IsHalfUpdated;

    internal void Restore()
    {
        _weights.CopyTo(state.Model.Store.Values.Span);
        for (int i = 0; i < _slots.Length; i++)
            _slots[i].CopyTo(state.OptimizerState.Slots[i].Span);
        _stepState.CopyTo(state.OptimizerState.StepState, 0);
        state.StepCount = _steps;
        state.EpochCount = _epochs;
        state.LearningRate = _learningRate;
        state.IsHalfUpdated = _isHalfUpdated;
    }
}
