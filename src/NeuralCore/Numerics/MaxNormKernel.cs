using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>Bounds the norms of a matrix' columns.</summary>
internal static unsafe class MaxNormKernel
{
    /// <summary>
    /// Scales each column whose norm is above a maximum to that norm; the others, and those whose norm is not finite, stay as they are.
    /// </summary>
    /// <param name="w">The first column's first value.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="stride">How far apart the rows lie.</param>
    /// <param name="columns">How many columns to bound.</param>
    /// <param name="maximum">The largest norm.</param>
    /// <remarks>The sum of squares runs over the rows in order, with the rounding errors of its additions carried along.</remarks>
    internal static void Apply(float* w, int rows, nint stride, int columns, float maximum) =>
        Apply(InstructionSet.Current, w, rows, stride, columns, maximum);

    internal static void Apply(VectorPath path, float* w, int rows, nint stride, int columns, float maximum) =>
        Dispatch.Run(path, new Operation(w, rows, stride, columns, maximum));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<T>(float* w, int rows, nint stride, int columns, float maximum)
        where T : struct, ILanes<T>
    {
        for (int column = 0; column < columns; column += LaneMath.Width)
        {
            int count = Math.Min(LaneMath.Width, columns - column);
            T sum = T.Broadcast(0);
            T error = T.Broadcast(0);
            for (int row = 0; row < rows; row++)
            {
                T value = ColumnLanes.Load<T>(w + row * stride + column, count);
                ColumnLanes.Add(ref sum, ref error, value * value);
            }
            // The factor is 1 within the bound and where the norm is not finite: there the error is NaN, and Max takes its second operand.
            T bound = T.Broadcast(maximum);
            T norm = T.Sqrt(sum + error);
            T excess = T.WhereGreater(norm, bound, norm - bound);
            if (T.NonZeroBits(excess) == 0)
                continue;
            T factor = bound / T.Max(norm, bound);
            for (int row = 0; row < rows; row++)
            {
                float* place = w + row * stride + column;
                ColumnLanes.Store(ColumnLanes.Load<T>(place, count) * factor, place, count);
            }
        }
    }

    private readonly struct Operation(float* w, int rows, nint stride, int columns, float maximum) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Apply<T>(w, rows, stride, columns, maximum);
    }
}
