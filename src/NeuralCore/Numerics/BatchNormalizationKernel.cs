using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>
/// Batch normalization by columns: <c>y = (x - mean) γ / sqrt(variance + ε) + β</c>. What each column is reduced to lies
/// column after column.
/// </summary>
internal static unsafe class BatchNormalizationKernel
{
    /// <summary>How many values a column is reduced to: first its moments, then the sums of its gradients.</summary>
    internal const int Values = 6;

    internal const int Mean = 0;
    internal const int Variance = 1;

    /// <summary>The sum of the output's gradients: that of β.</summary>
    internal const int ShiftGradient = 2;

    /// <summary>The sum of gradient times normalized input: that of γ.</summary>
    internal const int ScaleGradient = 3;

    /// <summary>The mean of the output's gradients.</summary>
    internal const int MeanGradient = 4;

    /// <summary>The mean of gradient times normalized input, over the standard deviation.</summary>
    internal const int Slope = 5;

    /// <summary>Mean and variance (over n, not n - 1) of columns, rows in order.</summary>
    /// <remarks>
    /// Two passes with sums that carry their rounding errors. The mean of the differences from a first mean corrects both, so that a
    /// constant column has its value as mean and a variance of 0.
    /// </remarks>
    internal static void Moments(float* x, int rows, nint stride, int columns, float* reduced) =>
        Moments(InstructionSet.Current, x, rows, stride, columns, reduced);

    internal static void Moments(VectorPath path, float* x, int rows, nint stride, int columns, float* reduced) =>
        Dispatch.Run(path, new MomentsOperation(x, rows, stride, columns, reduced));

    /// <summary>The sums that the gradients need, rows in order, from the mean and variance that are there.</summary>
    internal static void GradientSums(float* x, float* dy, int rows, nint stride, int columns, float epsilon, float* reduced) =>
        GradientSums(InstructionSet.Current, x, dy, rows, stride, columns, epsilon, reduced);

    internal static void GradientSums(
        VectorPath path, float* x, float* dy, int rows, nint stride, int columns, float epsilon, float* reduced) =>
        Dispatch.Run(path, new GradientSumsOperation(x, dy, rows, stride, columns, epsilon, reduced));

    /// <summary><c>scale = γ / sqrt(variance + ε)</c>; without γ (null), 1 in its place. scale may be variance.</summary>
    internal static void Scales(float* gamma, float* variance, int columns, float epsilon, float* scale) =>
        Scales(InstructionSet.Current, gamma, variance, columns, epsilon, scale);

    internal static void Scales(VectorPath path, float* gamma, float* variance, int columns, float epsilon, float* scale) =>
        Dispatch.Run(path, new ScalesOperation(gamma, variance, columns, epsilon, scale));

    /// <summary><c>y = (x - mean) scale + β</c>, and ReLU of it where asked; without β (null), 0 in its place. y may be x.</summary>
    internal static void Forward(float* x, float* mean, float* scale, float* beta, float* y, int rows, int columns, bool relu) =>
        Forward(InstructionSet.Current, x, mean, scale, beta, y, rows, columns, relu);

    internal static void Forward(
        VectorPath path, float* x, float* mean, float* scale, float* beta, float* y, int rows, int columns, bool relu) =>
        Dispatch.Run(path, new ForwardOperation(x, mean, scale, beta, y, rows, columns, relu));

    /// <summary>
    /// <c>dx = scale (dy - meanGradient - (x - mean) slope)</c>; without x (null), <c>scale dy</c>. +0 where the output of the ReLU before
    /// it (null for none) is not above 0. dx may be dy.
    /// </summary>
    internal static void Backward(
        float* x, float* dy, float* mean, float* scale, float* meanGradient, float* slope, float* relu, float* dx, int rows,
        int columns) =>
        Backward(InstructionSet.Current, x, dy, mean, scale, meanGradient, slope, relu, dx, rows, columns);

    internal static void Backward(
        VectorPath path, float* x, float* dy, float* mean, float* scale, float* meanGradient, float* slope, float* relu, float* dx,
        int rows, int columns) =>
        Dispatch.Run(path, new BackwardOperation(x, dy, mean, scale, meanGradient, slope, relu, dx, rows, columns));

    /// <summary>One of the values of each column, side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Extract(ReadOnlySpan<float> reduced, int value, Span<float> columns)
    {
        for (int column = 0; column < columns.Length; column++)
            columns[column] = reduced[column * Values + value];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Moments<T>(float* x, int rows, nint stride, int columns, float* reduced)
        where T : struct, ILanes<T>
    {
        float* lanes = stackalloc float[2 * LaneMath.Width];
        T n = T.Broadcast(rows);
        for (int column = 0; column < columns; column += LaneMath.Width)
        {
            int count = Math.Min(LaneMath.Width, columns - column);
            float* first = x + column;
            T sum = T.Broadcast(0);
            T error = T.Broadcast(0);
            for (int row = 0; row < rows; row++)
                ColumnLanes.Add(ref sum, ref error, ColumnLanes.Load<T>(first + row * stride, count));
            T mean = (sum + error) / n;

            T differences = T.Broadcast(0);
            T squares = T.Broadcast(0);
            T squaresError = T.Broadcast(0);
            for (int row = 0; row < rows; row++)
            {
                T difference = ColumnLanes.Load<T>(first + row * stride, count) - mean;
                differences += difference;
                ColumnLanes.Add(ref squares, ref squaresError, difference * difference);
            }
            T correction = differences / n;
            T variance = (squares + squaresError - differences * correction) / n;
            // Max keeps NaN, its second operand.
            Scatter(mean + correction, T.Max(T.Broadcast(0), variance), reduced + column * Values, count, lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientSums<T>(float* x, float* dy, int rows, nint stride, int columns, float epsilon, float* reduced)
        where T : struct, ILanes<T>
    {
        float* lanes = stackalloc float[2 * LaneMath.Width];
        T n = T.Broadcast(rows);
        for (int column = 0; column < columns; column += LaneMath.Width)
        {
            int count = Math.Min(LaneMath.Width, columns - column);
            float* values = reduced + column * Values;
            T mean = Gather<T>(values + Mean, count, lanes);
            T deviation = T.Sqrt(Gather<T>(values + Variance, count, lanes) + T.Broadcast(epsilon));
            T sum = T.Broadcast(0);
            T product = T.Broadcast(0);
            for (int row = 0; row < rows; row++)
            {
                T gradient = ColumnLanes.Load<T>(dy + row * stride + column, count);
                sum += gradient;
                product = T.FusedMultiplyAdd(gradient, ColumnLanes.Load<T>(x + row * stride + column, count) - mean, product);
            }
            product /= deviation;
            Scatter(sum, product, values + ShiftGradient, count, lanes);
            Scatter(sum / n, product / n / deviation, values + MeanGradient, count, lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scales<T>(float* gamma, float* variance, int columns, float epsilon, float* scale)
        where T : struct, ILanes<T>
    {
        for (int column = 0; column < columns; column += LaneMath.Width)
        {
            int count = Math.Min(LaneMath.Width, columns - column);
            T factor = gamma == null ? T.Broadcast(1) : ColumnLanes.Load<T>(gamma + column, count);
            T deviation = T.Sqrt(ColumnLanes.Load<T>(variance + column, count) + T.Broadcast(epsilon));
            ColumnLanes.Store(factor / deviation, scale + column, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<T>(float* x, float* mean, float* scale, float* beta, float* y, int rows, int columns, bool relu)
        where T : struct, ILanes<T>
    {
        for (int column = 0; column < columns; column += LaneMath.Width)
        {
            int count = Math.Min(LaneMath.Width, columns - column);
            T center = ColumnLanes.Load<T>(mean + column, count);
            T factor = ColumnLanes.Load<T>(scale + column, count);
            T shift = beta == null ? T.Broadcast(0) : ColumnLanes.Load<T>(beta + column, count);
            for (nint i = column; i < (nint)rows * columns; i += columns)
            {
                T value = T.FusedMultiplyAdd(ColumnLanes.Load<T>(x + i, count) - center, factor, shift);
                ColumnLanes.Store(relu ? ReluMath.Forward<T, T>(value) : value, y + i, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<T>(
        float* x, float* dy, float* mean, float* scale, float* meanGradient, float* slope, float* relu, float* dx, int rows, int columns)
        where T : struct, ILanes<T>
    {
        for (int column = 0; column < columns; column += LaneMath.Width)
        {
            int count = Math.Min(LaneMath.Width, columns - column);
            T factor = ColumnLanes.Load<T>(scale + column, count);
            T center = x == null ? T.Broadcast(0) : ColumnLanes.Load<T>(mean + column, count);
            T lowered = x == null ? T.Broadcast(0) : ColumnLanes.Load<T>(meanGradient + column, count);
            T steepness = x == null ? T.Broadcast(0) : ColumnLanes.Load<T>(slope + column, count);
            for (nint i = column; i < (nint)rows * columns; i += columns)
            {
                T gradient = ColumnLanes.Load<T>(dy + i, count);
                if (x != null)
                    gradient = gradient - lowered - (ColumnLanes.Load<T>(x + i, count) - center) * steepness;
                gradient *= factor;
                if (relu != null)
                    gradient = ReluMath.Backward<T, T>(ColumnLanes.Load<T>(relu + i, count), gradient);
                ColumnLanes.Store(gradient, dx + i, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Gather<T>(float* values, int count, float* lanes)
        where T : struct, ILanes<T>
    {
        for (int lane = 0; lane < LaneMath.Width; lane++)
            lanes[lane] = lane < count ? values[lane * Values] : 0;
        return T.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scatter<T>(T first, T second, float* values, int count, float* lanes)
        where T : struct, ILanes<T>
    {
        T.Store(first, lanes);
        T.Store(second, lanes + LaneMath.Width);
        for (int lane = 0; lane < count; lane++)
        {
            values[lane * Values] = lanes[lane];
            values[lane * Values + 1] = lanes[LaneMath.Width + lane];
        }
    }

    private readonly struct MomentsOperation(float* x, int rows, nint stride, int columns, float* reduced) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Moments<T>(x, rows, stride, columns, reduced);
    }

    private readonly struct GradientSumsOperation(
        float* x, float* dy, int rows, nint stride, int columns, float epsilon, float* reduced) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => GradientSums<T>(x, dy, rows, stride, columns, epsilon, reduced);
    }

    private readonly struct ScalesOperation(float* gamma, float* variance, int columns, float epsilon, float* scale) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Scales<T>(gamma, variance, columns, epsilon, scale);
    }

    private readonly struct ForwardOperation(
        float* x, float* mean, float* scale, float* beta, float* y, int rows, int columns, bool relu) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Forward<T>(x, mean, scale, beta, y, rows, columns, relu);
    }

    private readonly struct BackwardOperation(
        float* x, float* dy, float* mean, float* scale, float* meanGradient, float* slope, float* relu, float* dx, int rows, int columns)
        : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Backward<T>(x, dy, mean, scale, meanGradient, slope, relu, dx, rows, columns);
    }
}
