using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>
/// The sigmoid-weighted linear unit, also called Swish: <c>y = x sigmoid(x)</c> for each element.
/// </summary>
/// <remarks>
/// Gradient: <c>dx = dy (s + x s (1 - s))</c> with s = sigmoid(x). Sources: Elfwing et al. 2017; Ramachandran et al. 2017.
/// </remarks>
public sealed class SiLU : ElementwiseActivation
{
    /// <summary>Describes the activation.</summary>
    /// <param name="name">The name, unique in the model.</param>
    public SiLU(string? name = null)
        : base(name, BackwardReads.Input, ElementwiseKernel.Of(default(Function)))
    {
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("SiLU");

    private readonly struct Function : IElementwiseFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Forward<T>(T x)
            where T : struct, ILanes<T> => x * LaneMath.Sigmoid(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Backward<T>(T x, T dy)
            where T : struct, ILanes<T>
        {
            T s = LaneMath.Sigmoid(x);
            return dy * T.FusedMultiplyAdd(x * s, T.Broadcast(1) - s, s);
        }
    }
}
