using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Optimizers;

/// <summary>
/// RMSprop: <c>v += (g² - v)(1 - ρ); w -= lr g / sqrt(v + ε)</c>. Centered, the mean gradient <c>a += (g - a)(1 - ρ)</c> is taken off:
/// <c>v - a²</c> in place of v. With momentum: <c>u = momentum u + lr g / sqrt(v + ε); w -= u</c>.
/// </summary>
/// <remarks>
/// Source: Hinton 2012 (lecture 6e); the centered form from Graves 2013. The same form as in Keras. PyTorch adds ε to the root instead
/// (<c>sqrt(v) + ε</c>) and multiplies the whole of u by the learning rate, so there a change of the rate also changes the size of past
/// updates; its defaults are a rate of 0.01, ρ ("alpha") = 0.99 and ε = 1e-8.
/// </remarks>
public sealed unsafe class RmsProp : Optimizer
{
    /// <summary>Describes the optimizer; the defaults are Keras'.</summary>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="rho">The decay rate ρ of the running means: at least 0, below 1.</param>
    /// <param name="momentum">The share of the previous update that is kept: at least 0, below 1.</param>
    /// <param name="centered">Whether to divide by the root of the gradients' variance instead of their mean square.</param>
    /// <param name="epsilon">Prevents division by 0; above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public RmsProp(
        double learningRate = 0.001, double rho = 0.9, double momentum = 0, bool centered = false, double epsilon = 1e-7)
        : base(learningRate)
    {
        Rho = CheckRate(rho, nameof(rho), "Rho");
        Momentum = CheckRate(momentum, nameof(momentum), "The momentum");
        Centered = centered;
        Epsilon = SettingChecks.FiniteAndPositive(epsilon, "Epsilon");
    }

    /// <summary>The decay rate of the running means.</summary>
    public double Rho { get; }

    /// <summary>The share of the previous update that is kept.</summary>
    public double Momentum { get; }

    /// <summary>Whether the mean gradient is taken off.</summary>
    public bool Centered { get; }

    /// <summary>Prevents division by 0.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Slots => (Momentum > 0, Centered) switch
    {
        (true, true) => ["v", "momentum", "mean"],
        (true, false) => ["v", "momentum"],
        (false, true) => ["v", "mean"],
        _ => ["v"],
    };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override bool Update(in UpdatePass pass)
    {
        Span<float> momentum = Momentum > 0 ? pass.Slot(1) : default;
        Span<float> mean = Centered ? pass.Slot(Momentum > 0 ? 2 : 1) : default;
        fixed (float* w = &MemoryMarshal.GetReference(pass.Values), g = &MemoryMarshal.GetReference(pass.Gradients),
            v = &MemoryMarshal.GetReference(pass.Slot(0)), u = &MemoryMarshal.GetReference(momentum),
            a = &MemoryMarshal.GetReference(mean))
        {
            UpdateArrays arrays = new(w, g, v, u, a);
            return (Momentum > 0, Centered) switch
            {
                (true, true) => Run<On, On>(arrays, pass),
                (true, false) => Run<On, Off>(arrays, pass),
                (false, true) => Run<Off, On>(arrays, pass),
                _ => Run<Off, Off>(arrays, pass),
            };
        }
    }

    private bool Run<TMomentum, TCentered>(in UpdateArrays arrays, in UpdatePass pass)
        where TMomentum : struct, IFlag
        where TCentered : struct, IFlag
    {
        RmsPropRule<TMomentum, TCentered> rule = new(pass.LearningRate, (float)(1 - Rho), (float)Momentum, (float)Epsilon);
        return UpdateKernel.Run(rule, arrays, pass.Values.Length);
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{Name}(learningRate: {LearningRate}, rho: {Rho}, momentum: {Momentum}, centered: {Centered}, epsilon: {Epsilon})");
}
