using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>Moves an average towards new values: <c>average += (values - average) share</c>.</summary>
internal static unsafe class AverageKernel
{
    internal static void Update(float* average, float* values, nint n, float share) =>
        Update(InstructionSet.Current, average, values, n, share);

    internal static void Update(VectorPath path, float* average, float* values, nint n, float share) =>
        Dispatch.Run(path, new UpdateOperation(average, values, n, share));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Update<T>(float* average, float* values, nint n, float share)
        where T : struct, ILanes<T>
    {
        nint i = 0;
        for (; i <= n - LaneMath.Width; i += LaneMath.Width)
            T.Store(LaneMath.Lerp(T.Load(average + i), T.Load(values + i), T.Broadcast(share)), average + i);
        if (i < n)
        {
            int left = (int)(n - i);
            T moved = LaneMath.Lerp(T.LoadPartial(average + i, left, 0), T.LoadPartial(values + i, left, 0), T.Broadcast(share));
            T.StorePartial(moved, average + i, left);
        }
    }

    private readonly struct UpdateOperation(float* average, float* values, nint n, float share) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Update<T>(average, values, n, share);
    }
}
