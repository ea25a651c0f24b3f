using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Optimizers;

/// <summary>
/// Adam: <c>m += (g - m)(1 - β1); v += (g² - v)(1 - β2); w -= m α / (sqrt(v) + ε)</c> with
/// <c>α = lr sqrt(1 - β2^t) / (1 - β1^t)</c>, t counting steps from 1. The same form as in Keras.
/// </summary>
/// <remarks>
/// Source: Kingma and Ba 2015, the form at the end of their section 2, whose ε ("epsilon hat") is added to the uncorrected root. β^t is a
/// running product in double precision. <see cref="EpsilonAfterCorrection"/> gives the paper's other form, which is PyTorch's.
/// </remarks>
public unsafe class Adam : Optimizer
{
    /// <summary>Describes the optimizer; the defaults are Keras'.</summary>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="beta1">The decay rate of the running mean of gradients: at least 0, below 1.</param>
    /// <param name="beta2">The decay rate of the running mean of squared gradients: at least 0, below 1.</param>
    /// <param name="epsilon">Prevents division by 0; above 0. PyTorch's default is 1e-8.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public Adam(double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7)
        : base(learningRate)
    {
        Beta1 = CheckRate(beta1, nameof(beta1), "Beta1");
        Beta2 = CheckRate(beta2, nameof(beta2), "Beta2");
        Epsilon = SettingChecks.FiniteAndPositive(epsilon, "Epsilon");
    }

    /// <summary>The decay rate of the running mean of gradients.</summary>
    public double Beta1 { get; }

    /// <summary>The decay rate of the running mean of squared gradients.</summary>
    public double Beta2 { get; }

    /// <summary>Prevents division by 0.</summary>
    public double Epsilon { get; }

    /// <summary>
    /// Whether to divide by the root of the largest v so far, <c>v' = max(v', v)</c>, so that a weight's steps cannot grow again.
    /// </summary>
    /// <remarks>Source: Reddi, Kale and Kumar 2018 (AMSGrad), with Adam's bias correction as in Keras and PyTorch.</remarks>
    public bool AmsGrad { get; init; }

    /// <summary>
    /// Whether ε is added to the bias-corrected root, as in PyTorch: <c>w -= lr (m / (1 - β1^t)) / (sqrt(v / (1 - β2^t)) + ε)</c>. The
    /// default form adds it to the uncorrected root, as Keras does, which is the same with <c>ε / sqrt(1 - β2^t)</c> in place of ε: 32
    /// times ε in the first step with the usual β2, and ε after some thousand steps. Only where gradients are near ε does it matter.
    /// </summary>
    public bool EpsilonAfterCorrection { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Slots => AmsGrad ? ["m", "v", "largest v"] : ["m", "v"];

    /// <summary>Two numbers: β1^t and β2^t.</summary>
    public override int StepStateLength => 2;

    /// <inheritdoc/>
    protected internal override void ResetStepState(Span<double> state) => state.Fill(1);

    /// <inheritdoc/>
    protected internal override void AdvanceStepState(Span<double> state)
    {
        state[0] *= Beta1;
        state[1] *= Beta2;
    }

    // Weight decay is part of the one pass over the weights.
    internal override bool Apply(in UpdatePass pass) => Update(pass, DecayFactor(pass));

    /// <inheritdoc/>
    protected internal override bool Update(in UpdatePass pass) => Update(pass, 1);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Update(in UpdatePass pass, float decay)
    {
        double correction = Math.Sqrt(1 - pass.StepState[1]);
        float alpha = (float)(pass.LearningRate * correction / (1 - pass.StepState[0]));
        float epsilon = EpsilonAfterCorrection ? (float)(Epsilon * correction) : (float)Epsilon;
        (float share1, float share2) = ((float)(1 - Beta1), (float)(1 - Beta2));
        int length = pass.Values.Length;
        fixed (float* w = &MemoryMarshal.GetReference(pass.Values), g = &MemoryMarshal.GetReference(pass.Gradients),
            m = &MemoryMarshal.GetReference(pass.Slot(0)), v = &MemoryMarshal.GetReference(pass.Slot(1)))
        {
            if (AmsGrad)
            {
                fixed (float* largest = &MemoryMarshal.GetReference(pass.Slot(2)))
                {
                    return UpdateKernel.Run(
                        new AdamWRule<On>(decay, alpha, share1, share2, epsilon), new UpdateArrays(w, g, m, v, largest), length);
                }
            }
            return decay == 1
                ? AdamKernel.Update(w, g, m, v, length, alpha, share1, share2, epsilon)
                : UpdateKernel.Run(new AdamWRule<Off>(decay, alpha, share1, share2, epsilon), new UpdateArrays(w, g, m, v), length);
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        string options = (AmsGrad ? ", amsGrad: True" : "") + (EpsilonAfterCorrection ? ", epsilonAfterCorrection: True" : "");
        return FormattableString.Invariant(
            $"{Name}(learningRate: {LearningRate}, beta1: {Beta1}, beta2: {Beta2}, epsilon: {Epsilon}{options})");
    }
}
