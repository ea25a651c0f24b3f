using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>Copies between a trainer and checkpoints.</summary>
internal static class TrainerCheckpoint
{
    /// <exception cref="InvalidOperationException">The weights are not finite, or belong to no step.</exception>
    internal static Checkpoint Make(TrainingState training, string loss)
    {
        if (training.IsHalfUpdated)
        {
            throw new InvalidOperationException(
                "A step failed in the middle of its update, so the weights belong to no step. Resume from an earlier checkpoint.");
        }
        (Sequential model, OptimizerState state) = (training.Model, training.OptimizerState);
        FiniteWeights.Require(model, "Training cannot go on from there. Use an earlier checkpoint.");
        return new Checkpoint
        {
            Step = training.StepCount,
            Epoch = training.EpochCount + (training.Fit?.Finished is null ? 0 : 1),
            LearningRate = training.LearningRate,
            Model = ModelJson.Of(model).Write(),
            Optimizer = training.Optimizer.Settings,
            Loss = loss,
            Weights = model.Parameters.Select(parameter => new SavedArray(parameter.FullName, parameter.Shape, parameter.Values.ToArray())).ToArray(),
            Slots = training.Optimizer.Slots.Select((name, slot) => KeyValuePair.Create(name, Slot(model, state, slot))).ToArray(),
            Scalars = (double[])state.Scalars.Clone(),
            Fit = training.Fit?.Save(),
        };
    }

    /// <summary>Throws unless the checkpoint's arrays are those of the trainer. Its settings are known to be.</summary>
    internal static void CheckArrays(Checkpoint checkpoint, TrainingState training)
    {
        string[] slots = checkpoint.Slots.Select(slot => slot.Key).ToArray();
        if (!slots.SequenceEqual(training.Optimizer.Slots) || checkpoint.Scalars.Length != training.OptimizerState.Scalars.Length)
            throw new ArgumentException($"The checkpoint holds the state of another optimizer than {training.Optimizer}.", nameof(checkpoint));
        IReadOnlyList<Parameter> parameters = training.Model.Parameters;
        bool same = checkpoint.Weights.Count == parameters.Count
            && checkpoint.Slots.All(slot => slot.Value.Length == training.Model.ParameterCount);
        for (int i = 0; same && i < parameters.Count; i++)
            same = checkpoint.Weights[i].Name == parameters[i].FullName && checkpoint.Weights[i].Shape.SequenceEqual(parameters[i].Shape);
        if (!same)
            throw new ArgumentException("The checkpoint holds other weights than the model has.", nameof(checkpoint));
    }

    /// <summary>Takes over a checkpoint whose settings and arrays are known to be the trainer's.</summary>
    internal static void Restore(Checkpoint checkpoint, TrainingState training)
    {
        Sequential model = training.Model;
        for (int i = 0; i < model.Parameters.Count; i++)
            checkpoint.Weights[i].Values.CopyTo(model.Parameters[i].Values);
        for (int slot = 0; slot < checkpoint.Slots.Count; slot++)
            PackedParameters.Unpack(model, checkpoint.Slots[slot].Value, training.OptimizerState.Slots[slot].Span);
        checkpoint.Scalars.CopyTo(training.OptimizerState.Scalars, 0);
        training.StepCount = checkpoint.Step;
        training.EpochCount = checkpoint.Epoch;
        training.LearningRate = checkpoint.LearningRate;
        training.IsHalfUpdated = false;
    }

    private static float[] Slot(Sequential model, OptimizerState state, int slot)
    {
        float[] packed = new float[model.ParameterCount];
        PackedParameters.Pack(model, state.Slots[slot].Span, packed);
        return packed;
    }
}
