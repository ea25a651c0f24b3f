using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>
/// The Gaussian error linear unit: <c>y = x Φ(x)</c> for each element, with Φ(x) = (1 + erf(x / √2)) / 2 the standard normal
/// distribution; or its approximation <c>y = x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2</c>.
/// </summary>
/// <remarks>
/// Gradient: <c>dx = dy (Φ(x) + x φ(x))</c>, φ being the normal density; of the approximation likewise its own derivative. Neither form
/// cancels where x is negative and y tiny. The approximation differs by up to 5e-4; it is for weights trained with it, as GPT-2's.
/// Source: Hendrycks and Gimpel 2016.
/// </remarks>
public sealed class GELU : ElementwiseActivation
{
    /// <summary>Describes the activation.</summary>
    /// <param name="approximate">Whether to use the approximation by tanh; the exact form by default, as in Keras and PyTorch.</param>
    /// <param name="name">The name, unique in the model.</param>
    public GELU(bool approximate = false, string? name = null)
        : base(name, BackwardReads.Input, approximate ? ElementwiseKernel.Of(default(ByTanh)) : ElementwiseKernel.Of(default(Exact)))
    {
        Approximate = approximate;
    }

    /// <summary>Whether the approximation by tanh is used.</summary>
    public bool Approximate { get; }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() =>
        new LayerDescription("GELU", Approximate ? "approximate: True" : "").With("approximate", Approximate);

    private readonly struct Exact : IElementwiseFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Forward<T>(T x)
            where T : struct, ILanes<T> => x * LaneMath.NormalCdf(x, out _);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Backward<T>(T x, T dy)
            where T : struct, ILanes<T>
        {
            T probability = LaneMath.NormalCdf(x, out T density);
            return dy * T.FusedMultiplyAdd(x, density, probability);
        }
    }

    private readonly struct ByTanh : IElementwiseFunction
    {
        // (1 + tanh(u)) / 2 = sigmoid(2 u), which does not cancel where x is negative; 2 u = x (Linear + Cubic x^2).
        private const float Linear = 1.59576912f; // 2 √(2/π)
        private const float Cubic = 0.0713548163f; // 2 √(2/π) 0.044715

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Forward<T>(T x)
            where T : struct, ILanes<T>
        {
            T inside = Inside(x);
            T factor = T.FusedMultiplyAdd(T.Broadcast(Cubic), inside * inside, T.Broadcast(Linear));
            return x * LaneMath.Sigmoid(inside * factor);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Backward<T>(T x, T dy)
            where T : struct, ILanes<T>
        {
            T inside = Inside(x);
            T square = inside * inside;
            T s = LaneMath.Sigmoid(inside * T.FusedMultiplyAdd(T.Broadcast(Cubic), square, T.Broadcast(Linear)));
            T slope = inside * T.FusedMultiplyAdd(T.Broadcast(3 * Cubic), square, T.Broadcast(Linear));
            return dy * T.FusedMultiplyAdd(slope * s, T.Broadcast(1) - s, s);
        }

        // Beyond 20 nothing changes but the square, which would overflow.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static T Inside<T>(T x)
            where T : struct, ILanes<T> => T.Min(T.Broadcast(20), T.Max(T.Broadcast(-20), x));
    }
}
