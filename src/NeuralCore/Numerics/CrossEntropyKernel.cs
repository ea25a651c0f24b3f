using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>
/// Cross-entropy of a block of contiguous rows: <c>-sum_j t[j] log p[j]</c>, one loss per row in double, and its gradient. A class index
/// and the one-hot row that stands for it give the same bits.
/// </summary>
internal static unsafe class CrossEntropyKernel
{
    // Keras' epsilon: predictions below this share of their sum count as this share.
    private const double Clip = 1e-7;

    /// <summary>
    /// From logits x and class indices: <c>loss = log sum_j exp(x[j]) - x[label]</c>,
    /// <c>gradient[j] = (p[j] - (j == label)) * gradientScale</c> with p = softmax(x). probabilities and gradient may be null; either may
    /// be logits, but they may not be one another.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A label is negative or not below <paramref name="columns"/>; nothing was written.
    /// </exception>
    internal static void SoftmaxSparse(
        float* logits, int* labels, float* probabilities, float* gradient, double* losses, int rows, int columns, float gradientScale) =>
        SoftmaxSparse(InstructionSet.Current, logits, labels, probabilities, gradient, losses, rows, columns, gradientScale);

    internal static void SoftmaxSparse(
        VectorPath path, float* logits, int* labels, float* probabilities, float* gradient, double* losses, int rows, int columns,
            float gradientScale) =>
        Dispatch.Run(path, new SoftmaxSparseOperation(logits, labels, probabilities, gradient, losses, rows, columns, gradientScale));

    /// <summary>
    /// From logits x and target rows t, soft ones too: <c>loss = sum_j t[j] (log sum_k exp(x[k]) - x[j])</c>,
    /// <c>gradient[j] = (p[j] sum(t) - t[j]) * gradientScale</c>. Zeros of t are skipped, so an infinite logit times 0 is 0. Aliasing as in
    /// <see cref="SoftmaxSparse(float*, int*, float*, float*, double*, int, int, float)"/>.
    /// </summary>
    internal static void SoftmaxCategorical(
        float* logits, float* targets, float* probabilities, float* gradient, double* losses, int rows, int columns, float gradientScale) =>
        SoftmaxCategorical(InstructionSet.Current, logits, targets, probabilities, gradient, losses, rows, columns, gradientScale);

    internal static void SoftmaxCategorical(
        VectorPath path, float* logits, float* targets, float* probabilities, float* gradient, double* losses, int rows, int columns,
            float gradientScale) =>
        Dispatch.Run(path, new SoftmaxCategoricalOperation(logits, targets, probabilities, gradient, losses, rows, columns, gradientScale));

    /// <summary>
    /// From predictions p (any positive sum) and class indices, as Keras: <c>loss = log sum(p) - log max(p[label], 1e-7 sum(p))</c>;
    /// <c>gradient[j] = (1 / sum(p) - (j == label) / p[label]) * gradientScale</c>, 0 where the maximum clips. gradient may be null or
    /// predictions.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A label is negative or not below <paramref name="columns"/>; nothing was written.
    /// </exception>
    internal static void Sparse(float* predictions, int* labels, float* gradient, double* losses, int rows, int columns,
        float gradientScale) =>
        Sparse(InstructionSet.Current, predictions, labels, gradient, losses, rows, columns, gradientScale);

    internal static void Sparse(
        VectorPath path, float* predictions, int* labels, float* gradient, double* losses, int rows, int columns, float gradientScale)
    {
        CheckLabels(labels, rows, columns);
        for (int row = 0; row < rows; row++)
        {
            int label = labels[row];
            float sum = Reductions.Sum(path, predictions, columns);
            float probability = predictions[label];
            losses[row] = LossOf(probability, sum);
            if (gradient != null)
            {
                bool clipped = IsClipped(probability, sum);
                float shared = (clipped ? 0f : 1f) / sum;
                new Span<float>(gradient, columns).Fill(shared * gradientScale);
                if (!clipped)
                    gradient[label] = (shared - 1f / probability) * gradientScale;
                gradient += columns;
            }
            predictions += columns;
        }
    }

    /// <summary>
    /// From predictions p and target rows t: <c>loss = sum_j t[j] (log sum(p) - log max(p[j], 1e-7 sum(p)))</c> and its gradient
    /// <c>(T / sum(p) - t[j] / p[j]) * gradientScale</c>, where T is the sum of the targets that are not clipped and clipped elements have
    /// no second term. Zeros of t are skipped. gradient may be null or predictions.
    /// </summary>
    internal static void Categorical(float* predictions, float* targets, float* gradient, double* losses, int rows, int columns,
        float gradientScale) =>
        Categorical(InstructionSet.Current, predictions, targets, gradient, losses, rows, columns, gradientScale);

    internal static void Categorical(
        VectorPath path, float* predictions, float* targets, float* gradient, double* losses, int rows, int columns, float gradientScale)
    {
        for (int row = 0; row < rows; row++)
        {
            float sum = Reductions.Sum(path, predictions, columns);
            double loss = 0;
            double unclipped = 0;
            for (int j = 0; j < columns; j++)
            {
                float target = targets[j];
                if (target == 0)
                    continue;
                loss += target * LossOf(predictions[j], sum);
                if (!IsClipped(predictions[j], sum))
                    unclipped += target;
            }
            losses[row] = loss;
            if (gradient != null)
            {
                float shared = (float)unclipped / sum;
                for (int j = 0; j < columns; j++)
                {
                    float probability = predictions[j];
                    float target = targets[j];
                    bool pulls = target != 0 && !IsClipped(probability, sum);
                    gradient[j] = (pulls ? shared - target / probability : shared) * gradientScale;
                }
                gradient += columns;
            }
            predictions += columns;
            targets += columns;
        }
    }

    private static void SoftmaxSparse<T>(
        float* logits, int* labels, float* probabilities, float* gradient, double* losses, int rows, int columns, float gradientScale)
        where T : struct, ILanes<T>
    {
        CheckLabels(labels, rows, columns);
        if (columns < LaneMath.Width)
            ShortSparseRows<T>(logits, labels, probabilities, gradient, losses, rows, columns, gradientScale);
        else
            LongSparseRows<T>(logits, labels, probabilities, gradient, losses, rows, columns, gradientScale);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ShortSparseRows<T>(
        float* logits, int* labels, float* probabilities, float* gradient, double* losses, int rows, int columns, float gradientScale)
        where T : struct, ILanes<T>
    {
        for (int row = 0; row < rows; row++)
        {
            T e = SoftmaxKernel.ShortExponentials<T>(logits, columns, out float largest, out float sum);
            double distance = (double)largest - logits[labels[row]];
            T p = e / T.Broadcast(sum);
            if (probabilities != null)
            {
                T.StorePartial(p, probabilities, columns);
                probabilities += columns;
            }
            if (gradient != null)
            {
                T.StorePartial((p - T.Indicator(labels[row])) * T.Broadcast(gradientScale), gradient, columns);
                gradient += columns;
            }
            losses[row] = distance + Elementary.Log(sum);
            logits += columns;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LongSparseRows<T>(
        float* logits, int* labels, float* probabilities, float* gradient, double* losses, int rows, int columns, float gradientScale)
        where T : struct, ILanes<T>
    {
        for (int row = 0; row < rows; row++)
        {
            int label = labels[row];
            float* e = probabilities != null ? probabilities : gradient;
            float largest = SoftmaxKernel.Largest<T>(logits, columns);
            double distance = (double)largest - logits[label];
            float sum = SoftmaxKernel.Exponentials<T>(logits, e, columns, largest);

            if (e != null)
            {
                T divisor = T.Broadcast(sum);
                T scale = T.Broadcast(gradientScale);
                int j = 0;
                for (; j <= columns - LaneMath.Width; j += LaneMath.Width)
                {
                    T p = T.Load(e + j) / divisor;
                    if (probabilities != null)
                        T.Store(p, probabilities + j);
                    if (gradient != null)
                        T.Store((p - T.Indicator(label - j)) * scale, gradient + j);
                }
                if (j < columns)
                {
                    T p = T.LoadPartial(e + j, columns - j, 0) / divisor;
                    if (probabilities != null)
                        T.StorePartial(p, probabilities + j, columns - j);
                    if (gradient != null)
                        T.StorePartial((p - T.Indicator(label - j)) * scale, gradient + j, columns - j);
                }
                if (probabilities != null)
                    probabilities += columns;
                if (gradient != null)
                    gradient += columns;
            }
            losses[row] = distance + Elementary.Log(sum);
            logits += columns;
        }
    }

    private static void SoftmaxCategorical<T>(
        float* logits, float* targets, float* probabilities, float* gradient, double* losses, int rows, int columns, float gradientScale)
        where T : struct, ILanes<T>
    {
        if (columns < LaneMath.Width)
            ShortCategoricalRows<T>(logits, targets, probabilities, gradient, losses, rows, columns, gradientScale);
        else
            LongCategoricalRows<T>(logits, targets, probabilities, gradient, losses, rows, columns, gradientScale);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ShortCategoricalRows<T>(
        float* logits, float* targets, float* probabilities, float* gradient, double* losses, int rows, int columns, float gradientScale)
        where T : struct, ILanes<T>
    {
        for (int row = 0; row < rows; row++)
        {
            T e = SoftmaxKernel.ShortExponentials<T>(logits, columns, out float largest, out float sum);
            double distance = TargetDistance(logits, targets, columns, largest, out double mass);
            T p = e / T.Broadcast(sum);
            if (probabilities != null)
            {
                T.StorePartial(p, probabilities, columns);
                probabilities += columns;
            }
            if (gradient != null)
            {
                T difference = T.FusedMultiplyAdd(p, T.Broadcast((float)mass), T.Broadcast(0) - T.LoadPartial(targets, columns, 0));
                T.StorePartial(difference * T.Broadcast(gradientScale), gradient, columns);
                gradient += columns;
            }
            losses[row] = distance + mass * Elementary.Log(sum);
            targets += columns;
            logits += columns;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LongCategoricalRows<T>(
        float* logits, float* targets, float* probabilities, float* gradient, double* losses, int rows, int columns, float gradientScale)
        where T : struct, ILanes<T>
    {
        for (int row = 0; row < rows; row++)
        {
            float* e = probabilities != null ? probabilities : gradient;
            float largest = SoftmaxKernel.Largest<T>(logits, columns);
            // Before e overwrites the logits.
            double distance = TargetDistance(logits, targets, columns, largest, out double mass);
            float sum = SoftmaxKernel.Exponentials<T>(logits, e, columns, largest);

            if (e != null)
            {
                T divisor = T.Broadcast(sum);
                T total = T.Broadcast((float)mass);
                T zero = T.Broadcast(0);
                T scale = T.Broadcast(gradientScale);
                int j = 0;
                for (; j <= columns - LaneMath.Width; j += LaneMath.Width)
                {
                    T p = T.Load(e + j) / divisor;
                    if (probabilities != null)
                        T.Store(p, probabilities + j);
                    if (gradient != null)
                        T.Store(T.FusedMultiplyAdd(p, total, zero - T.Load(targets + j)) * scale, gradient + j);
                }
                if (j < columns)
                {
                    T p = T.LoadPartial(e + j, columns - j, 0) / divisor;
                    if (probabilities != null)
                        T.StorePartial(p, probabilities + j, columns - j);
                    if (gradient != null)
                        T.StorePartial(
                            T.FusedMultiplyAdd(p, total, zero - T.LoadPartial(targets + j, columns - j, 0)) * scale,
                            gradient + j,
                            columns - j);
                }
                if (probabilities != null)
                    probabilities += columns;
                if (gradient != null)
                    gradient += columns;
            }
            losses[row] = distance + mass * Elementary.Log(sum);
            logits += columns;
            targets += columns;
        }
    }

    // sum_j t[j] (largest - x[j]) and sum_j t[j] in double and in column order, whatever the vector width.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double TargetDistance(float* logits, float* targets, int columns, float largest, out double mass)
    {
        double distance = 0;
        mass = 0;
        for (int j = 0; j < columns; j++)
        {
            float target = targets[j];
            if (target == 0)
                continue;
            distance += target * ((double)largest - logits[j]);
            mass += target;
        }
        return distance;
    }

    /// <summary>The loss of a prediction that is its class's share of the sum.</summary>
    internal static double LossOf(float probability, float sum) =>
        Elementary.Log(sum) - Elementary.Log(IsClipped(probability, sum) ? Clip * sum : probability);

    /// <summary>Whether a prediction is below the share that it counts as at least.</summary>
    internal static bool IsClipped(float probability, float sum) => probability < Clip * sum;

    // A label outside its row would write outside the arrays.
    private static void CheckLabels(int* labels, int rows, int columns)
    {
        for (int row = 0; row < rows; row++)
        {
            if ((uint)labels[row] >= (uint)columns)
                ThrowLabel(labels[row], row, columns);
        }
    }

    [DoesNotReturn]
    private static void ThrowLabel(int label, int row, int columns) => throw new ArgumentOutOfRangeException(
        "labels", label, $"Row {row} has the class {label}, but there are {columns} classes: 0 to {columns - 1}.");

    private readonly struct SoftmaxSparseOperation(
        float* logits, int* labels, float* probabilities, float* gradient, double* losses, int rows, int columns, float gradientScale)
        : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => SoftmaxSparse<T>(logits, labels, probabilities, gradient, losses, rows, columns, gradientScale);
    }

    private readonly struct SoftmaxCategoricalOperation(
        float* logits, float* targets, float* probabilities, float* gradient, double* losses, int rows, int columns, float gradientScale)
        : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => SoftmaxCategorical<T>(logits, targets, probabilities, gradient, losses, rows, columns,
                gradientScale);
    }
}
