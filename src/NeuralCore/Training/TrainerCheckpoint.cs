using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>Copies between a trainer and checkpoints.</summary>
internal static class TrainerCheckpoint
{
    internal static Checkpoint Make(Trainer trainer, OptimizerState state, string loss, FitState? fit)
    {
        Sequential model = trainer.Model;
        FiniteWeights.Require(model, "Training cannot go on from there. Use an earlier checkpoint.");
        return new Checkpoint
        {
            Step = trainer.StepCount,
            Epoch = trainer.EpochCount + (fit?.Finished is null ? 0 : 1),
            LearningRate = trainer.LearningRate,
            Model = ModelJson.Of(model).Write(),
            Optimizer = trainer.Optimizer.ToString(),
            Loss = loss,
            Weights = model.Parameters.Select(parameter => new SavedArray(parameter.FullName, parameter.Shape, parameter.Values.ToArray())).ToArray(),
            Slots = trainer.Optimizer.Slots.Select((name, slot) => KeyValuePair.Create(name, Slot(model, state, slot))).ToArray(),
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
        IReadOnlyList<Parameter> parameters = trainer.Model.Parameters;
        bool same = checkpoint.Weights.Count == parameters.Count
            && checkpoint.Slots.All(slot => slot.Value.Length == trainer.Model.ParameterCount);
        for (int i = 0; same && i < parameters.Count; i++)
            same = checkpoint.Weights[i].Name == parameters[i].FullName && checkpoint.Weights[i].Shape.SequenceEqual(parameters[i].Shape);
        if (!same)
            throw new ArgumentException("The checkpoint holds other weights than the model has.", nameof(checkpoint));
    }

    internal static void Restore(Checkpoint checkpoint, Sequential model, OptimizerState state)
    {
        for (int i = 0; i < model.Parameters.Count; i++)
            checkpoint.Weights[i].Values.CopyTo(model.Parameters[i].Values);
        for (int slot = 0; slot < checkpoint.Slots.Count; slot++)
            PackedParameters.Unpack(model, checkpoint.Slots[slot].Value, state.Slots[slot].Span);
        checkpoint.Scalars.CopyTo(state.Scalars, 0);
    }

    private static float[] Slot(Sequential model, OptimizerState state, int slot)
    {
        float[] packed = new float[model.ParameterCount];
        PackedParameters.Pack(model, state.Slots[slot].Span, packed);
        return packed;
    }
}
