using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Optimizers;

/// <summary>
/// Stochastic gradient descent: <c>w -= lr g</c>. With momentum: <c>v = momentum v - lr g; w += v</c>; with Nesterov's form
/// <c>w += momentum v - lr g</c>, v being the new one. As Keras writes them.
/// </summary>
/// <remarks>Sources: Sutskever et al. 2013 for the Nesterov form.</remarks>
public sealed unsafe class Sgd : Optimizer
{
    /// <summary>Describes the optimizer.</summary>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="momentum">How much of the last change goes on: at least 0, below 1.</param>
    /// <param name="nesterov">Whether the change looks ahead; needs a momentum.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate or the momentum is out of range.</exception>
    /// <exception cref="ArgumentException">Nesterov's form without momentum.</exception>
    public Sgd(float learningRate = 0.01f, float momentum = 0, bool nesterov = false)
        : base(learningRate)
    {
        if (!(momentum >= 0 && momentum < 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "A momentum is at least 0 and below 1.");
        if (nesterov && momentum == 0)
            throw new ArgumentException("Nesterov's form needs a momentum above 0.", nameof(nesterov));
        Momentum = momentum;
        Nesterov = nesterov;
    }

    /// <summary>How much of the last change goes on.</summary>
    public float Momentum { get; }

    /// <summary>Whether the change looks ahead.</summary>
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
    public override string ToString() => FormattableString.Invariant($"{Name}(learningRate: {LearningRate}, momentum: {Momentum}, nesterov: {Nesterov})");
}
