using NeuralCore.Models;
using NeuralCore.Optimizers;

namespace NeuralCore.Training;

/// <summary>All that training changes from step to step besides the weights: a trainer holds it, a step and a fit move it on.</summary>
internal sealed class TrainingState
{
    internal TrainingState(Sequential model, Optimizer optimizer)
    {
        Model = model;
        Optimizer = optimizer;
        OptimizerState = new OptimizerState(optimizer, model.Store.Values.Length);
        LearningRate = optimizer.LearningRate;
    }

    internal Sequential Model { get; }

    internal Optimizer Optimizer { get; }

    internal OptimizerState OptimizerState { get; }

    /// <summary>How many steps have been taken.</summary>
    internal long StepCount { get; set; }

    /// <summary>How many epochs have been finished.</summary>
    internal int EpochCount { get; set; }

    /// <summary>The learning rate of the next step.</summary>
    internal float LearningRate { get; set; }

    /// <summary>The fit under way, or the last one as long as a checkpoint can continue it.</summary>
    internal FitState? Fit { get; set; }

    /// <summary>Whether a step ended by an exception after it had begun to change weights, so that they belong to no step.</summary>
    internal bool IsHalfUpdated { get; set; }
}
