using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>Softmax over each of a block of contiguous rows.</summary>
internal static unsafe class SoftmaxKernel
{
    /// <summary>
    /// <c>y[j] = exp(x[j] - max x) / sum_k exp(x[k] - max x)</c>. y may be x. A row with NaN or +infinity, or of nothing but -infinity,
    /// becomes NaN.
    /// </summary>
    internal static void Forward(float* x, float* y, int rows, int columns) =>
        Forward(InstructionSet.Current, x, y, rows, columns);

    internal static void Forward(VectorPath path, float* x, float* y, int rows, int columns) =>
        Dispatch.Run(path, new ForwardOperation(x, y, rows, columns));

    /// <summary><c>dx[j] = y[j] (dy[j] - sum_k dy[k] y[k])</c>, y being the output. dx may be dy or y.</summary>
    internal static void Backward(float* y, float* dy, float* dx, int rows, int columns) =>
        Backward(InstructionSet.Current, y, dy, dx, rows, columns);

    internal static void Backward(VectorPath path, float* y, float* dy, float* dx, int rows, int columns) =>
        Dispatch.Run(path, new BackwardOperation(y, dy, dx, rows, columns));

    /// <summary>The largest element, NaN left out; -infinity when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Largest<T>(float* x, int columns)
        where T : struct, ILanes<T>
    {
        T largest = T.Broadcast(float.NegativeInfinity);
        int j = 0;
        for (; j <= columns - LaneMath.Width; j += LaneMath.Width)
            largest = T.Max(T.Load(x + j), largest);
        if (j < columns)
            largest = T.Max(T.LoadPartial(x + j, columns - j, float.NegativeInfinity), largest);
        return T.Largest(largest);
    }

    /// <summary><c>e[j] = exp(x[j] - largest)</c>; returns their sum. e may be x, or null to keep only the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Exponentials<T>(float* x, float* e, int columns, float largest)
        where T : struct, ILanes<T>
    {
        T sum = T.Broadcast(0);
        int j = 0;
        for (; j <= columns - LaneMath.Width; j += LaneMath.Width)
        {
            T value = LaneMath.Exp(T.Load(x + j) - T.Broadcast(largest));
            sum += value;
            if (e != null)
                T.Store(value, e + j);
        }
        if (j < columns)
        {
            // Padding of -infinity adds exp(-infinity) = 0.
            T value = LaneMath.Exp(T.LoadPartial(x + j, columns - j, float.NegativeInfinity) - T.Broadcast(largest));
            sum += value;
            if (e != null)
                T.StorePartial(value, e + j, columns - j);
        }
        return T.Sum(sum);
    }

    /// <summary>
    /// The same for a row shorter than one block, kept in a register: e lane by lane, 0 behind the row. Writing e and reading it back would
    /// wait for memory in every row: softmax over ten classes takes 1.5 times as long (512 bits, Zen 5).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T ShortExponentials<T>(float* x, int columns, out float largest, out float sum)
        where T : struct, ILanes<T>
    {
        T row = T.LoadPartial(x, columns, float.NegativeInfinity);
        largest = T.Largest(T.Max(row, T.Broadcast(float.NegativeInfinity)));
        T e = LaneMath.Exp(row - T.Broadcast(largest));
        sum = T.Sum(T.Broadcast(0) + e);
        return e;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<T>(float* x, float* y, int rows, int columns)
        where T : struct, ILanes<T>
    {
        for (int row = 0; row < rows; row++, x += columns, y += columns)
        {
            if (columns < LaneMath.Width)
            {
                T e = ShortExponentials<T>(x, columns, out _, out float shortSum);
                T.StorePartial(e / T.Broadcast(shortSum), y, columns);
                continue;
            }

            T sum = T.Broadcast(Exponentials<T>(x, y, columns, Largest<T>(x, columns)));
            int j = 0;
            for (; j <= columns - LaneMath.Width; j += LaneMath.Width)
                T.Store(T.Load(y + j) / sum, y + j);
            if (j < columns)
                T.StorePartial(T.LoadPartial(y + j, columns - j, 0) / sum, y + j, columns - j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<T>(float* y, float* dy, float* dx, int rows, int columns)
        where T : struct, ILanes<T>
    {
        for (int row = 0; row < rows; row++, y += columns, dy += columns, dx += columns)
        {
            T products = T.Broadcast(0);
            int j = 0;
            for (; j <= columns - LaneMath.Width; j += LaneMath.Width)
                products = T.FusedMultiplyAdd(T.Load(y + j), T.Load(dy + j), products);
            if (j < columns)
                products = T.FusedMultiplyAdd(T.LoadPartial(y + j, columns - j, 0), T.LoadPartial(dy + j, columns - j, 0), products);
            T dot = T.Broadcast(T.Sum(products));

            for (j = 0; j <= columns - LaneMath.Width; j += LaneMath.Width)
                T.Store(T.Load(y + j) * (T.Load(dy + j) - dot), dx + j);
            if (j < columns)
                T.StorePartial(T.LoadPartial(y + j, columns - j, 0) * (T.LoadPartial(dy + j, columns - j, 0) - dot), dx + j, columns - j);
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
