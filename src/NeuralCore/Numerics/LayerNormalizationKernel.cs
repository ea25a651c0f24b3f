using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>Layer normalization: each vector by its own mean and variance, summed in the order of <see cref="Reductions"/>.</summary>
internal static unsafe class LayerNormalizationKernel
{
    /// <summary>
    /// <c>y = (x - mean) / sqrt(variance + ε) γ + β</c> for each vector; null for γ = 1 and β = 0. The cache (null for none) receives the
    /// mean and 1 / sqrt(variance + ε) of each.
    /// </summary>
    internal static void Forward(float* x, float* gamma, float* beta, float* y, float* cache, int vectors, int n, float epsilon) =>
        Forward(InstructionSet.Current, x, gamma, beta, y, cache, vectors, n, epsilon);

    internal static void Forward(
        VectorPath path, float* x, float* gamma, float* beta, float* y, float* cache, int vectors, int n, float epsilon) =>
        Dispatch.Run(path, new ForwardOperation(x, gamma, beta, y, cache, vectors, n, epsilon));

    /// <summary><c>dx = (g - mean(g) - x̂ mean(g x̂)) / sqrt(variance + ε)</c> with g = dy γ and x̂ the normalized vector.</summary>
    internal static void Backward(float* x, float* dy, float* gamma, float* cache, float* dx, int vectors, int n) =>
        Backward(InstructionSet.Current, x, dy, gamma, cache, dx, vectors, n);

    internal static void Backward(VectorPath path, float* x, float* dy, float* gamma, float* cache, float* dx, int vectors, int n) =>
        Dispatch.Run(path, new BackwardOperation(x, dy, gamma, cache, dx, vectors, n));

    /// <summary>
    /// The sum over the vectors, in order, of <c>dy x̂</c>, or of <c>dy</c> where x is null, for some of the columns; it continues the sum
    /// that is there where asked.
    /// </summary>
    internal static void ParameterGradients(
        float* x, float* dy, float* cache, int vectors, int n, int columns, bool continues, float* gradient) =>
        ParameterGradients(InstructionSet.Current, x, dy, cache, vectors, n, columns, continues, gradient);

    internal static void ParameterGradients(
        VectorPath path, float* x, float* dy, float* cache, int vectors, int n, int columns, bool continues, float* gradient) =>
        Dispatch.Run(path, new GradientOperation(x, dy, cache, vectors, n, columns, continues, gradient));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<T>(float* x, float* gamma, float* beta, float* y, float* cache, int vectors, int n, float epsilon)
        where T : struct, ILanes<T>
    {
        for (int vector = 0; vector < vectors; vector++, x += n, y += n)
        {
            T sum = T.Broadcast(0);
            for (int i = 0; i < n; i += LaneMath.Width)
                sum += ColumnLanes.Load<T>(x + i, Math.Min(LaneMath.Width, n - i));
            float mean = T.Sum(sum) / n;

            // The mean of the differences corrects the first mean: a constant vector has its value as mean and a variance of 0.
            T differences = T.Broadcast(0);
            T squares = T.Broadcast(0);
            for (int i = 0; i < n; i += LaneMath.Width)
            {
                int count = Math.Min(LaneMath.Width, n - i);
                T difference = ColumnLanes.Load<T>(x + i, count, mean) - T.Broadcast(mean);
                differences += difference;
                squares = T.FusedMultiplyAdd(difference, difference, squares);
            }
            float rest = T.Sum(differences);
            float variance = (T.Sum(squares) - rest * (rest / n)) / n;
            float factor = 1 / MathF.Sqrt((0 > variance ? 0 : variance) + epsilon);
            mean += rest / n;
            if (cache != null)
            {
                cache[2 * vector] = mean;
                cache[2 * vector + 1] = factor;
            }
            for (int i = 0; i < n; i += LaneMath.Width)
            {
                int count = Math.Min(LaneMath.Width, n - i);
                T value = (ColumnLanes.Load<T>(x + i, count) - T.Broadcast(mean)) * T.Broadcast(factor);
                if (gamma != null)
                    value *= ColumnLanes.Load<T>(gamma + i, count);
                if (beta != null)
                    value += ColumnLanes.Load<T>(beta + i, count);
                ColumnLanes.Store(value, y + i, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<T>(float* x, float* dy, float* gamma, float* cache, float* dx, int vectors, int n)
        where T : struct, ILanes<T>
    {
        for (int vector = 0; vector < vectors; vector++, x += n, dy += n, dx += n, cache += 2)
        {
            float mean = cache[0];
            T factor = T.Broadcast(cache[1]);
            T sum = T.Broadcast(0);
            T product = T.Broadcast(0);
            for (int i = 0; i < n; i += LaneMath.Width)
            {
                int count = Math.Min(LaneMath.Width, n - i);
                T gradient = Gradient<T>(dy + i, gamma, i, count);
                sum += gradient;
                product = T.FusedMultiplyAdd(gradient, (ColumnLanes.Load<T>(x + i, count) - T.Broadcast(mean)) * factor, product);
            }
            T meanGradient = T.Broadcast(T.Sum(sum) / n);
            T slope = T.Broadcast(T.Sum(product) / n);
            for (int i = 0; i < n; i += LaneMath.Width)
            {
                int count = Math.Min(LaneMath.Width, n - i);
                T normalized = (ColumnLanes.Load<T>(x + i, count) - T.Broadcast(mean)) * factor;
                T value = (Gradient<T>(dy + i, gamma, i, count) - meanGradient - normalized * slope) * factor;
                ColumnLanes.Store(value, dx + i, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ParameterGradients<T>(
        float* x, float* dy, float* cache, int vectors, int n, int columns, bool continues, float* gradient)
        where T : struct, ILanes<T>
    {
        for (int column = 0; column < columns; column += LaneMath.Width)
        {
            int count = Math.Min(LaneMath.Width, columns - column);
            T sum = continues ? ColumnLanes.Load<T>(gradient + column, count) : T.Broadcast(0);
            for (int vector = 0; vector < vectors; vector++)
            {
                nint place = (nint)vector * n + column;
                T term = ColumnLanes.Load<T>(dy + place, count);
                if (x == null)
                {
                    sum += term;
                    continue;
                }
                T difference = ColumnLanes.Load<T>(x + place, count) - T.Broadcast(cache[2 * vector]);
                sum = T.FusedMultiplyAdd(term, difference * T.Broadcast(cache[2 * vector + 1]), sum);
            }
            ColumnLanes.Store(sum, gradient + column, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Gradient<T>(float* dy, float* gamma, int i, int count)
        where T : struct, ILanes<T>
    {
        T gradient = ColumnLanes.Load<T>(dy, count);
        return gamma == null ? gradient : gradient * ColumnLanes.Load<T>(gamma + i, count);
    }

    private readonly struct ForwardOperation(
        float* x, float* gamma, float* beta, float* y, float* cache, int vectors, int n, float epsilon) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Forward<T>(x, gamma, beta, y, cache, vectors, n, epsilon);
    }

    private readonly struct BackwardOperation(float* x, float* dy, float* gamma, float* cache, float* dx, int vectors, int n)
        : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Backward<T>(x, dy, gamma, cache, dx, vectors, n);
    }

    private readonly struct GradientOperation(
        float* x, float* dy, float* cache, int vectors, int n, int columns, bool continues, float* gradient) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => ParameterGradients<T>(x, dy, cache, vectors, n, columns, continues, gradient);
    }
}
