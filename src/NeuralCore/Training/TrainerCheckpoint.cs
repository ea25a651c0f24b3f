using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>Copies the state of training to and from checkpoints.</summary>
internal static class TrainerCheckpoint
{
    /// <exception cref="InvalidOperationException">The weights are not finite, or a step updated only some of them.</exception>
    internal static Checkpoint Make(TrainingState training, string loss)
    {
        training.CheckTrainable();
        if (training.IsHalfUpdated)
        {
            throw new InvalidOperationException(
                "A step failed in the middle of its update, so only some of the weights have been updated. "
                + "Resume from an earlier checkpoint.");
        }
        (Sequential model, OptimizerState state) = (training.Model, training.OptimizerState);
        FiniteWeights.Require(model, "Training cannot continue from there. Use an earlier checkpoint.");
        return new Checkpoint
        {
            Step = training.StepCount,
            Epoch = training.EpochCount + (training.Fit?.Finished is null ? 0 : 1),
            LearningRate = training.LearningRate,
            Model = ModelJson.Of(model).Write(),
            Optimizer = training.Optimizer.Settings,
            Loss = loss,
            Weights = model.Parameters.Select(parameter =>
                new SavedArray(parameter.FullName, parameter.Shape, parameter.Values.ToArray())).ToArray(),
            Slots = training.Optimizer.Slots.Select((name, slot) => KeyValuePair.Create(name, Slot(model, state, slot))).ToArray(),
            StepState = (double[])state.StepState.Clone(),
            Fit = training.Fit?.Save(),
        };
    }

    /// <summary>Throws unless the checkpoint's arrays fit the trainer; its settings have been checked.</summary>
    internal static void CheckArrays(Checkpoint checkpoint, TrainingState training)
    {
        string[] slots = checkpoint.Slots.Select(slot => slot.Key).ToArray();
        if (!slots.SequenceEqual(training.Optimizer.Slots) || checkpoint.StepState.Length != training.OptimizerState.StepState.Length)
            throw new ArgumentException(
                $"The checkpoint contains the state of another optimizer than {training.Optimizer}.", nameof(checkpoint));
        IReadOnlyList<Parameter> parameters = training.Model.Parameters;
        bool same = checkpoint.Weights.Count == parameters.Count
            && checkpoint.Slots.All(slot => slot.Value.Length == training.Model.ParameterCount);
        for (int i = 0; same && i < parameters.Count; i++)
            same = checkpoint.Weights[i].Name == parameters[i].FullName && checkpoint.Weights[i].Shape.SequenceEqual(parameters[i].Shape);
        if (!same)
            throw new ArgumentException("The checkpoint contains other weights than the model's.", nameof(checkpoint));
        for (int i = 0; i < parameters.Count; i++)
        {
            float[] values = checkpoint.Weights[i].Values;
            if (parameters[i].Rule is { } rule && rule.IndexOfInvalid(values) is >= 0 and int index)
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"The checkpoint's {parameters[i].FullName} has {values[index]} at index {index}; ")
                    + $"expected {rule.Expected}.", nameof(checkpoint));
            }
        }
    }

    /// <summary>Restores a checkpoint whose settings and arrays have been checked.</summary>
    internal static void Restore(Checkpoint checkpoint, TrainingState training)
    {
        Sequential model = training.Model;
        for (int i = 0; i < model.Parameters.Count; i++)
            checkpoint.Weights[i].Values.CopyTo(model.Parameters[i].Values);
        for (int slot = 0; slot < checkpoint.Slots.Count; slot++)
            PackedParameters.Unpack(model, checkpoint.Slots[slot].Value, training.OptimizerState.Slots[slot].Span);
        checkpoint.StepState.CopyTo(training.OptimizerState.StepState, 0);
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
