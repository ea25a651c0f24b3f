using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>
/// Reductions in one order on every path: sixteen running values over the array in steps of sixteen, then the tree of
/// <see cref="ILanes{TSelf}.Sum"/>.
/// </summary>
internal static unsafe class Reductions
{
    /// <summary>The sum; 0 of nothing.</summary>
    internal static float Sum(float* x, nint n) =>
        Sum(InstructionSet.Current, x, n);

    internal static float Sum(VectorPath path, float* x, nint n) =>
        Dispatch.Run<SumOperation, float>(path, new(x, n));

    /// <summary><c>y[j] = x[0, j] + x[1, j] + ...</c>: one chain of additions per column, rows in order, started from +0.</summary>
    internal static void ColumnSums(float* x, int rows, nint stride, int columns, float* y) =>
        ColumnSums(InstructionSet.Current, x, rows, stride, columns, y);

    internal static void ColumnSums(VectorPath path, float* x, int rows, nint stride, int columns, float* y) =>
        Dispatch.Run(path, new ColumnSumsOperation(x, rows, stride, columns, y));

    /// <summary>The index of the largest element: the first of several, the first NaN if there is one, -1 of nothing.</summary>
    internal static int ArgMax(float* x, int n) => ArgMax(InstructionSet.Current, x, n);

    internal static int ArgMax(VectorPath path, float* x, int n) =>
        Dispatch.Run<ArgMaxOperation, int>(path, new(x, n));

    // A row of class scores is one vector: no branch on the scores, which nobody could predict.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ArgMax<T>(float* x, int n)
        where T : struct, ILanes<T>
    {
        if (n is <= 0 or > LaneMath.Width)
            return ArgMaxInOrder(x, n);
        T value = T.LoadPartial(x, n, float.NegativeInfinity);
        uint inside = (uint)(1L << n) - 1;
        uint isNotFinite = T.NonZeroBits(value - value) & inside;
        uint isSmaller = T.NonZeroBits(value - T.Broadcast(T.Largest(value)));
        return isNotFinite == 0 ? System.Numerics.BitOperations.TrailingZeroCount(~isSmaller) : ArgMaxInOrder(x, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ArgMaxInOrder(float* x, int n)
    {
        if (n <= 0)
            return -1;
        int best = 0;
        float largest = x[0];
        for (int i = 1; i < n && !float.IsNaN(largest); i++)
        {
            if (!(x[i] <= largest))
            {
                largest = x[i];
                best = i;
            }
        }
        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum<T>(float* x, nint n)
        where T : struct, ILanes<T>
    {
        T sum = T.Broadcast(0);
        nint i = 0;
        for (; i <= n - LaneMath.Width; i += LaneMath.Width)
            sum += T.Load(x + i);
        if (i < n)
            sum += T.LoadPartial(x + i, (int)(n - i), 0);
        return T.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ColumnSums<T>(float* x, int rows, nint stride, int columns, float* y)
        where T : struct, ILanes<T>
    {
        // Four blocks at a time: an addition takes about four cycles, and each column is one chain of them.
        int j = 0;
        for (; j <= columns - 4 * LaneMath.Width; j += 4 * LaneMath.Width)
        {
            T sum0 = T.Broadcast(0);
            T sum1 = T.Broadcast(0);
            T sum2 = T.Broadcast(0);
            T sum3 = T.Broadcast(0);
            float* row = x + j;
            for (int i = 0; i < rows; i++, row += stride)
            {
                sum0 += T.Load(row);
                sum1 += T.Load(row + LaneMath.Width);
                sum2 += T.Load(row + 2 * LaneMath.Width);
                sum3 += T.Load(row + 3 * LaneMath.Width);
            }
            T.Store(sum0, y + j);
            T.Store(sum1, y + j + LaneMath.Width);
            T.Store(sum2, y + j + 2 * LaneMath.Width);
            T.Store(sum3, y + j + 3 * LaneMath.Width);
        }
        for (; j <= columns - LaneMath.Width; j += LaneMath.Width)
        {
            T sum = T.Broadcast(0);
            float* row = x + j;
            for (int i = 0; i < rows; i++, row += stride)
                sum += T.Load(row);
            T.Store(sum, y + j);
        }
        if (j < columns)
        {
            T sum = T.Broadcast(0);
            float* row = x + j;
            for (int i = 0; i < rows; i++, row += stride)
                sum += T.LoadPartial(row, columns - j, 0);
            T.StorePartial(sum, y + j, columns - j);
        }
    }

    private readonly struct SumOperation(float* x, nint n) : ILaneOperation<float>
    {
        public float Run<T>()
            where T : struct, ILanes<T> => Sum<T>(x, n);
    }

    private readonly struct ColumnSumsOperation(float* x, int rows, nint stride, int columns, float* y) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => ColumnSums<T>(x, rows, stride, columns, y);
    }

    private readonly struct ArgMaxOperation(float* x, int n) : ILaneOperation<int>
    {
        public int Run<T>()
            where T : struct, ILanes<T> => ArgMax<T>(x, n);
    }
}
