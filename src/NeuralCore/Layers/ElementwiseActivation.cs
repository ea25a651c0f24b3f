using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>
/// The common part of the library's activations that compute each element from that element alone. A custom one derives from
/// <see cref="Activation"/>.
/// </summary>
public abstract unsafe class ElementwiseActivation : Activation
{
    /// <summary>Takes the function and what its derivative is computed from: the input or the output, not both.</summary>
    private protected ElementwiseActivation(string? name, BackwardReads reads, ElementwiseKernel kernel)
        : base(name)
    {
        Reads = reads;
        Kernel = kernel;
    }

    internal BackwardReads Reads { get; }

    internal ElementwiseKernel Kernel { get; }

    internal override bool? GivesProbabilities => false;

    /// <inheritdoc/>
    protected internal sealed override Shape Build(Shape input, LayerBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.BackwardReads = Reads;
        builder.CanRunInPlace = true;
        return input;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal sealed override void Forward(in ForwardPass pass)
    {
        fixed (float* input = &MemoryMarshal.GetReference(pass.Input), output = &MemoryMarshal.GetReference(pass.Output))
            Kernel.Forward(InstructionSet.Current, input, output, pass.Output.Length);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal sealed override void Backward(in BackwardPass pass)
    {
        fixed (float* value = &MemoryMarshal.GetReference(Reads == BackwardReads.Output ? pass.Output : pass.Input),
            outputGradient = &MemoryMarshal.GetReference(pass.OutputGradient),
            inputGradient = &MemoryMarshal.GetReference(pass.InputGradient))
        {
            Kernel.Backward(InstructionSet.Current, value, outputGradient, inputGradient, pass.InputGradient.Length);
        }
    }
}
