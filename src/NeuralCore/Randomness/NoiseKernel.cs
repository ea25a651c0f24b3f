using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Randomness;

/// <summary>
/// Normal noise for a block of rows: a function of (key, step, row, column), so that any split of the rows gives the same bits.
/// </summary>
internal static unsafe class NoiseKernel
{
    /// <summary>
    /// <c>y = x + σ z</c>, where z is the normal number of <see cref="NormalLanes"/> for word <c>column % 4</c> of Philox counter
    /// (column / 4, row, low word of step, high word of step). y may be x.
    /// </summary>
    /// <param name="x">rows * columns floats.</param>
    /// <param name="y">rows * columns floats.</param>
    /// <param name="rows">The rows of the block.</param>
    /// <param name="columns">The floats in a row.</param>
    /// <param name="firstRow">The block's first row in the whole batch.</param>
    /// <param name="step">The training step.</param>
    /// <param name="key">The layer's random stream.</param>
    /// <param name="deviation">The standard deviation σ.</param>
    internal static void Add(float* x, float* y, int rows, int columns, int firstRow, ulong step, PhiloxKey key, float deviation) =>
        Add(InstructionSet.Current, x, y, rows, columns, firstRow, step, key, deviation);

    internal static void Add(
        VectorPath path, float* x, float* y, int rows, int columns, int firstRow, ulong step, PhiloxKey key, float deviation)
    {
        ulong* keys = stackalloc ulong[PhiloxColumns.KeyWords];
        PhiloxColumns.Schedule(key, keys);
        switch (path)
        {
            case VectorPath.Vector512:
                Add<PhiloxLanes512, Lanes512>(x, y, rows, columns, firstRow, step, keys, deviation);
                break;
            case VectorPath.Vector256:
                Add<PhiloxLanes256, Lanes256>(x, y, rows, columns, firstRow, step, keys, deviation);
                break;
            case VectorPath.Vector128:
                Add<PhiloxLanes128, Lanes128>(x, y, rows, columns, firstRow, step, keys, deviation);
                break;
            default:
                AddScalar(x, y, rows, columns, firstRow, step, key, deviation);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<TWords, TLanes>(
        float* x, float* y, int rows, int columns, int firstRow, ulong step, ulong* keys, float deviation)
        where TWords : struct, IPhiloxLanes<TWords, TLanes>
        where TLanes : struct, ILanes<TLanes>
    {
        for (int row = 0; row < rows; row++, x += columns, y += columns)
        {
            for (int column = 0; column < columns; column += PhiloxColumns.Block)
            {
                PhiloxColumns.Words<TWords, TLanes>(
                    (uint)column / 4, (uint)(firstRow + row), step, keys, out TLanes random0, out TLanes random1);
                Add(x, y, column, columns, random0, deviation);
                if (column + LaneMath.Width < columns)
                    Add(x, y, column + LaneMath.Width, columns, random1, deviation);
            }
        }
    }

    private static void AddScalar(float* x, float* y, int rows, int columns, int firstRow, ulong step, PhiloxKey key, float deviation)
    {
        float* words = stackalloc float[LaneMath.Width];
        for (int row = 0; row < rows; row++, x += columns, y += columns)
        {
            for (int column = 0; column < columns; column += LaneMath.Width)
            {
                for (int lane = 0; lane < LaneMath.Width; lane++)
                {
                    PhiloxBlock block = Philox4x32.Block(
                        key, (uint)(column + lane) / 4, (uint)(firstRow + row), (uint)step, (uint)(step >> 32));
                    ((uint*)words)[lane] = block[lane];
                }
                Add(x, y, column, columns, LanesScalar.Load(words), deviation);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<T>(float* x, float* y, int column, int columns, T random, float deviation)
        where T : struct, ILanes<T>
    {
        int count = Math.Min(LaneMath.Width, columns - column);
        T noise = NormalLanes.FromBits(random);
        ColumnLanes.Store(T.FusedMultiplyAdd(noise, T.Broadcast(deviation), ColumnLanes.Load<T>(x + column, count)), y + column, count);
    }
}
