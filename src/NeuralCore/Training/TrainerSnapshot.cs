namespace NeuralCore.Training;

/// <summary>All that resuming from a checkpoint changes of a trainer and its model, kept until the resumed fit has really begun.</summary>
internal sealed class TrainerSnapshot(Trainer trainer, OptimizerState state)
{
    private readonly float[] _weights = trainer.Model.Store.Values.Span.ToArray();
    private readonly float[][] _slots = state.Slots.Select(slot => slot.Span.ToArray()).ToArray();
    private readonly double[] _scalars = [.. state.Scalars];

    internal long Step { get; } = trainer.StepCount;

    internal int Epoch { get; } = trainer.EpochCount;

    internal float LearningRate { get; } = trainer.LearningRate;

    /// <summary>Gives the arrays back; counts and rate are the trainer's to take.</summary>
    internal void Restore()
    {
        _weights.CopyTo(trainer.Model.Store.Values.Span);
        for (int i = 0; i < _slots.Length; i++)
            _slots[i].CopyTo(state.Slots[i].Span);
        _scalars.CopyTo(state.Scalars, 0);
    }
}
