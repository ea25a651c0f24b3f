using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>
/// Nadam (T. Dozat, ICLR workshop 2016): <c>m += (g - m)(1 - beta1); v += (g^2 - v)(1 - beta2);
/// w -= (m ofMean + g ofGradient) / (sqrt(v) + epsilon)</c>, with the learning rate and all bias corrections in the factors.
/// </summary>
/// <remarks>Arrays: m, v.</remarks>
/// <param name="ofMean">The factor of the running mean.</param>
/// <param name="ofGradient">The factor of the gradient.</param>
/// <param name="oneMinusBeta1">1 - beta1.</param>
/// <param name="oneMinusBeta2">1 - beta2.</param>
/// <param name="epsilon">Added to the root.</param>
internal readonly unsafe struct NadamRule(float ofMean, float ofGradient, float oneMinusBeta1, float oneMinusBeta2, float epsilon)
    : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Run<T>(in UpdateArrays arrays, nint n)
        where T : struct, ILanes<T>
    {
        float* w = arrays.Weights, g = arrays.Gradients, m = arrays.First, v = arrays.Second;
        float meanRate = ofMean, gradientRate = ofGradient, share1 = oneMinusBeta1, share2 = oneMinusBeta2, added = epsilon;
        T nonFinite = T.Broadcast(0);
        for (nint i = 0; i < n; i += LaneMath.Width)
        {
            T gradient = T.Load(g + i);
            T square = LaneMath.Lerp(T.Load(v + i), gradient * gradient, T.Broadcast(share2));
            T.Store(square, v + i);
            nonFinite = LaneMath.NoteNonFinite(square, nonFinite);
            T mean = LaneMath.Lerp(T.Load(m + i), gradient, T.Broadcast(share1));
            T.Store(mean, m + i);
            T direction = T.FusedMultiplyAdd(mean, T.Broadcast(meanRate), gradient * T.Broadcast(gradientRate));
            T weight = T.Load(w + i) - direction / (T.Sqrt(square) + T.Broadcast(added));
            T.Store(weight, w + i);
            nonFinite = LaneMath.NoteNonFinite(weight, nonFinite);
        }
        return LaneMath.IsAllFinite(nonFinite);
    }
}
