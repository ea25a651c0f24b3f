namespace NeuralCore.Training;

/// <summary>All that resuming from a checkpoint changes of a model and its training, kept until the resumed fit has really begun.</summary>
internal sealed class TrainingSnapshot(TrainingState state)
{
    private readonly float[] _weights = state.Model.Store.Values.Span.ToArray();
    private readonly float[][] _slots = state.OptimizerState.Slots.Select(slot => slot.Span.ToArray()).ToArray();
    private readonly double[] _scalars = [.. state.OptimizerState.Scalars];
    private readonly long _steps = state.StepCount;
    private readonly int _epochs = state.EpochCount;
    private readonly float _learningRate = state.LearningRate;
    private readonly bool _isHalfUpdated = state.IsHalfUpdated;

    internal void Restore()
    {
        _weights.CopyTo(state.Model.Store.Values.Span);
        for (int i = 0; i < _slots.Length; i++)
            _slots[i].CopyTo(state.OptimizerState.Slots[i].Span);
        _scalars.CopyTo(state.OptimizerState.Scalars, 0);
        state.StepCount = _steps;
        state.EpochCount = _epochs;
        state.LearningRate = _learningRate;
        state.IsHalfUpdated = _isHalfUpdated;
    }
}
