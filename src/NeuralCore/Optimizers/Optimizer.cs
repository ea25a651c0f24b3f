using System.Numerics.Tensors;
using NeuralCore.Layers;

namespace NeuralCore.Optimizers;

/// <summary>
/// How gradients change weights: settings and one elementwise update rule. Everything that changes from step to step (step count, slots,
/// step state) is kept by the trainer.
/// </summary>
public abstract class Optimizer
{
    /// <summary>Initializes the optimizer.</summary>
    /// <param name="learningRate">The learning rate at the start of training; finite, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative or not finite.</exception>
    protected Optimizer(double learningRate)
    {
        LearningRate = (float)learningRate;
        if (!(LearningRate >= 0 && float.IsFinite(LearningRate)))
            throw new ArgumentOutOfRangeException(nameof(learningRate), learningRate, "The learning rate must be finite and at least 0.");
    }

    /// <summary>The learning rate at the start of training.</summary>
    public float LearningRate { get; }

    /// <summary>
    /// Decoupled weight decay λ, applied before each update: <c>w -= lr λ w</c>. It does not apply to biases and other parameters with
    /// <see cref="Parameter.IsDecayed"/> false. 0, the default, for none.
    /// </summary>
    /// <remarks>Source: Loshchilov and Hutter 2019, the same form as in Keras and in PyTorch's AdamW.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The decay is negative or not finite.</exception>
    public double WeightDecay
    {
        get;
        init => field = SettingChecks.FiniteAndNotNegative(value, "The weight decay");
    }

    /// <summary>How gradients are clipped before each update; null, the default, for not at all.</summary>
    public GradientClipping? Clipping { get; init; }

    /// <summary>Whether the rule reads <see cref="UpdatePass.GradientNorm"/>, which takes an extra phase in each step.</summary>
    public virtual bool NeedsGradientNorm => false;

    /// <summary>The optimizer's name in messages and files: by default the class name.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>
    /// The names of the slots: arrays as long as the weights that the rule keeps between steps, such as <c>momentum</c>. They start at
    /// zero.
    /// </summary>
    public virtual IReadOnlyList<string> Slots => [];

    /// <summary>
    /// The length of the step state: the numbers that the rule keeps between steps besides the slots, such as powers of beta.
    /// </summary>
    public virtual int StepStateLength => 0;

    /// <summary>Sets the step state to its values before the first step.</summary>
    /// <param name="state">The step state, <see cref="StepStateLength"/> numbers.</param>
    protected internal virtual void ResetStepState(Span<double> state)
    {
    }

    /// <summary>Advances the step state by one step; called once per step, before any <see cref="Update"/>.</summary>
    /// <param name="state">The step state.</param>
    protected internal virtual void AdvanceStepState(Span<double> state)
    {
    }

    /// <summary>
    /// Updates a range of weights. Elementwise: a weight's new value depends on its own values only, not on where the range starts.
    /// </summary>
    /// <param name="pass">The range.</param>
    /// <returns>Whether all new weights are finite.</returns>
    protected internal abstract bool Update(in UpdatePass pass);

    /// <summary>All settings, in the form that a checkpoint compares.</summary>
    internal string Settings
    {
        get
        {
            string decay = WeightDecay == 0 ? "" : FormattableString.Invariant($", weightDecay: {(float)WeightDecay}");
            return $"{this}{decay}{(Clipping is null ? "" : $", clipping: {Clipping}")}";
        }
    }

    /// <summary>Applies weight decay to a range of weights if enabled, then updates them.</summary>
    internal virtual bool Apply(in UpdatePass pass)
    {
        if (WeightDecay != 0 && pass.Parameter.IsDecayed)
            TensorPrimitives.Multiply(pass.Values, DecayFactor(pass), pass.Values);
        return Update(pass);
    }

    /// <summary>What weight decay multiplies the weights by, if it applies to them; otherwise 1.</summary>
    private protected float DecayFactor(in UpdatePass pass) =>
        WeightDecay != 0 && pass.Parameter.IsDecayed ? 1 - pass.LearningRate * (float)WeightDecay : 1;

    /// <summary>Throws unless a decay rate is at least 0 and, as a double, below 1.</summary>
    private protected static double CheckRate(double value, string name, string what) => value >= 0 && value < 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{what} must be at least 0 and below 1.");

    /// <summary>
    /// The optimizer with all its settings: <c>Sgd(learningRate: 0.01, momentum: 0.9, nesterov: True)</c>. A checkpoint resumes only if
    /// this text is the same, so a custom optimizer writes every setting into it.
    /// </summary>
    public override string ToString() => FormattableString.Invariant($"{Name}(learningRate: {LearningRate})");
}

/// <summary>A range of weights for an optimizer.</summary>
public readonly ref struct UpdatePass
{
    private readonly ReadOnlySpan<nint> _slots;

    internal UpdatePass(
        Parameter parameter, int start, Span<float> values, ReadOnlySpan<float> gradients, ReadOnlySpan<nint> slots,
        ReadOnlySpan<double> stepState,
        float learningRate, double gradientNorm)
    {
        Parameter = parameter;
        Start = start;
        Values = values;
        Gradients = gradients;
        _slots = slots;
        StepState = stepState;
        LearningRate = learningRate;
        GradientNorm = gradientNorm;
    }

    /// <summary>The parameter that the weights belong to.</summary>
    public Parameter Parameter { get; }

    /// <summary>Where the weights start in the parameter's values.</summary>
    public int Start { get; }

    /// <summary>The weights, to be updated in place.</summary>
    public Span<float> Values { get; }

    /// <summary>Their gradients.</summary>
    public ReadOnlySpan<float> Gradients { get; }

    /// <summary>The step state, advanced to this step.</summary>
    public ReadOnlySpan<double> StepState { get; }

    /// <summary>The learning rate of this step.</summary>
    public float LearningRate { get; }

    /// <summary>
    /// The Euclidean norm of this step's gradients over all trained parameters, summed in double, before any clipping; 0 unless
    /// <see cref="Optimizer.NeedsGradientNorm"/> is set.
    /// </summary>
    public double GradientNorm { get; }

    /// <summary>The values of one slot for these weights.</summary>
    /// <param name="index">The slot, in the order of <see cref="Optimizer.Slots"/>.</param>
    public unsafe Span<float> Slot(int index) => new((float*)_slots[index] + Parameter.Offset + Start, Values.Length);
}
