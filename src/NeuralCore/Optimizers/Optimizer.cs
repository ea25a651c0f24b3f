using System.Numerics.Tensors;
using NeuralCore.Layers;

namespace NeuralCore.Optimizers;

/// <summary>
/// How gradients change weights: settings and one elementwise rule. Everything that changes from step to step (the step count, the slots)
/// lives in the trainer.
/// </summary>
public abstract class Optimizer
{
    /// <summary>Starts an optimizer.</summary>
    /// <param name="learningRate">The learning rate at the start of training; finite, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative or not finite.</exception>
    protected Optimizer(float learningRate)
    {
        if (!(learningRate >= 0 && float.IsFinite(learningRate)))
            throw new ArgumentOutOfRangeException(nameof(learningRate), learningRate, "A learning rate is finite and at least 0.");
        LearningRate = learningRate;
    }

    /// <summary>The learning rate at the start of training.</summary>
    public float LearningRate { get; }

    /// <summary>
    /// Decoupled weight decay: before each update the weights lose this share of themselves times the learning rate, <c>w -= lr λ w</c>. Biases and other
    /// parameters that are not decayed (<see cref="Parameter.IsDecayed"/>) are left alone. 0, the default, for none.
    /// </summary>
    /// <remarks>Source: Loshchilov and Hutter 2019, as Keras and PyTorch's AdamW write it.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The decay is negative or not finite.</exception>
    public float WeightDecay
    {
        get;
        init
        {
            if (!(value >= 0 && float.IsFinite(value)))
                throw new ArgumentOutOfRangeException(nameof(value), value, "A weight decay is finite and at least 0.");
            field = value;
        }
    }

    /// <summary>Whether the rule reads <see cref="UpdatePass.GradientNorm"/>. Computing it takes a phase of its own in each step.</summary>
    public virtual bool NeedsGradientNorm => false;

    /// <summary>The optimizer's name in messages and files: by default the class name.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>The names of the arrays, as long as the weights, that the rule keeps between steps: <c>momentum</c>. They start at zero.</summary>
    public virtual IReadOnlyList<string> Slots => [];

    /// <summary>How many numbers the rule keeps between steps besides the slots, such as powers of beta.</summary>
    public virtual int ScalarCount => 0;

    /// <summary>Sets the kept numbers to their values before the first step.</summary>
    /// <param name="scalars">The kept numbers, <see cref="ScalarCount"/> of them.</param>
    protected internal virtual void ResetScalars(Span<double> scalars)
    {
    }

    /// <summary>Moves the kept numbers on by one step; once a step, before any <see cref="Update"/>.</summary>
    /// <param name="scalars">The kept numbers.</param>
    protected internal virtual void AdvanceScalars(Span<double> scalars)
    {
    }

    /// <summary>Changes a range of weights. Elementwise: an element's new value depends on that element alone, wherever the range starts.</summary>
    /// <param name="pass">The range.</param>
    /// <returns>Whether all new weights are finite.</returns>
    protected internal abstract bool Update(in UpdatePass pass);

    /// <summary>All settings as a checkpoint compares them.</summary>
    internal string Settings => WeightDecay == 0 ? ToString() : FormattableString.Invariant($"{this}, weightDecay: {WeightDecay}");

    /// <summary>Decays a range of weights where it applies, then updates them.</summary>
    internal bool Apply(in UpdatePass pass)
    {
        if (WeightDecay != 0 && pass.Parameter.IsDecayed)
            TensorPrimitives.Multiply(pass.Values, 1 - pass.LearningRate * WeightDecay, pass.Values);
        return Update(pass);
    }

    /// <summary>
    /// The optimizer with all its settings: <c>Sgd(learningRate: 0.01, momentum: 0.9, nesterov: True)</c>. A checkpoint resumes only where this text is the
    /// same, so an optimizer of your own writes every setting into it.
    /// </summary>
    public override string ToString() => FormattableString.Invariant($"{Name}(learningRate: {LearningRate})");
}

/// <summary>A range of weights for an optimizer.</summary>
public readonly ref struct UpdatePass
{
    private readonly ReadOnlySpan<nint> _slots;

    internal UpdatePass(
        Parameter parameter, int start, Span<float> values, ReadOnlySpan<float> gradients, ReadOnlySpan<nint> slots, ReadOnlySpan<double> scalars,
        float learningRate, double gradientNorm)
    {
        Parameter = parameter;
        Start = start;
        Values = values;
        Gradients = gradients;
        _slots = slots;
        Scalars = scalars;
        LearningRate = learningRate;
        GradientNorm = gradientNorm;
    }

    /// <summary>The parameter that the weights belong to.</summary>
    public Parameter Parameter { get; }

    /// <summary>Where the weights start in the parameter's values.</summary>
    public int Start { get; }

    /// <summary>The weights, to be changed in place.</summary>
    public Span<float> Values { get; }

    /// <summary>Their gradients.</summary>
    public ReadOnlySpan<float> Gradients { get; }

    /// <summary>The kept numbers, moved on to this step.</summary>
    public ReadOnlySpan<double> Scalars { get; }

    /// <summary>The learning rate of this step.</summary>
    public float LearningRate { get; }

    /// <summary>
    /// The Euclidean norm of all trained parameters' gradients of this step, summed in double; 0 unless the optimizer asks for it
    /// (<see cref="Optimizer.NeedsGradientNorm"/>).
    /// </summary>
    public double GradientNorm { get; }

    /// <summary>The kept values of one slot that belong to these weights.</summary>
    /// <param name="index">The slot, in the order of <see cref="Optimizer.Slots"/>.</param>
    public unsafe Span<float> Slot(int index) => new((float*)_slots[index] + Parameter.Offset + Start, Values.Length);
}
