using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>The rectified linear unit, <c>max(0, x)</c>.</summary>
internal static unsafe class ReluKernel
{
    /// <summary><c>y = max(0, x)</c>: +0 for both zeros, NaN for NaN. y may be x.</summary>
    internal static void Forward(float* x, float* y, nint n) =>
        Forward(InstructionSet.Current, x, y, n);

    internal static void Forward(VectorPath path, float* x, float* y, nint n)
    {
        switch (path)
        {
            case VectorPath.Vector512:
                Forward<Lanes512>(x, y, n);
                break;
            case VectorPath.Vector256:
                Forward<Lanes256>(x, y, n);
                break;
            case VectorPath.Vector128:
                Forward<Lanes128>(x, y, n);
                break;
            default:
                Forward<LanesScalar>(x, y, n);
                break;
        }
    }

    /// <summary><c>dx = y &gt; 0 ? dy * scale : +0</c>, y being the output, of a dropout with that scale behind the unit if there is one. dx may be dy or y.</summary>
    internal static void Backward(float* y, float* dy, float* dx, nint n, float scale = 1) =>
        Backward(InstructionSet.Current, y, dy, dx, n, scale);

    internal static void Backward(VectorPath path, float* y, float* dy, float* dx, nint n, float scale = 1)
    {
        switch (path)
        {
            case VectorPath.Vector512:
                Backward<Lanes512>(y, dy, dx, n, scale);
                break;
            case VectorPath.Vector256:
                Backward<Lanes256>(y, dy, dx, n, scale);
                break;
            case VectorPath.Vector128:
                Backward<Lanes128>(y, dy, dx, n, scale);
                break;
            default:
                Backward<LanesScalar>(y, dy, dx, n, scale);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<T>(float* x, float* y, nint n)
        where T : struct, ILanes<T>
    {
        nint i = 0;
        for (; i <= n - LaneMath.Width; i += LaneMath.Width)
            T.Store(Relu(T.Load(x + i)), y + i);
        if (i < n)
            T.StorePartial(Relu(T.LoadPartial(x + i, (int)(n - i), 0)), y + i, (int)(n - i));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<T>(float* y, float* dy, float* dx, nint n, float scale)
        where T : struct, ILanes<T>
    {
        nint i = 0;
        for (; i <= n - LaneMath.Width; i += LaneMath.Width)
            T.Store(T.WhereGreater(T.Load(y + i), T.Broadcast(0), T.Load(dy + i) * T.Broadcast(scale)), dx + i);
        if (i < n)
        {
            int left = (int)(n - i);
            T.StorePartial(T.WhereGreater(T.LoadPartial(y + i, left, 0), T.Broadcast(0), T.LoadPartial(dy + i, left, 0) * T.Broadcast(scale)), dx + i, left);
        }
    }

    // The maximum in this order keeps NaN and leaves -0; adding +0 makes that +0 and changes nothing else.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Relu<T>(T x)
        where T : struct, ILanes<T> => T.Max(T.Broadcast(0), x) + T.Broadcast(0);
}
