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
/// running product in double precision.
/// </remarks>
public sealed unsafe class Adam : Optimizer
{
    /// <summary>Describes the optimizer; the defaults are Keras'.</summary>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="beta1">The decay rate of the running mean of gradients: at least 0, below 1.</param>
    /// <param name="beta2">The decay rate of the running mean of squared gradients: at least 0, below 1.</param>
    /// <param name="epsilon">Prevents division by 0; above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public Adam(float learningRate = 0.001f, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7)
        : base(learningRate)
    {
        if (!(beta1 >= 0 && beta1 < 1))
            throw new ArgumentOutOfRangeException(nameof(beta1), beta1, "Beta1 must be at least 0 and below 1.");
        if (!(beta2 >= 0 && beta2 < 1))
            throw new ArgumentOutOfRangeException(nameof(beta2), beta2, "Beta2 must be at least 0 and below 1.");
        if (!(epsilon > 0 && double.IsFinite(epsilon)))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Epsilon must be finite and above 0.");
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
    }

    /// <summary>The decay rate of the running mean of gradients.</summary>
    public double Beta1 { get; }

    /// <summary>The decay rate of the running mean of squared gradients.</summary>
    public double Beta2 { get; }

    /// <summary>Prevents division by 0.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Slots => ["m", "v"];

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

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override bool Update(in UpdatePass pass)
    {
        float alpha = (float)(pass.LearningRate * Math.Sqrt(1 - pass.StepState[1]) / (1 - pass.StepState[0]));
        fixed (float* w = &MemoryMarshal.GetReference(pass.Values), g = &MemoryMarshal.GetReference(pass.Gradients),
            m = &MemoryMarshal.GetReference(pass.Slot(0)), v = &MemoryMarshal.GetReference(pass.Slot(1)))
        {
            return AdamKernel.Update(w, g, m, v, pass.Values.Length, alpha, (float)(1 - Beta1), (float)(1 - Beta2), (float)Epsilon);
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{Name}(learningRate: {LearningRate}, beta1: {Beta1}, beta2: {Beta2}, epsilon: {Epsilon})");
}
