using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>
/// Turns a vector of logits into the logarithms of probabilities: <c>y_j = x_j - m - log Σ_k exp(x_k - m)</c> with m the largest x.
/// </summary>
/// <remarks>
/// Gradient: <c>dx_j = dy_j - exp(y_j) Σ_k dy_k</c>. Log-probabilities are logits too (their softmax is the probabilities), so a
/// cross-entropy behind this layer is one with <c>fromLogits: true</c>. A <see cref="Softmax"/> there is faster, as it is fused with the
/// loss.
/// </remarks>
public sealed unsafe class LogSoftmax : Activation
{
    /// <summary>Describes a log-softmax over the last axis of a vector.</summary>
    /// <param name="name">The name, unique in the model.</param>
    public LogSoftmax(string? name = null)
        : base(name)
    {
    }

    internal override bool? GivesProbabilities => false;

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
            LogSoftmaxKernel.Forward(InstructionSet.Current, input, output, pass.Rows, pass.Output.Length / pass.Rows);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Backward(in BackwardPass pass)
    {
        fixed (float* output = &MemoryMarshal.GetReference(pass.Output),
            outputGradient = &MemoryMarshal.GetReference(pass.OutputGradient),
            inputGradient = &MemoryMarshal.GetReference(pass.InputGradient))
        {
            LogSoftmaxKernel.Backward(InstructionSet.Current, output, outputGradient, inputGradient, pass.Rows,
                pass.InputGradient.Length / pass.Rows);
        }
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("LogSoftmax");
}
