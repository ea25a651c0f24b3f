using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>Stochastic gradient descent, plain and with momentum.</summary>
internal static unsafe class SgdKernel
{
    /// <summary><c>w -= learningRate g</c>.</summary>
    /// <returns>Whether every new w is finite.</returns>
    internal static bool Update(float* w, float* g, nint n, float learningRate) =>
        Update(InstructionSet.Current, w, g, n, learningRate);

    internal static bool Update(VectorPath path, float* w, float* g, nint n, float learningRate) =>
        Dispatch.Run<UpdateOperation, bool>(path, new(w, g, n, learningRate));

    /// <summary>
    /// As Keras: <c>velocity = momentum velocity - learningRate g</c>; <c>w += velocity</c>, or with Nesterov's look-ahead
    /// <c>w += momentum velocity - learningRate g</c> with the new velocity.
    /// </summary>
    /// <returns>Whether every new w is finite.</returns>
    internal static bool Momentum(
        float* w, float* g, float* velocity, nint n, float learningRate, float momentum, bool nesterov) =>
        Momentum(InstructionSet.Current, w, g, velocity, n, learningRate, momentum, nesterov);

    internal static bool Momentum(
        VectorPath path, float* w, float* g, float* velocity, nint n, float learningRate, float momentum, bool nesterov) =>
        Dispatch.Run<MomentumOperation, bool>(path, new(w, g, velocity, n, learningRate, momentum, nesterov));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Update<T>(float* w, float* g, nint n, float learningRate)
        where T : struct, ILanes<T>
    {
        T rate = T.Broadcast(-learningRate);
        T nonFinite = T.Broadcast(0);
        nint i = 0;
        for (; i <= n - LaneMath.Width; i += LaneMath.Width)
        {
            T weight = T.FusedMultiplyAdd(rate, T.Load(g + i), T.Load(w + i));
            T.Store(weight, w + i);
            nonFinite = LaneMath.NoteNonFinite(weight, nonFinite);
        }
        if (i < n)
        {
            int left = (int)(n - i);
            T weight = T.FusedMultiplyAdd(rate, T.LoadPartial(g + i, left, 0), T.LoadPartial(w + i, left, 0));
            T.StorePartial(weight, w + i, left);
            nonFinite = LaneMath.NoteNonFinite(weight, nonFinite);
        }
        return LaneMath.IsAllFinite(nonFinite);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Momentum<T>(float* w, float* g, float* velocity, nint n, float learningRate, float momentum, bool nesterov)
        where T : struct, ILanes<T>
    {
        T rate = T.Broadcast(-learningRate);
        T kept = T.Broadcast(momentum);
        T nonFinite = T.Broadcast(0);
        nint i = 0;
        for (; i <= n - LaneMath.Width; i += LaneMath.Width)
        {
            T step = rate * T.Load(g + i);
            T speed = T.FusedMultiplyAdd(kept, T.Load(velocity + i), step);
            T weight = T.Load(w + i) + (nesterov ? T.FusedMultiplyAdd(kept, speed, step) : speed);
            T.Store(speed, velocity + i);
            T.Store(weight, w + i);
            nonFinite = LaneMath.NoteNonFinite(weight, nonFinite);
        }
        if (i < n)
        {
            int left = (int)(n - i);
            T step = rate * T.LoadPartial(g + i, left, 0);
            T speed = T.FusedMultiplyAdd(kept, T.LoadPartial(velocity + i, left, 0), step);
            T weight = T.LoadPartial(w + i, left, 0) + (nesterov ? T.FusedMultiplyAdd(kept, speed, step) : speed);
            T.StorePartial(speed, velocity + i, left);
            T.StorePartial(weight, w + i, left);
            nonFinite = LaneMath.NoteNonFinite(weight, nonFinite);
        }
        return LaneMath.IsAllFinite(nonFinite);
    }

    private readonly struct UpdateOperation(float* w, float* g, nint n, float learningRate) : ILaneOperation<bool>
    {
        public bool Run<T>()
            where T : struct, ILanes<T> => Update<T>(w, g, n, learningRate);
    }

    private readonly struct MomentumOperation(
        float* w, float* g, float* velocity, nint n, float learningRate, float momentum, bool nesterov)
        : ILaneOperation<bool>
    {
        public bool Run<T>()
            where T : struct, ILanes<T> => Momentum<T>(w, g, velocity, n, learningRate, momentum, nesterov);
    }
}
