using NeuralCore.Models;
using NeuralCore.Optimizers;

namespace NeuralCore.Training;

/// <summary>
/// What training of a model keeps: optimizer state, step and epoch counts, worker threads. Made by <c>model.Compile(...)</c>; see
/// <see cref="Trainer{TTarget}"/> for what it does.
/// </summary>
public abstract class Trainer : IDisposable
{
    private float _learningRate;

    private protected Trainer(Sequential model, Optimizer optimizer)
    {
        Model = model;
        Optimizer = optimizer;
        _learningRate = optimizer.LearningRate;
    }

    /// <summary>The model that is trained.</summary>
    public Sequential Model { get; }

    /// <summary>How gradients change weights.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>The learning rate of the next step; at first the optimizer's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative or not finite.</exception>
    public float LearningRate
    {
        get => _learningRate;
        set
        {
            if (!(value >= 0 && float.IsFinite(value)))
                throw new ArgumentOutOfRangeException(nameof(value), value, "A learning rate is finite and at least 0.");
            _learningRate = value;
        }
    }

    /// <summary>How many steps have been taken.</summary>
    public long StepCount { get; private protected set; }

    /// <summary>How many epochs have been finished.</summary>
    public int EpochCount { get; private protected set; }

    /// <summary>Ends the worker threads. The model stays usable.</summary>
    public abstract void Dispose();
}
