using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Optimizers;

namespace NeuralCore.Training;

/// <summary>
/// Everything that training changes from step to step besides the weights: held by the trainer, advanced by steps and fits.
/// </summary>
internal sealed class TrainingState
{
    private readonly bool[] _trainable;

    internal TrainingState(Sequential model, Optimizer optimizer)
    {
        Model = model;
        Optimizer = optimizer;
        OptimizerState = new OptimizerState(optimizer, model.Store.Values.Length);
        LearningRate = optimizer.LearningRate;
        _trainable = model.ExpandedLayers.Select(layer => layer.Trainable).ToArray();
    }

    internal Sequential Model { get; }

    internal Optimizer Optimizer { get; }

    internal OptimizerState OptimizerState { get; }

    /// <summary>How many steps have been taken.</summary>
    internal long StepCount { get; set; }

    /// <summary>How many epochs have been completed.</summary>
    internal int EpochCount { get; set; }

    /// <summary>The learning rate of the next step.</summary>
    internal float LearningRate { get; set; }

    /// <summary>The current fit, or the last one while it can be resumed from a new checkpoint.</summary>
    internal FitState? Fit { get; set; }

    /// <summary>
    /// Throws if a layer has been frozen or unfrozen since the model was compiled: plan and optimizer are made for what was trained then.
    /// </summary>
    /// <exception cref="InvalidOperationException">A layer's <c>Trainable</c> has changed; the message names it.</exception>
    internal void CheckTrainable()
    {
        for (int i = 0; i < _trainable.Length; i++)
        {
            Layer layer = Model.ExpandedLayers[i];
            if (layer.Trainable != _trainable[i])
            {
                throw new InvalidOperationException(
                    $"{layer.Name}: Trainable was {_trainable[i]} when the model was compiled and is {layer.Trainable} now. "
                    + "Compile the model again to train it that way.");
            }
        }
    }

    /// <summary>Whether a step threw after it had begun to update weights, so that only some of them have been updated.</summary>
    internal bool IsHalfUpdated { get; set; }
}
