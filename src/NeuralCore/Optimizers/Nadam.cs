using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Optimizers;

/// <summary>
/// Adam with Nesterov momentum: m and v as in <see cref="Adam"/>; with <c>μ_t = β1 (1 - 0.96^(t ψ) / 2)</c>,
/// <c>w -= lr m' / (sqrt(v / (1 - β2^t)) + ε)</c> and
/// <c>m' = μ_(t+1) m / (1 - μ_1 ... μ_(t+1)) + (1 - μ_t) g / (1 - μ_1 ... μ_t)</c>.
/// </summary>
/// <remarks>
/// Source: Dozat 2016, with the schedule of μ of Sutskever et al. 2013. PyTorch's NAdam has ψ = 0.004, as here by default; Keras has no ψ,
/// which is ψ = 1.
/// </remarks>
public sealed unsafe class Nadam : Optimizer
{
    private const double Base = 0.96;

    private readonly double _powerPerStep;

    /// <summary>Describes the optimizer.</summary>
    /// <param name="learningRate">The learning rate. PyTorch's default is 0.002.</param>
    /// <param name="beta1">The decay rate of the running mean of gradients: at least 0, below 1.</param>
    /// <param name="beta2">The decay rate of the running mean of squared gradients: at least 0, below 1.</param>
    /// <param name="epsilon">Prevents division by 0; above 0. PyTorch's default is 1e-8.</param>
    /// <param name="momentumDecay">How fast μ rises from β1 / 2 to β1 (ψ): finite, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public Nadam(
        double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7, double momentumDecay = 0.004)
        : base(learningRate)
    {
        Beta1 = CheckRate(beta1, nameof(beta1), "Beta1");
        Beta2 = CheckRate(beta2, nameof(beta2), "Beta2");
        Epsilon = SettingChecks.FiniteAndPositive(epsilon, "Epsilon");
        if (!(momentumDecay >= 0 && double.IsFinite(momentumDecay)))
            throw new ArgumentOutOfRangeException(
                nameof(momentumDecay), momentumDecay, "The decay of the momentum must be finite and at least 0.");
        MomentumDecay = momentumDecay;
        _powerPerStep = Elementary.Pow(Base, momentumDecay);
    }

    /// <summary>The decay rate of the running mean of gradients.</summary>
    public double Beta1 { get; }

    /// <summary>The decay rate of the running mean of squared gradients.</summary>
    public double Beta2 { get; }

    /// <summary>Prevents division by 0.</summary>
    public double Epsilon { get; }

    /// <summary>How fast μ rises from β1 / 2 to β1.</summary>
    public double MomentumDecay { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Slots => ["m", "v"];

    /// <summary>Three numbers: 0.96^(t ψ), the product of all μ up to μ_t, and β2^t.</summary>
    public override int StepStateLength => 3;

    /// <inheritdoc/>
    protected internal override void ResetStepState(Span<double> state) => state.Fill(1);

    /// <inheritdoc/>
    protected internal override void AdvanceStepState(Span<double> state)
    {
        state[0] *= _powerPerStep;
        state[1] *= Mu(state[0]);
        state[2] *= Beta2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override bool Update(in UpdatePass pass)
    {
        (double power, double product, double correction) = (pass.StepState[0], pass.StepState[1], Math.Sqrt(1 - pass.StepState[2]));
        double next = Mu(power * _powerPerStep);
        double rate = pass.LearningRate * correction;
        NadamRule rule = new(
            (float)(rate * next / (1 - product * next)), (float)(rate * (1 - Mu(power)) / (1 - product)),
            (float)(1 - Beta1), (float)(1 - Beta2), (float)(Epsilon * correction));
        fixed (float* w = &MemoryMarshal.GetReference(pass.Values), g = &MemoryMarshal.GetReference(pass.Gradients),
            m = &MemoryMarshal.GetReference(pass.Slot(0)), v = &MemoryMarshal.GetReference(pass.Slot(1)))
        {
            return UpdateKernel.Run(rule, new UpdateArrays(w, g, m, v), pass.Values.Length);
        }
    }

    private double Mu(double power) => Beta1 * (1 - 0.5 * power);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{Name}(learningRate: {LearningRate}, beta1: {Beta1}, beta2: {Beta2}, epsilon: {Epsilon}, momentumDecay: {MomentumDecay})");
}
