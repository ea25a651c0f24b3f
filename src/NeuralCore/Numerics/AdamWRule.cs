using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>
/// Adam's update with decoupled weight decay (I. Loshchilov, F. Hutter, ICLR 2019) and, if wanted, with AMSGrad's largest square so far
/// (S. J. Reddi, S. Kale, S. Kumar, ICLR 2018): <c>w = decay w - m alpha / (sqrt(v) + epsilon)</c>.
/// </summary>
/// <remarks>
/// The bits of the plain kernel after a multiplication of the weights by <paramref name="decay"/>. Arrays: m, v, and with AMSGrad the
/// largest v.
/// </remarks>
/// <param name="decay">What a weight is multiplied by: <c>1 - rate λ</c>.</param>
/// <param name="alpha">The learning rate with both bias corrections.</param>
/// <param name="oneMinusBeta1">1 - beta1.</param>
/// <param name="oneMinusBeta2">1 - beta2.</param>
/// <param name="epsilon">Added to the root.</param>
internal readonly unsafe struct AdamWRule<TAmsGrad>(float decay, float alpha, float oneMinusBeta1, float oneMinusBeta2, float epsilon)
    : IUpdateRule
    where TAmsGrad : struct, IFlag
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Run<T>(in UpdateArrays arrays, nint n)
        where T : struct, ILanes<T>
    {
        float* w = arrays.Weights, g = arrays.Gradients, m = arrays.First, v = arrays.Second, largest = arrays.Third;
        float kept = decay, rate = alpha, share1 = oneMinusBeta1, share2 = oneMinusBeta2, added = epsilon;
        T nonFinite = T.Broadcast(0);
        for (nint i = 0; i < n; i += LaneMath.Width)
        {
            T gradient = T.Load(g + i);
            T square = LaneMath.Lerp(T.Load(v + i), gradient * gradient, T.Broadcast(share2));
            T.Store(square, v + i);
            nonFinite = LaneMath.NoteNonFinite(square, nonFinite);
            if (TAmsGrad.IsSet)
            {
                square = T.Max(T.Load(largest + i), square);
                T.Store(square, largest + i);
            }
            T mean = LaneMath.Lerp(T.Load(m + i), gradient, T.Broadcast(share1));
            T.Store(mean, m + i);
            T weight = T.Load(w + i) * T.Broadcast(kept) - mean * T.Broadcast(rate) / (T.Sqrt(square) + T.Broadcast(added));
            T.Store(weight, w + i);
            nonFinite = LaneMath.NoteNonFinite(weight, nonFinite);
        }
        return LaneMath.IsAllFinite(nonFinite);
    }
}
