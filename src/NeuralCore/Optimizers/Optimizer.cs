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
    private readonly int _start;

    internal UpdatePass(Span<float> values, ReadOnlySpan<float> gradients, ReadOnlySpan<nint> slots, int start, ReadOnlySpan<double> scalars, float learningRate, bool isDecayed)
    {
        Values = values;
        Gradients = gradients;
        _slots = slots;
        _start = start;
        Scalars = scalars;
        LearningRate = learningRate;
        IsDecayed = isDecayed;
    }

    /// <summary>The weights, to be changed in place.</summary>
    public Span<float> Values { get; }

    /// <summary>Their gradients.</summary>
    public ReadOnlySpan<float> Gradients { get; }

    /// <summary>The kept numbers, moved on to this step.</summary>
    public ReadOnlySpan<double> Scalars { get; }

    /// <summary>The learning rate of this step.</summary>
    public float LearningRate { get; }

    /// <summary>Whether weight decay applies to these weights.</summary>
    public bool IsDecayed { get; }

    /// <summary>The kept values of one slot that belong to these weights.</summary>
    /// <param name="index">The slot, in the order of <see cref="Optimizer.Slots"/>.</param>
    public unsafe Span<float> Slot(int index) => new((float*)_slots[index] + _start, Values.Length);
}
