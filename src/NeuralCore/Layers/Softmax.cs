using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>
/// Turns a vector of logits into probabilities: <c>y_j = exp(x_j - m) / Σ_k exp(x_k - m)</c> with m the largest x.
/// </summary>
/// <remarks>
/// Gradient: <c>dx_j = y_j (dy_j - Σ_k dy_k y_k)</c>. Before a cross-entropy the two are fused: the gradient is then
/// <c>(y - target) / batch</c>, without the rounding errors of the unfused product.
/// </remarks>
public sealed unsafe class Softmax : Activation
{
    /// <summary>Describes a softmax over the last axis of a vector.</summary>
    /// <param name="name">The name, unique in the model.</param>
    public Softmax(string? name = null)
        : base(name)
    {
    }

    internal override bool? GivesProbabilities => true;

    /// <inheritdoc/>
    protected internal override Shape Build(Shape input, LayerBuilder builder)
    {
        if (input.Rank != 1)
            throw builder.Reject("a vector", input, "Insert a Flatten before it.");
        builder.BackwardReads = BackwardReads.Output;
        builder.CanRunInPlace = true;
        return input;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Forward(in ForwardPass pass)
    {
        fixed (float* input = &MemoryMarshal.GetReference(pass.Input), output = &MemoryMarshal.GetReference(pass.Output))
            SoftmaxKernel.Forward(input, output, pass.Rows, pass.Output.Length / pass.Rows);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Backward(in BackwardPass pass)
    {
        fixed (float* output = &MemoryMarshal.GetReference(pass.Output),
            outputGradient = &MemoryMarshal.GetReference(pass.OutputGradient),
            inputGradient = &MemoryMarshal.GetReference(pass.InputGradient))
        {
            SoftmaxKernel.Backward(output, outputGradient, inputGradient, pass.Rows, pass.InputGradient.Length / pass.Rows);
        }
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("Softmax");
}
