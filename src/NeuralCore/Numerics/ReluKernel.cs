using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>The rectified linear unit, <c>max(0, x)</c>.</summary>
internal static unsafe class ReluKernel
{
    /// <summary><c>y = max(0, x)</c>: +0 for both zeros, NaN for NaN. y may be x.</summary>
    internal static void Forward(float* x, float* y, nint n) =>
        Forward(InstructionSet.Current, x, y, n);

    internal static void Forward(VectorPath path, float* x, float* y, nint n) =>
        Dispatch.Run(path, new ForwardOperation(x, y, n));

    /// <summary>
    /// <c>dx = y &gt; 0 ? dy * scale : +0</c>, y being the output, of a dropout with that scale behind the unit if there is one. dx may be
    /// dy or y.
    /// </summary>
    internal static void Backward(float* y, float* dy, float* dx, nint n, float scale = 1) =>
        Backward(InstructionSet.Current, y, dy, dx, n, scale);

    internal static void Backward(VectorPath path, float* y, float* dy, float* dx, nint n, float scale = 1) =>
        Dispatch.Run(path, new BackwardOperation(y, dy, dx, n, scale));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<T>(float* x, float* y, nint n)
        where T : struct, ILanes<T>
    {
        nint i = 0;
        for (; i <= n - LaneMath.Width; i += LaneMath.Width)
            T.Store(ReluMath.Forward<T, T>(T.Load(x + i)), y + i);
        if (i < n)
            T.StorePartial(ReluMath.Forward<T, T>(T.LoadPartial(x + i, (int)(n - i), 0)), y + i, (int)(n - i));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<T>(float* y, float* dy, float* dx, nint n, float scale)
        where T : struct, ILanes<T>
    {
        nint i = 0;
        for (; i <= n - LaneMath.Width; i += LaneMath.Width)
            T.Store(ReluMath.Backward<T, T>(T.Load(y + i), T.Load(dy + i) * T.Broadcast(scale)), dx + i);
        if (i < n)
        {
            int left = (int)(n - i);
            T dyScaled = T.LoadPartial(dy + i, left, 0) * T.Broadcast(scale);
            T.StorePartial(ReluMath.Backward<T, T>(T.LoadPartial(y + i, left, 0), dyScaled), dx + i, left);
        }
    }

    private readonly struct ForwardOperation(float* x, float* y, nint n) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Forward<T>(x, y, n);
    }

    private readonly struct BackwardOperation(float* y, float* dy, float* dx, nint n, float scale) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Backward<T>(y, dy, dx, n, scale);
    }
}
