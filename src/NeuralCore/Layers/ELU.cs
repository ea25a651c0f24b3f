using System.Globalization;
using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>
/// The exponential linear unit: <c>y = x</c> where x &gt; 0, else <c>alpha (e^x - 1)</c>.
/// </summary>
/// <remarks>
/// Gradient: <c>dx = dy</c> where y &gt; 0, else <c>dy (y + alpha)</c>. Source: Clevert et al. 2015.
/// </remarks>
public sealed class ELU : ElementwiseActivation
{
    /// <summary>Describes the activation.</summary>
    /// <param name="alpha">What -y tends to where x is far below 0: 1 by default. Finite and at least 0.</param>
    /// <param name="name">The name, unique in the model.</param>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is below 0 or not finite.</exception>
    public ELU(double alpha = 1, string? name = null)
        : base(name, BackwardReads.Output, ElementwiseKernel.Of(new Function((float)alpha)))
    {
        if (!(alpha >= 0 && float.IsFinite((float)alpha)))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha must be finite and at least 0; usual is 1.");
        Alpha = (float)alpha;
    }

    /// <summary>What -y tends to where x is far below 0.</summary>
    public float Alpha { get; }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() =>
        Alpha == 1 ? new LayerDescription("ELU").With("alpha", Alpha)
            : new LayerDescription("ELU", Alpha.ToString("R", CultureInfo.InvariantCulture)).With("alpha", Alpha);

    private readonly struct Function(float alpha) : IElementwiseFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Forward<T>(T x)
            where T : struct, ILanes<T> => T.SelectGreater(x, T.Broadcast(0), x, T.Broadcast(alpha) * LaneMath.Expm1(x));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Backward<T>(T y, T dy)
            where T : struct, ILanes<T> => T.SelectGreater(y, T.Broadcast(0), dy, dy * (y + T.Broadcast(alpha)));
    }
}
