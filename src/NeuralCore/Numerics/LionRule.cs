using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>
/// Lion (X. Chen et al., NeurIPS 2023): <c>w -= rate sign(m + (g - m)(1 - beta1))</c> with the old m, then
/// <c>m += (g - m)(1 - beta2)</c>. The sign of 0 is 0.
/// </summary>
/// <remarks>Array: m.</remarks>
/// <param name="rate">The learning rate.</param>
/// <param name="oneMinusBeta1">1 - beta1.</param>
/// <param name="oneMinusBeta2">1 - beta2.</param>
internal readonly unsafe struct LionRule(float rate, float oneMinusBeta1, float oneMinusBeta2) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Run<T>(in UpdateArrays arrays, nint n)
        where T : struct, ILanes<T>
    {
        float* w = arrays.Weights, g = arrays.Gradients, m = arrays.First;
        float step = rate, share1 = oneMinusBeta1, share2 = oneMinusBeta2;
        T nonFinite = T.Broadcast(0);
        for (nint i = 0; i < n; i += LaneMath.Width)
        {
            T gradient = T.Load(g + i);
            T mean = T.Load(m + i);
            T direction = LaneMath.Lerp(mean, gradient, T.Broadcast(share1));
            mean = LaneMath.Lerp(mean, gradient, T.Broadcast(share2));
            T.Store(mean, m + i);
            // A NaN has no sign: it shows in the mean.
            nonFinite = LaneMath.NoteNonFinite(mean, nonFinite);
            T up = T.WhereGreater(T.Broadcast(0), direction, T.Broadcast(step));
            T down = T.WhereGreater(direction, T.Broadcast(0), T.Broadcast(step));
            T weight = T.Load(w + i) + (up - down);
            T.Store(weight, w + i);
            nonFinite = LaneMath.NoteNonFinite(weight, nonFinite);
        }
        return LaneMath.IsAllFinite(nonFinite);
    }
}
