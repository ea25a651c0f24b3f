using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Optimizers;

/// <summary>
/// Stochastic gradient descent: <c>w -= lr g</c>. With momentum: <c>v = momentum v - lr g; w += v</c>; with Nesterov's form
/// <c>w += momentum v - lr g</c>, v being the new one. The same forms as in Keras.
/// </summary>
/// <remarks>
/// Source of the Nesterov form: Sutskever et al. 2013. PyTorch leaves the learning rate out of v, <c>v = momentum v + g; w -= lr v</c>: the
/// same as long as the rate is constant, another path where a schedule changes it.
/// </remarks>
public sealed unsafe class Sgd : Optimizer
{
    /// <summary>Describes the optimizer.</summary>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="momentum">The share of the previous update that is kept: at least 0, below 1.</param>
    /// <param name="nesterov">Whether to use Nesterov's form; needs a momentum.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate or the momentum is out of range.</exception>
    /// <exception cref="ArgumentException">Nesterov's form without momentum.</exception>
    public Sgd(double learningRate = 0.01, double momentum = 0, bool nesterov = false)
        : base(learningRate)
    {
        Momentum = (float)momentum;
        if (!(Momentum >= 0 && Momentum < 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "The momentum must be at least 0 and below 1.");
        if (nesterov && Momentum == 0)
            throw new ArgumentException("Nesterov's form needs a momentum above 0.", nameof(nesterov));
        Nesterov = nesterov;
    }

    /// <summary>The share of the previous update that is kept.</summary>
    public float Momentum { get; }

    /// <summary>Whether Nesterov's form is used.</summary>
    public bool Nesterov { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Slots => Momentum == 0 ? [] : ["momentum"];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override bool Update(in UpdatePass pass)
    {
        fixed (float* w = &MemoryMarshal.GetReference(pass.Values), g = &MemoryMarshal.GetReference(pass.Gradients))
        {
            if (Momentum == 0)
                return SgdKernel.Update(w, g, pass.Values.Length, pass.LearningRate);
            fixed (float* velocity = &MemoryMarshal.GetReference(pass.Slot(0)))
                return SgdKernel.Momentum(w, g, velocity, pass.Values.Length, pass.LearningRate, Momentum, Nesterov);
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{Name}(learningRate: {LearningRate}, momentum: {Momentum}, nesterov: {Nesterov})");
}
