using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>A loss that compares an output with a target value by value, sixteen at a time.</summary>
internal interface IElementwiseLoss
{
    /// <summary>The output: x itself, or what the layer that the loss is fused with makes of its input x.</summary>
    T Output<T>(T x)
        where T : struct, ILanes<T>;

    /// <summary>The loss.</summary>
    T Loss<T>(T x, T output, T target)
        where T : struct, ILanes<T>;

    /// <summary>The derivative of the loss with respect to x.</summary>
    T Slope<T>(T x, T output, T target)
        where T : struct, ILanes<T>;
}

/// <summary>
/// A loss of a block of contiguous rows: <c>1/n Σ_j l(x_j, t_j)</c>, one in double for each row, and its gradient. A row is summed in
/// sixteen running sums, each with the rounding errors of its additions beside it, which are then added in double, the first lane first.
/// Otherwise a gradient check of a wide row would see the rounding of the sum.
/// </summary>
internal static unsafe class ElementwiseLossKernel
{
    /// <summary>
    /// <c>losses[i] = 1/n Σ_j l</c>, <c>gradient[i, j] = dl/dx_j * (gradientScale / n)</c>, n being <paramref name="columns"/>. outputs and
    /// gradient may be null; either may be x.
    /// </summary>
    internal static void Run<TLoss>(
        TLoss loss, float* x, float* targets, float* outputs, float* gradient, double* losses, int rows, int columns, float gradientScale)
        where TLoss : struct, IElementwiseLoss =>
        Run(InstructionSet.Current, loss, x, targets, outputs, gradient, losses, rows, columns, gradientScale);

    internal static void Run<TLoss>(
        VectorPath path, TLoss loss, float* x, float* targets, float* outputs, float* gradient, double* losses, int rows, int columns,
        float gradientScale)
        where TLoss : struct, IElementwiseLoss =>
        Dispatch.Run(path, new Operation<TLoss>(loss, x, targets, outputs, gradient, losses, rows, columns, gradientScale));

    // One output is the usual network for regression and for two classes: then the lanes are rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SingleColumn<T, TLoss>(
        TLoss loss, float* x, float* targets, float* outputs, float* gradient, double* losses, int rows, float gradientScale)
        where T : struct, ILanes<T>
        where TLoss : struct, IElementwiseLoss
    {
        float* values = stackalloc float[LaneMath.Width];
        T scale = T.Broadcast(gradientScale);
        for (int row = 0; row < rows; row += LaneMath.Width)
        {
            int count = Math.Min(LaneMath.Width, rows - row);
            T input = T.LoadPartial(x + row, count, 0);
            T target = T.LoadPartial(targets + row, count, 0);
            T output = loss.Output(input);
            T.Store(loss.Loss(input, output, target), values);
            if (outputs != null)
                T.StorePartial(output, outputs + row, count);
            if (gradient != null)
                T.StorePartial(loss.Slope(input, output, target) * scale, gradient + row, count);
            for (int i = 0; i < count; i++)
                losses[row + i] = values[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<T, TLoss>(
        TLoss loss, float* x, float* targets, float* outputs, float* gradient, double* losses, int rows, int columns, float gradientScale)
        where T : struct, ILanes<T>
        where TLoss : struct, IElementwiseLoss
    {
        T scale = T.Broadcast(gradientScale / columns);
        T zero = T.Broadcast(0);
        int rest = columns % LaneMath.Width;
        int whole = columns - rest;
        float* ones = stackalloc float[LaneMath.Width];
        new Span<float>(ones, LaneMath.Width).Fill(1);
        T isInside = T.LoadPartial(ones, rest, 0);

        float* sums = stackalloc float[LaneMath.Width];
        float* errors = stackalloc float[LaneMath.Width];
        for (int row = 0; row < rows; row++)
        {
            T sum = zero;
            T error = zero;
            for (int j = 0; j < whole; j += LaneMath.Width)
            {
                T input = T.Load(x + j);
                T target = T.Load(targets + j);
                T output = loss.Output(input);
                Add(loss.Loss(input, output, target), ref sum, ref error);
                if (outputs != null)
                    T.Store(output, outputs + j);
                if (gradient != null)
                    T.Store(loss.Slope(input, output, target) * scale, gradient + j);
            }
            if (rest > 0)
            {
                T input = T.LoadPartial(x + whole, rest, 0);
                T target = T.LoadPartial(targets + whole, rest, 0);
                T output = loss.Output(input);
                Add(T.WhereGreater(isInside, zero, loss.Loss(input, output, target)), ref sum, ref error);
                if (outputs != null)
                    T.StorePartial(output, outputs + whole, rest);
                if (gradient != null)
                    T.StorePartial(loss.Slope(input, output, target) * scale, gradient + whole, rest);
            }
            T.Store(sum, sums);
            T.Store(error, errors);
            double total = 0;
            for (int lane = 0; lane < Math.Min(columns, LaneMath.Width); lane++)
                total += (double)sums[lane] + errors[lane];
            losses[row] = total / columns;
            x += columns;
            targets += columns;
            outputs = outputs == null ? null : outputs + columns;
            gradient = gradient == null ? null : gradient + columns;
        }
    }

    // The sum and its exact error (D. E. Knuth, The Art of Computer Programming, volume 2, 4.2.2, theorem B).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<T>(T value, ref T sum, ref T error)
        where T : struct, ILanes<T>
    {
        T before = sum;
        sum = before + value;
        T added = sum - before;
        error += (before - (sum - added)) + (value - added);
    }

    private readonly struct Operation<TLoss>(
        TLoss loss, float* x, float* targets, float* outputs, float* gradient, double* losses, int rows, int columns, float gradientScale)
        : ILaneOperation
        where TLoss : struct, IElementwiseLoss
    {
        public void Run<T>()
            where T : struct, ILanes<T>
        {
            if (columns == 1)
                SingleColumn<T, TLoss>(loss, x, targets, outputs, gradient, losses, rows, gradientScale);
            else
                Rows<T, TLoss>(loss, x, targets, outputs, gradient, losses, rows, columns, gradientScale);
        }
    }
}
