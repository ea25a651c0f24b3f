using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>The update of Adam (D. P. Kingma, J. Ba, ICLR 2015) in Keras' arrangement.</summary>
internal static unsafe class AdamKernel
{
    /// <summary>
    /// <c>m += (g - m)(1 - beta1); v += (g^2 - v)(1 - beta2); w -= m alpha / (sqrt(v) + epsilon)</c>, where alpha is the learning rate with
    /// both bias corrections in it: <c>rate sqrt(1 - beta2^t) / (1 - beta1^t)</c>.
    /// </summary>
    /// <returns>Whether every new w and v is finite. An infinite v would silently freeze its weight for good.</returns>
    internal static bool Update(
        float* w, float* g, float* m, float* v, nint n, float alpha, float oneMinusBeta1, float oneMinusBeta2, float epsilon) =>
        Update(InstructionSet.Current, w, g, m, v, n, alpha, oneMinusBeta1, oneMinusBeta2, epsilon);

    internal static bool Update(
        VectorPath path, float* w, float* g, float* m, float* v, nint n, float alpha, float oneMinusBeta1, float oneMinusBeta2,
            float epsilon) =>
        Dispatch.Run<UpdateOperation, bool>(path, new(w, g, m, v, n, alpha, oneMinusBeta1, oneMinusBeta2, epsilon));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Update<T>(
        float* w, float* g, float* m, float* v, nint n, float alpha, float oneMinusBeta1, float oneMinusBeta2, float epsilon)
        where T : struct, ILanes<T>
    {
        T nonFinite = T.Broadcast(0);
        nint i = 0;
        for (; i <= n - LaneMath.Width; i += LaneMath.Width)
        {
            // Each value is stored as soon as it is known: with 16 registers of 256 bits there is no room to keep it.
            T gradient = T.Load(g + i);
            T square = LaneMath.Lerp(T.Load(v + i), gradient * gradient, T.Broadcast(oneMinusBeta2));
            T.Store(square, v + i);
            nonFinite = LaneMath.NoteNonFinite(square, nonFinite);
            T mean = LaneMath.Lerp(T.Load(m + i), gradient, T.Broadcast(oneMinusBeta1));
            T.Store(mean, m + i);
            T weight = T.Load(w + i) - mean * T.Broadcast(alpha) / (T.Sqrt(square) + T.Broadcast(epsilon));
            T.Store(weight, w + i);
            nonFinite = LaneMath.NoteNonFinite(weight, nonFinite);
        }
        if (i < n)
        {
            // Padding of ones stays finite even with an epsilon of 0.
            int left = (int)(n - i);
            T gradient = T.LoadPartial(g + i, left, 1);
            T mean = LaneMath.Lerp(T.LoadPartial(m + i, left, 1), gradient, T.Broadcast(oneMinusBeta1));
            T square = LaneMath.Lerp(T.LoadPartial(v + i, left, 1), gradient * gradient, T.Broadcast(oneMinusBeta2));
            T weight = T.LoadPartial(w + i, left, 1) - mean * T.Broadcast(alpha) / (T.Sqrt(square) + T.Broadcast(epsilon));
            T.StorePartial(mean, m + i, left);
            T.StorePartial(square, v + i, left);
            T.StorePartial(weight, w + i, left);
            nonFinite = LaneMath.NoteNonFinite(weight, LaneMath.NoteNonFinite(square, nonFinite));
        }
        return LaneMath.IsAllFinite(nonFinite);
    }

    private readonly struct UpdateOperation(
        float* w, float* g, float* m, float* v, nint n, float alpha, float oneMinusBeta1, float oneMinusBeta2, float epsilon)
        : ILaneOperation<bool>
    {
        public bool Run<T>()
            where T : struct, ILanes<T> => Update<T>(w, g, m, v, n, alpha, oneMinusBeta1, oneMinusBeta2, epsilon);
    }
}
