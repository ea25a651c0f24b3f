using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>The logarithm of softmax over each of a block of contiguous rows.</summary>
internal static unsafe class LogSoftmaxKernel
{
    /// <summary>
    /// <c>y[j] = x[j] - m - log(sum_k exp(x[k] - m))</c> with m the largest x. y may be x. A row with NaN or +infinity, or of nothing but
    /// -infinity, becomes NaN.
    /// </summary>
    internal static void Forward(VectorPath path, float* x, float* y, int rows, int columns) =>
        Dispatch.Run(path, new ForwardOperation(x, y, rows, columns));

    /// <summary><c>dx[j] = dy[j] - exp(y[j]) sum_k dy[k]</c>, y being the output. dx may be dy or y.</summary>
    internal static void Backward(VectorPath path, float* y, float* dy, float* dx, int rows, int columns) =>
        Dispatch.Run(path, new BackwardOperation(y, dy, dx, rows, columns));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<T>(float* x, float* y, int rows, int columns)
        where T : struct, ILanes<T>
    {
        for (int row = 0; row < rows; row++, x += columns, y += columns)
        {
            float largest = SoftmaxKernel.Largest<T>(x, columns);
            double sum = SoftmaxKernel.Exponentials<T>(x, null, columns, largest);
            T logSum = T.Broadcast((float)Elementary.Log(sum));
            for (int j = 0; j < columns; j += LaneMath.Width)
            {
                int left = Math.Min(columns - j, LaneMath.Width);
                T.StorePartial(T.LoadPartial(x + j, left, 0) - T.Broadcast(largest) - logSum, y + j, left);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<T>(float* y, float* dy, float* dx, int rows, int columns)
        where T : struct, ILanes<T>
    {
        for (int row = 0; row < rows; row++, y += columns, dy += columns, dx += columns)
        {
            T gradients = T.Broadcast(0);
            for (int j = 0; j < columns; j += LaneMath.Width)
                gradients += T.LoadPartial(dy + j, Math.Min(columns - j, LaneMath.Width), 0);
            T minusSum = T.Broadcast(-T.Sum(gradients));
            for (int j = 0; j < columns; j += LaneMath.Width)
            {
                int left = Math.Min(columns - j, LaneMath.Width);
                T probability = LaneMath.Exp(T.LoadPartial(y + j, left, 0));
                T.StorePartial(T.FusedMultiplyAdd(probability, minusSum, T.LoadPartial(dy + j, left, 0)), dx + j, left);
            }
        }
    }

    private readonly struct ForwardOperation(float* x, float* y, int rows, int columns) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Forward<T>(x, y, rows, columns);
    }

    private readonly struct BackwardOperation(float* y, float* dy, float* dx, int rows, int columns) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Backward<T>(y, dy, dx, rows, columns);
    }
}
