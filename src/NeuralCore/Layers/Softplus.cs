using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>
/// A smooth rectifier, <c>y = ln(1 + e^x)</c> for each element: above 0.
/// </summary>
/// <remarks>
/// Gradient: <c>dx = dy (1 - e^-y)</c>, which is dy times the sigmoid of x. Does not overflow: y is x where x is large.
/// Source: Dugas et al. 2000.
/// </remarks>
public sealed class Softplus : ElementwiseActivation
{
    /// <summary>Describes the activation.</summary>
    /// <param name="name">The name, unique in the model.</param>
    public Softplus(string? name = null)
        : base(name, BackwardReads.Output, ElementwiseKernel.Of(default(Function)))
    {
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("Softplus");

    private readonly struct Function : IElementwiseFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Forward<T>(T x)
            where T : struct, ILanes<T> => LaneMath.Softplus(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Backward<T>(T y, T dy)
            where T : struct, ILanes<T> => T.Broadcast(0) - dy * LaneMath.Expm1(T.Broadcast(0) - y);
    }
}
