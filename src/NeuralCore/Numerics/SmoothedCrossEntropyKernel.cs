using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>Where a row's targets come from: class indices or rows of probabilities, with the same bits for both.</summary>
internal interface IClassTargets
{
    /// <summary>The target of one class.</summary>
    float At(int row, int column);

    /// <summary>The targets of up to sixteen classes from a column on.</summary>
    T Lanes<T>(int row, int column, int count)
        where T : struct, ILanes<T>;
}

/// <summary>
/// Cross-entropy with label smoothing s: each target t becomes <c>t (1 - s) + s / K</c>, K being the number of classes. A kernel of its
/// own, so that the one without smoothing does nothing for it.
/// </summary>
internal static unsafe class SmoothedCrossEntropyKernel
{
    /// <summary>
    /// From logits, as <see cref="CrossEntropyKernel.SoftmaxCategorical(float*, float*, float*, float*, double*, int, int, float)"/> with
    /// smoothed targets. probabilities and gradient may be null; either may be logits, but they may not be one another.
    /// </summary>
    internal static void Softmax<TTargets>(
        TTargets targets, float smoothing, float* logits, float* probabilities, float* gradient, double* losses, int rows, int columns,
        float gradientScale)
        where TTargets : struct, IClassTargets =>
        Softmax(
            InstructionSet.Current, targets, smoothing, logits, probabilities, gradient, losses, rows, columns, gradientScale);

    internal static void Softmax<TTargets>(
        VectorPath path, TTargets targets, float smoothing, float* logits, float* probabilities, float* gradient, double* losses, int rows,
        int columns, float gradientScale)
        where TTargets : struct, IClassTargets =>
        Dispatch.Run(path, new SoftmaxOperation<TTargets>(
            targets, smoothing, logits, probabilities, gradient, losses, rows, columns, gradientScale));

    /// <summary>
    /// From predictions of any positive sum, as
    /// <see cref="CrossEntropyKernel.Categorical(float*, float*, float*, double*, int, int, float)"/> with smoothed targets. gradient may
    /// be null or predictions.
    /// </summary>
    internal static void Probabilities<TTargets>(
        TTargets targets, float smoothing, float* predictions, float* gradient, double* losses, int rows, int columns, float gradientScale)
        where TTargets : struct, IClassTargets =>
        Probabilities(InstructionSet.Current, targets, smoothing, predictions, gradient, losses, rows, columns, gradientScale);

    internal static void Probabilities<TTargets>(
        VectorPath path, TTargets targets, float smoothing, float* predictions, float* gradient, double* losses, int rows, int columns,
        float gradientScale)
        where TTargets : struct, IClassTargets
    {
        (float kept, float shared) = Shares(smoothing, columns);
        for (int row = 0; row < rows; row++)
        {
            float sum = Reductions.Sum(path, predictions, columns);
            double loss = 0;
            double unclipped = 0;
            for (int j = 0; j < columns; j++)
            {
                float target = MathF.FusedMultiplyAdd(targets.At(row, j), kept, shared);
                loss += target * CrossEntropyKernel.LossOf(predictions[j], sum);
                if (!CrossEntropyKernel.IsClipped(predictions[j], sum))
                    unclipped += target;
            }
            losses[row] = loss;
            if (gradient != null)
            {
                float common = (float)unclipped / sum;
                for (int j = 0; j < columns; j++)
                {
                    float target = MathF.FusedMultiplyAdd(targets.At(row, j), kept, shared);
                    float probability = predictions[j];
                    bool clipped = CrossEntropyKernel.IsClipped(probability, sum);
                    gradient[j] = (clipped ? common : common - target / probability) * gradientScale;
                }
                gradient += columns;
            }
            predictions += columns;
        }
    }

    // What a class keeps of its target, and what every class gets.
    private static (float Kept, float Shared) Shares(float smoothing, int columns) => (1 - smoothing, smoothing / columns);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax<T, TTargets>(
        TTargets targets, float smoothing, float* logits, float* probabilities, float* gradient, double* losses, int rows, int columns,
        float gradientScale)
        where T : struct, ILanes<T>
        where TTargets : struct, IClassTargets
    {
        (float kept, float shared) = Shares(smoothing, columns);
        T scale = T.Broadcast(gradientScale);
        T zero = T.Broadcast(0);
        for (int row = 0; row < rows; row++)
        {
            float largest = SoftmaxKernel.Largest<T>(logits, columns);
            // In double and in column order, before e overwrites the logits.
            double distance = 0;
            double mass = 0;
            for (int j = 0; j < columns; j++)
            {
                float target = MathF.FusedMultiplyAdd(targets.At(row, j), kept, shared);
                distance += target * ((double)largest - logits[j]);
                mass += target;
            }

            float* e = probabilities != null ? probabilities : gradient;
            float sum = SoftmaxKernel.Exponentials<T>(logits, e, columns, largest);
            for (int j = 0; e != null && j < columns; j += LaneMath.Width)
            {
                int count = Math.Min(LaneMath.Width, columns - j);
                T p = T.LoadPartial(e + j, count, 0) / T.Broadcast(sum);
                if (probabilities != null)
                    T.StorePartial(p, probabilities + j, count);
                if (gradient != null)
                {
                    T target = T.FusedMultiplyAdd(targets.Lanes<T>(row, j, count), T.Broadcast(kept), T.Broadcast(shared));
                    T.StorePartial(T.FusedMultiplyAdd(p, T.Broadcast((float)mass), zero - target) * scale, gradient + j, count);
                }
            }
            losses[row] = distance + mass * Elementary.Log(sum);
            logits += columns;
            probabilities = probabilities == null ? null : probabilities + columns;
            gradient = gradient == null ? null : gradient + columns;
        }
    }

    private readonly struct SoftmaxOperation<TTargets>(
        TTargets targets, float smoothing, float* logits, float* probabilities, float* gradient, double* losses, int rows, int columns,
        float gradientScale) : ILaneOperation
        where TTargets : struct, IClassTargets
    {
        public void Run<T>()
            where T : struct, ILanes<T> =>
            Softmax<T, TTargets>(targets, smoothing, logits, probabilities, gradient, losses, rows, columns, gradientScale);
    }
}

/// <summary>Targets that are class indices, one for each row; those of a block have been checked.</summary>
internal readonly unsafe struct IndexTargets(int* labels) : IClassTargets
{
    public float At(int row, int column) => labels[row] == column ? 1 : 0;

    public T Lanes<T>(int row, int column, int count)
        where T : struct, ILanes<T> => T.Indicator(labels[row] - column);
}

/// <summary>Targets that are rows of probabilities.</summary>
internal readonly unsafe struct RowTargets(float* values, int columns) : IClassTargets
{
    public float At(int row, int column) => values[(nint)row * columns + column];

    public T Lanes<T>(int row, int column, int count)
        where T : struct, ILanes<T> => T.LoadPartial(values + (nint)row * columns + column, count, 0);
}
