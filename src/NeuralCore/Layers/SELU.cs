using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>
/// The scaled exponential linear unit: <c>y = scale x</c> where x &gt; 0, else <c>scale alpha (e^x - 1)</c>, with scale = 1.0507010 and
/// alpha = 1.6732632, for which mean 0 and variance 1 are a fixed point.
/// </summary>
/// <remarks>
/// Gradient: <c>dx = scale dy</c> where y &gt; 0, else <c>dy (y + scale alpha)</c>. Meant for kernels of variance 1 / inputs (LeCun
/// normal). Source: Klambauer et al. 2017.
/// </remarks>
public sealed class SELU : ElementwiseActivation
{
    private const float Scale = 1.05070099f;
    private const float ScaleTimesAlpha = 1.75809934f;

    /// <summary>Describes the activation.</summary>
    /// <param name="name">The name, unique in the model.</param>
    public SELU(string? name = null)
        : base(name, BackwardReads.Output, ElementwiseKernel.Of(default(Function)))
    {
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("SELU");

    private readonly struct Function : IElementwiseFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Forward<T>(T x)
            where T : struct, ILanes<T> =>
                T.SelectGreater(x, T.Broadcast(0), x * T.Broadcast(Scale), T.Broadcast(ScaleTimesAlpha) * LaneMath.Expm1(x));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Backward<T>(T y, T dy)
            where T : struct, ILanes<T> =>
                T.SelectGreater(y, T.Broadcast(0), dy * T.Broadcast(Scale), dy * (y + T.Broadcast(ScaleTimesAlpha)));
    }
}
