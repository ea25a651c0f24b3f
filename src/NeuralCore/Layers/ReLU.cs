using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>
/// The rectifier: <c>y = max(x, 0)</c> for each element; -0 becomes +0 and NaN stays NaN.
/// </summary>
/// <remarks>Gradient: <c>dx = dy</c> where y &gt; 0, else 0 (0 at the kink itself).</remarks>
public sealed unsafe class ReLU : Activation
{
    /// <summary>Describes a rectifier.</summary>
    /// <param name="name">The name, unique in the model.</param>
    public ReLU(string? name = null)
        : base(name)
    {
    }

    internal override bool? GivesProbabilities => false;

    /// <inheritdoc/>
    protected internal override Shape Build(Shape input, LayerBuilder builder)
    {
        builder.BackwardReads = BackwardReads.Output;
        builder.CanRunInPlace = true;
        builder.IsReLU = true;
        return input;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Forward(in ForwardPass pass)
    {
        fixed (float* input = &MemoryMarshal.GetReference(pass.Input), output = &MemoryMarshal.GetReference(pass.Output))
            ReluKernel.Forward(input, output, pass.Output.Length);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Backward(in BackwardPass pass)
    {
        fixed (float* output = &MemoryMarshal.GetReference(pass.Output),
            outputGradient = &MemoryMarshal.GetReference(pass.OutputGradient),
            inputGradient = &MemoryMarshal.GetReference(pass.InputGradient))
        {
            ReluKernel.Backward(output, outputGradient, inputGradient, pass.InputGradient.Length);
        }
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("ReLU");
}
