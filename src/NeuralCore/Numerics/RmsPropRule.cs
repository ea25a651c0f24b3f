using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>
/// RMSprop (T. Hinton, lecture 6e, 2012), centered after A. Graves 2013, in Keras' arrangement: <c>v += (g^2 - v)(1 - rho)</c>,
/// <c>step = rate g / sqrt(v + epsilon)</c>; centered: <c>a += (g - a)(1 - rho)</c> and <c>v - a^2</c> in place of v; with momentum:
/// <c>u = momentum u + step</c>. Then <c>w -= step</c>, or u.
/// </summary>
/// <remarks>Arrays: v, u (with momentum), a (centered).</remarks>
/// <param name="rate">The learning rate.</param>
/// <param name="oneMinusRho">1 - rho.</param>
/// <param name="momentum">The share of the previous update that is kept.</param>
/// <param name="epsilon">Added under the root.</param>
internal readonly unsafe struct RmsPropRule<TMomentum, TCentered>(float rate, float oneMinusRho, float momentum, float epsilon)
    : IUpdateRule
    where TMomentum : struct, IFlag
    where TCentered : struct, IFlag
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Run<T>(in UpdateArrays arrays, nint n)
        where T : struct, ILanes<T>
    {
        float* w = arrays.Weights, g = arrays.Gradients, v = arrays.First, u = arrays.Second, a = arrays.Third;
        float scale = rate, share = oneMinusRho, kept = momentum, added = epsilon;
        T nonFinite = T.Broadcast(0);
        for (nint i = 0; i < n; i += LaneMath.Width)
        {
            T gradient = T.Load(g + i);
            T square = LaneMath.Lerp(T.Load(v + i), gradient * gradient, T.Broadcast(share));
            T.Store(square, v + i);
            nonFinite = LaneMath.NoteNonFinite(square, nonFinite);
            if (TCentered.IsSet)
            {
                T mean = LaneMath.Lerp(T.Load(a + i), gradient, T.Broadcast(share));
                T.Store(mean, a + i);
                // A variance that rounding made negative would give NaN. A NaN stays one.
                square = T.Max(T.Broadcast(0), square - mean * mean);
            }
            T step = gradient * T.Broadcast(scale) / T.Sqrt(square + T.Broadcast(added));
            if (TMomentum.IsSet)
            {
                step = T.FusedMultiplyAdd(T.Load(u + i), T.Broadcast(kept), step);
                T.Store(step, u + i);
            }
            T weight = T.Load(w + i) - step;
            T.Store(weight, w + i);
            nonFinite = LaneMath.NoteNonFinite(weight, nonFinite);
        }
        return LaneMath.IsAllFinite(nonFinite);
    }
}
