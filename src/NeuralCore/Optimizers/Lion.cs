using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Optimizers;

/// <summary>
/// Lion: <c>w -= lr sign(β1 m + (1 - β1) g); m = β2 m + (1 - β2) g</c>. Every weight moves by the whole learning rate, so rates are 3 to
/// 10 times lower than Adam's, and a weight decay as much higher.
/// </summary>
/// <remarks>Source: Chen et al. 2023, algorithm 2; its weight decay is <see cref="Optimizer.WeightDecay"/>. As in Keras.</remarks>
public sealed unsafe class Lion : Optimizer
{
    /// <summary>Describes the optimizer; the defaults are the paper's.</summary>
    /// <param name="learningRate">The learning rate. Keras' default is 0.001.</param>
    /// <param name="beta1">The share of m in the direction of the update: at least 0, below 1.</param>
    /// <param name="beta2">The decay rate of the running mean of gradients: at least 0, below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public Lion(double learningRate = 0.0001, double beta1 = 0.9, double beta2 = 0.99)
        : base(learningRate)
    {
        Beta1 = CheckRate(beta1, nameof(beta1), "Beta1");
        Beta2 = CheckRate(beta2, nameof(beta2), "Beta2");
    }

    /// <summary>The share of the running mean in the direction of the update.</summary>
    public double Beta1 { get; }

    /// <summary>The decay rate of the running mean of gradients.</summary>
    public double Beta2 { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Slots => ["m"];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override bool Update(in UpdatePass pass)
    {
        fixed (float* w = &MemoryMarshal.GetReference(pass.Values), g = &MemoryMarshal.GetReference(pass.Gradients),
            m = &MemoryMarshal.GetReference(pass.Slot(0)))
        {
            LionRule rule = new(pass.LearningRate, (float)(1 - Beta1), (float)(1 - Beta2));
            return UpdateKernel.Run(rule, new UpdateArrays(w, g, m), pass.Values.Length);
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{Name}(learningRate: {LearningRate}, beta1: {Beta1}, beta2: {Beta2})");
}
