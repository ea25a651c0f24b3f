using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>
/// Reductions in one order on every path: sixteen running values over the array in steps of sixteen, then the tree of <see cref="ILanes{TSelf}.Sum"/>.
/// </summary>
internal static unsafe class Reductions
{
    /// <summary>The sum; 0 of nothing.</summary>
    internal static float Sum(float* x, nint n) =>
        Sum(InstructionSet.Current, x, n);

    internal static float Sum(VectorPath path, float* x, nint n) => path switch
    {
        VectorPath.Vector512 => Sum<Lanes512>(x, n),
        VectorPath.Vector256 => Sum<Lanes256>(x, n),
        VectorPath.Vector128 => Sum<Lanes128>(x, n),
        _ => Sum<LanesScalar>(x, n),
    };

    /// <summary>The largest element, NaN if there is one; -infinity of nothing.</summary>
    internal static float Max(float* x, nint n) =>
        Max(InstructionSet.Current, x, n);

    internal static float Max(VectorPath path, float* x, nint n) => path switch
    {
        VectorPath.Vector512 => Max<Lanes512>(x, n),
        VectorPath.Vector256 => Max<Lanes256>(x, n),
        VectorPath.Vector128 => Max<Lanes128>(x, n),
        _ => Max<LanesScalar>(x, n),
    };

    /// <summary><c>y[j] = x[0, j] + x[1, j] + ...</c>: one chain of additions per column, rows in order, started from +0.</summary>
    internal static void ColumnSums(float* x, int rows, nint stride, int columns, float* y) =>
        ColumnSums(InstructionSet.Current, x, rows, stride, columns, y);

    internal static void ColumnSums(VectorPath path, float* x, int rows, nint stride, int columns, float* y)
    {
        switch (path)
        {
            case VectorPath.Vector512:
                ColumnSums<Lanes512>(x, rows, stride, columns, y);
                break;
            case VectorPath.Vector256:
                ColumnSums<Lanes256>(x, rows, stride, columns, y);
                break;
            case VectorPath.Vector128:
                ColumnSums<Lanes128>(x, rows, stride, columns, y);
                break;
            default:
                ColumnSums<LanesScalar>(x, rows, stride, columns, y);
                break;
        }
    }

    /// <summary>Whether no element is infinite or NaN.</summary>
    internal static bool AllFinite(float* x, nint n) =>
        AllFinite(InstructionSet.Current, x, n);

    internal static bool AllFinite(VectorPath path, float* x, nint n) => path switch
    {
        VectorPath.Vector512 => AllFinite<Lanes512>(x, n),
        VectorPath.Vector256 => AllFinite<Lanes256>(x, n),
        VectorPath.Vector128 => AllFinite<Lanes128>(x, n),
        _ => AllFinite<LanesScalar>(x, n),
    };

    /// <summary>The index of the largest element: the first of several, the first NaN if there is one, -1 of nothing.</summary>
    internal static int ArgMax(float* x, int n) => ArgMax(InstructionSet.Current, x, n);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int ArgMax(VectorPath path, float* x, int n) => path switch
    {
        VectorPath.Vector512 => ArgMax<Lanes512>(x, n),
        VectorPath.Vector256 => ArgMax<Lanes256>(x, n),
        VectorPath.Vector128 => ArgMax<Lanes128>(x, n),
        _ => ArgMaxInOrder(x, n),
    };

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
    private static float Max<T>(float* x, nint n)
        where T : struct, ILanes<T>
    {
        // Max drops NaN, so NaN is kept apart: 0 * NaN is NaN, and 0 * (infinity clamped to the largest finite float) is 0.
        T largest = T.Broadcast(float.NegativeInfinity);
        T marks = T.Broadcast(0);
        nint i = 0;
        for (; i <= n - LaneMath.Width; i += LaneMath.Width)
        {
            T value = T.Load(x + i);
            largest = T.Max(value, largest);
            marks = T.FusedMultiplyAdd(Clamp(value), T.Broadcast(0), marks);
        }
        if (i < n)
        {
            T value = T.LoadPartial(x + i, (int)(n - i), float.NegativeInfinity);
            largest = T.Max(value, largest);
            marks = T.FusedMultiplyAdd(Clamp(value), T.Broadcast(0), marks);
        }
        float mark = T.Sum(marks);
        return float.IsNaN(mark) ? mark : T.Largest(largest);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool AllFinite<T>(float* x, nint n)
        where T : struct, ILanes<T>
    {
        T marks = T.Broadcast(0);
        nint i = 0;
        for (; i <= n - LaneMath.Width; i += LaneMath.Width)
            marks = LaneMath.MarkNonFinite(T.Load(x + i), marks);
        if (i < n)
            marks = LaneMath.MarkNonFinite(T.LoadPartial(x + i, (int)(n - i), 0), marks);
        return LaneMath.IsUnmarked(marks);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Clamp<T>(T value)
        where T : struct, ILanes<T> => T.Max(T.Broadcast(float.MinValue), T.Min(T.Broadcast(float.MaxValue), value));
}
