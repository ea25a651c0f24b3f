using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>Copies between a trainer and checkpoints.</summary>
internal static class TrainerCheckpoint
{
    internal static Checkpoint Make(Trainer trainer, OptimizerState state, IReadOnlyList<Setting> settings, FitState? fit)
    {
        Sequential model = trainer.Model;
        foreach (Parameter parameter in model.Parameters)
        {
            foreach (float value in parameter.Values)
            {
                if (!float.IsFinite(value))
                    throw new InvalidOperationException(FormattableString.Invariant($"{parameter.FullName} holds {value}: training cannot go on from there. Use an earlier checkpoint."));
            }
        }
        return new Checkpoint
        {
            Step = trainer.StepCount,
            Epoch = trainer.EpochCount + (fit?.Finished is null ? 0 : 1),
            LearningRate = trainer.LearningRate,
            Model = ModelJson.Of(model).Write(),
            Settings = settings,
            Weights = model.Parameters.Select(parameter => new SavedArray(parameter.FullName, parameter.Shape, parameter.Values.ToArray())).ToArray(),
            Slots = trainer.Optimizer.Slots.Select((name, slot) => KeyValuePair.Create<string, IReadOnlyList<SavedArray>>(
                name, model.Parameters.Select(parameter => new SavedArray(parameter.FullName, parameter.Shape, Slot(state, slot, parameter).ToArray())).ToArray())).ToArray(),
            Scalars = (double[])state.Scalars.Clone(),
            Fit = fit?.Save(),
        };
    }

    /// <summary>Throws unless the checkpoint's arrays are those of the trainer. Its settings are known to be.</summary>
    internal static void CheckArrays(Checkpoint checkpoint, Trainer trainer, OptimizerState state)
    {
        string[] slots = checkpoint.Slots.Select(slot => slot.Key).ToArray();
        if (!slots.SequenceEqual(trainer.Optimizer.Slots) || checkpoint.Scalars.Length != state.Scalars.Length)
            throw new ArgumentException($"The checkpoint holds the state of another optimizer than {trainer.Optimizer}.", nameof(checkpoint));
        foreach (IReadOnlyList<SavedArray> arrays in checkpoint.Slots.Select(slot => slot.Value).Prepend(checkpoint.Weights))
        {
            bool same = arrays.Count == trainer.Model.Parameters.Count;
            for (int i = 0; same && i < arrays.Count; i++)
                same = arrays[i].Name == trainer.Model.Parameters[i].FullName && arrays[i].Values.Length == trainer.Model.Parameters[i].Shape.Size;
            if (!same)
                throw new ArgumentException("The checkpoint holds other weights than the model has.", nameof(checkpoint));
        }
    }

    internal static void Restore(Checkpoint checkpoint, Sequential model, OptimizerState state)
    {
        for (int i = 0; i < model.Parameters.Count; i++)
        {
            checkpoint.Weights[i].Values.CopyTo(model.Parameters[i].Values);
            for (int slot = 0; slot < checkpoint.Slots.Count; slot++)
                checkpoint.Slots[slot].Value[i].Values.CopyTo(Slot(state, slot, model.Parameters[i]));
        }
        checkpoint.Scalars.CopyTo(state.Scalars, 0);
    }

    private static Span<float> Slot(OptimizerState state, int slot, Parameter parameter) =>
        state.Slots[slot].Span.Slice(parameter.Offset, parameter.Shape.Size);
}
