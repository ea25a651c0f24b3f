using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace NeuralCore.Numerics;

// Two-dimensional tensor spans carry sizes and strides, so a transpose is only a tensor whose columns lie one after the other.
public static unsafe partial class MatrixPrimitives
{
    /// <summary>C = A B on two-dimensional tensors. Sizes come from the lengths, transposes from the strides.</summary>
    /// <param name="a">A: [m, k]; its rows or its columns must be contiguous.</param>
    /// <param name="b">B: [k, n]; its rows or its columns must be contiguous.</param>
    /// <param name="c">C: [m, n], overwritten; its rows must be contiguous.</param>
    /// <param name="threads">How many threads may share the work; small products use fewer. The result does not depend on it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    /// <exception cref="ArgumentException">
    /// A tensor is not two-dimensional, lengths do not match, strides are none of the above, or C overlaps an input.
    /// </exception>
    public static void Multiply(in ReadOnlyTensorSpan<float> a, in ReadOnlyTensorSpan<float> b, in TensorSpan<float> c, int threads = 1) =>
        Run(a, b, c, default, GemmStart.Zero, threads);

    /// <summary>
    /// C += A B on two-dimensional tensors: C is read and added to. Sizes come from the lengths, transposes from the strides.
    /// </summary>
    /// <inheritdoc cref="Multiply(in ReadOnlyTensorSpan{float}, in ReadOnlyTensorSpan{float}, in TensorSpan{float}, int)"/>
    public static void MultiplyAdd(in ReadOnlyTensorSpan<float> a, in ReadOnlyTensorSpan<float> b, in TensorSpan<float> c,
        int threads = 1) =>
        Run(a, b, c, default, GemmStart.Accumulate, threads);

    /// <summary>
    /// C = A B + bias on two-dimensional tensors, the bias added to every row. Sizes come from the lengths, transposes from the strides.
    /// </summary>
    /// <param name="a">A: [m, k]; its rows or its columns must be contiguous.</param>
    /// <param name="b">B: [k, n]; its rows or its columns must be contiguous.</param>
    /// <param name="bias">One value for each of the n columns; each element's chain starts with it.</param>
    /// <param name="c">C: [m, n], overwritten; its rows must be contiguous.</param>
    /// <param name="threads">How many threads may share the work; small products use fewer. The result does not depend on it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    /// <exception cref="ArgumentException">
    /// A tensor is not two-dimensional, lengths do not match, strides are none of the above, or C overlaps an input.
    /// </exception>
    public static void MultiplyAddBias(
        in ReadOnlyTensorSpan<float> a, in ReadOnlyTensorSpan<float> b, ReadOnlySpan<float> bias, in TensorSpan<float> c,
            int threads = 1) =>
        Run(a, b, c, bias, GemmStart.Bias, threads);

    private static void Run(
        in ReadOnlyTensorSpan<float> a, in ReadOnlyTensorSpan<float> b, in TensorSpan<float> c, ReadOnlySpan<float> bias, GemmStart start,
            int threads)
    {
        Layout left = Layout.Of(a.Lengths, a.Strides, "a"), right = Layout.Of(b.Lengths, b.Strides, "b"),
            result = Layout.Of(c.Lengths, c.Strides, "c");
        if (left.Columns != right.Rows)
        {
            throw new ArgumentException(
                $"a is [{left.Rows}, {left.Columns}] and b is [{right.Rows}, {right.Columns}]; the columns of a must be the rows of b.",
                nameof(b));
        }
        if (result.Rows != left.Rows || result.Columns != right.Columns)
            throw new ArgumentException($"c is [{result.Rows}, {result.Columns}], but the product is [{left.Rows}, {right.Columns}].",
                nameof(c));
        if (result.IsTransposed)
            throw new ArgumentException("The rows of c must be contiguous.", nameof(c));
        Run(
            MemoryMarshal.CreateReadOnlySpan(in a.GetPinnableReference(), left.Extent), left.Stride, left.IsTransposed,
            MemoryMarshal.CreateReadOnlySpan(in b.GetPinnableReference(), right.Extent), right.Stride, right.IsTransposed,
            MemoryMarshal.CreateSpan(ref c.GetPinnableReference(), result.Extent), result.Stride,
            bias, start, result.Rows, result.Columns, left.Columns, threads);
    }

    private readonly record struct Layout(int Rows, int Columns, int Stride, bool IsTransposed)
    {
        /// <summary>Floats from the first element to the last.</summary>
        public int Extent => Rows == 0 || Columns == 0 ? 0
            : checked(IsTransposed ? (Columns - 1) * Stride + Rows : (Rows - 1) * Stride + Columns);

        public static Layout Of(ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides, string name)
        {
            if (lengths.Length != 2)
                throw new ArgumentException($"{name} has {lengths.Length} dimensions; a matrix has 2.", name);
            int rows = checked((int)lengths[0]), columns = checked((int)lengths[1]);
            // A dimension of one element has no meaningful stride (the tensor says 0).
            if (columns <= 1 || strides[1] == 1)
            {
                int stride = rows <= 1 ? columns : checked((int)strides[0]);
                if (stride >= columns)
                    return new Layout(rows, columns, stride, false);
            }
            if (rows <= 1 || strides[0] == 1)
            {
                int stride = columns <= 1 ? rows : checked((int)strides[1]);
                if (stride >= rows)
                    return new Layout(rows, columns, stride, true);
            }
        {
            throw new ArgumentException(
                $"{name} is [{rows}, {columns}] with strides [{strides[0]}, {strides[1]}]; its rows or its columns must be contiguous and "
                + "apart.", name);
        }
        }
    }
}
