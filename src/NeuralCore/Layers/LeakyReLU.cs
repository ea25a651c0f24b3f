using System.Globalization;
using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>
/// A rectifier that lets a part of what is negative through: <c>y = x</c> where x &gt; 0, else <c>slope x</c>.
/// </summary>
/// <remarks>
/// Gradient: <c>dx = dy</c> where y &gt; 0, else <c>slope dy</c>. Source: Maas et al. 2013.
/// </remarks>
public sealed class LeakyReLU : ElementwiseActivation
{
    /// <summary>Describes the activation.</summary>
    /// <param name="negativeSlope">
    /// The slope below 0: 0.3 by default, as in Keras' layer. PyTorch's default is 0.01. Finite and at least 0.
    /// </param>
    /// <param name="name">The name, unique in the model.</param>
    /// <exception cref="ArgumentOutOfRangeException">The slope is below 0 or not finite.</exception>
    public LeakyReLU(double negativeSlope = 0.3, string? name = null)
        : base(name, BackwardReads.Output, ElementwiseKernel.Of(new Function((float)negativeSlope)))
    {
        if (!(negativeSlope >= 0 && float.IsFinite((float)negativeSlope)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(negativeSlope), negativeSlope, "The slope below 0 must be finite and at least 0; usual are 0.01 to 0.3.");
        }
        NegativeSlope = (float)negativeSlope;
    }

    /// <summary>The slope below 0.</summary>
    public float NegativeSlope { get; }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() =>
        new LayerDescription("LeakyReLU", NegativeSlope.ToString("R", CultureInfo.InvariantCulture)).With("negativeSlope", NegativeSlope);

    private readonly struct Function(float slope) : IElementwiseFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Forward<T>(T x)
            where T : struct, ILanes<T> => T.SelectGreater(x, T.Broadcast(0), x, x * T.Broadcast(slope));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Backward<T>(T y, T dy)
            where T : struct, ILanes<T> => T.SelectGreater(y, T.Broadcast(0), dy, dy * T.Broadcast(slope));
    }
}
