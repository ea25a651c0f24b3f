using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>
/// The logistic function, <c>y = 1 / (1 + e^-x)</c> for each element: from 0 to 1.
/// </summary>
/// <remarks>
/// Gradient: <c>dx = dy y (1 - y)</c>. Neither overflows; at the ends y is exactly 0 or 1 and the gradient 0. For several classes of which
/// each sample has one, use <see cref="Softmax"/>.
/// </remarks>
public sealed class Sigmoid : ElementwiseActivation
{
    /// <summary>Describes the activation.</summary>
    /// <param name="name">The name, unique in the model.</param>
    public Sigmoid(string? name = null)
        : base(name, BackwardReads.Output, ElementwiseKernel.Of(default(Function)))
    {
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("Sigmoid");

    private readonly struct Function : IElementwiseFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Forward<T>(T x)
            where T : struct, ILanes<T> => LaneMath.Sigmoid(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Backward<T>(T y, T dy)
            where T : struct, ILanes<T> => dy * (y * (T.Broadcast(1) - y));
    }
}
