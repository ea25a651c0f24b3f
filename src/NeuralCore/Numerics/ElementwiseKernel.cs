using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>A function and its derivative applied to each element of an array.</summary>
internal abstract unsafe class ElementwiseKernel
{
    internal static ElementwiseKernel Of<TFunction>(TFunction function)
        where TFunction : struct, IElementwiseFunction => new Compiled<TFunction>(function);

    /// <summary>y = f(x). y may be x.</summary>
    internal abstract void Forward(VectorPath path, float* x, float* y, nint n);

    /// <summary>dx from dy and what the function's derivative is computed from. dx may be either of them.</summary>
    internal abstract void Backward(VectorPath path, float* value, float* dy, float* dx, nint n);

    private sealed class Compiled<TFunction>(TFunction function) : ElementwiseKernel
        where TFunction : struct, IElementwiseFunction
    {
        internal override void Forward(VectorPath path, float* x, float* y, nint n) =>
            Dispatch.Run(path, new ForwardOperation<TFunction>(function, x, y, n));

        internal override void Backward(VectorPath path, float* value, float* dy, float* dx, nint n) =>
            Dispatch.Run(path, new BackwardOperation<TFunction>(function, value, dy, dx, n));
    }

    // The end of the array takes the same way through the loop, so that the function is compiled once: twice is more than the compiler
    // inlines of the long ones.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<TFunction, T>(TFunction function, float* x, float* y, nint n)
        where TFunction : struct, IElementwiseFunction
        where T : struct, ILanes<T>
    {
        for (; n > 0; n -= LaneMath.Width, x += LaneMath.Width, y += LaneMath.Width)
        {
            T result = function.Forward(n >= LaneMath.Width ? T.Load(x) : T.LoadPartial(x, (int)n, 0));
            if (n >= LaneMath.Width)
                T.Store(result, y);
            else
                T.StorePartial(result, y, (int)n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<TFunction, T>(TFunction function, float* value, float* dy, float* dx, nint n)
        where TFunction : struct, IElementwiseFunction
        where T : struct, ILanes<T>
    {
        for (; n > 0; n -= LaneMath.Width, value += LaneMath.Width, dy += LaneMath.Width, dx += LaneMath.Width)
        {
            bool isWhole = n >= LaneMath.Width;
            T result = function.Backward(
                isWhole ? T.Load(value) : T.LoadPartial(value, (int)n, 0), isWhole ? T.Load(dy) : T.LoadPartial(dy, (int)n, 0));
            if (isWhole)
                T.Store(result, dx);
            else
                T.StorePartial(result, dx, (int)n);
        }
    }

    private readonly struct ForwardOperation<TFunction>(TFunction function, float* x, float* y, nint n) : ILaneOperation
        where TFunction : struct, IElementwiseFunction
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Forward<TFunction, T>(function, x, y, n);
    }

    private readonly struct BackwardOperation<TFunction>(TFunction function, float* value, float* dy, float* dx, nint n) : ILaneOperation
        where TFunction : struct, IElementwiseFunction
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Backward<TFunction, T>(function, value, dy, dx, n);
    }
}
