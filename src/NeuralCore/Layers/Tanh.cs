using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>
/// The hyperbolic tangent, <c>y = tanh x</c> for each element: from -1 to 1.
/// </summary>
/// <remarks>
/// Gradient: <c>dx = dy (1 - y²)</c>.
/// </remarks>
public sealed class Tanh : ElementwiseActivation
{
    /// <summary>Describes the activation.</summary>
    /// <param name="name">The name, unique in the model.</param>
    public Tanh(string? name = null)
        : base(name, BackwardReads.Output, ElementwiseKernel.Of(default(Function)))
    {
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("Tanh");

    private readonly struct Function : IElementwiseFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Forward<T>(T x)
            where T : struct, ILanes<T> => LaneMath.Tanh(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Backward<T>(T y, T dy)
            where T : struct, ILanes<T> => dy * ((T.Broadcast(1) - y) * (T.Broadcast(1) + y));
    }
}
