using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Randomness;

/// <summary>
/// Dropout of a block of rows. Whether an element stays depends on (key, step, row, column) alone, so backward draws the mask again instead
/// of storing it, and any split of the rows gives the same bits.
/// </summary>
internal static unsafe class DropoutKernel
{
    /// <summary>
    /// <c>y = random &lt; dropThreshold ? +0 : x * scale</c>, where random is word <c>column % 4</c> of Philox counter
    /// (column / 4, row, low word of step, high word of step). Forward on activations, backward on gradients. y may be x.
    /// </summary>
    /// <param name="x">rows * columns floats.</param>
    /// <param name="y">rows * columns floats.</param>
    /// <param name="rows">The rows of the block.</param>
    /// <param name="columns">The floats in a row.</param>
    /// <param name="firstRow">The block's first row in the whole batch.</param>
    /// <param name="step">The training step.</param>
    /// <param name="key">The layer's random stream.</param>
    /// <param name="dropThreshold">The dropped share of 2^32.</param>
    /// <param name="scale">1 / (1 - rate).</param>
    internal static void Apply(
        float* x, float* y, int rows, int columns, int firstRow, ulong step, in PhiloxKey key, uint dropThreshold, float scale) =>
        Apply(InstructionSet.Current, x, y, rows, columns, firstRow, step, key, dropThreshold, scale);

    internal static void Apply(
        VectorPath path, float* x, float* y, int rows, int columns, int firstRow, ulong step, PhiloxKey key, uint dropThreshold,
            float scale)
    {
        ulong* keys = stackalloc ulong[PhiloxColumns.KeyWords];
        PhiloxColumns.Schedule(key, keys);
        switch (path)
        {
            case VectorPath.Vector512:
                Apply<PhiloxLanes512, Lanes512>(x, y, rows, columns, firstRow, step, keys, dropThreshold, scale);
                break;
            case VectorPath.Vector256:
                Apply<PhiloxLanes256, Lanes256>(x, y, rows, columns, firstRow, step, keys, dropThreshold, scale);
                break;
            case VectorPath.Vector128:
                Apply<PhiloxLanes128, Lanes128>(x, y, rows, columns, firstRow, step, keys, dropThreshold, scale);
                break;
            default:
                ApplyScalar(x, y, rows, columns, firstRow, step, key, dropThreshold, scale);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<TWords, TLanes>(
        float* x, float* y, int rows, int columns, int firstRow, ulong step, ulong* keys, uint dropThreshold, float scale)
        where TWords : struct, IPhiloxLanes<TWords, TLanes>
        where TLanes : struct, ILanes<TLanes>
    {
        const int block = 2 * LaneMath.Width;
        for (int row = 0; row < rows; row++)
        {
            uint rowWord = (uint)(firstRow + row);
            for (int column = 0; column < columns; column += block)
            {
                PhiloxColumns.Words<TWords, TLanes>(
                    (uint)column / 4, rowWord, step, keys, out TLanes random0, out TLanes random1);
                TLanes factor = TLanes.Broadcast(scale);
                int left = columns - column;
                if (left >= block)
                {
                    TLanes.Store(TLanes.WhereBitsAtLeast(random0, dropThreshold, TLanes.Load(x) * factor), y);
                    TLanes.Store(TLanes.WhereBitsAtLeast(random1, dropThreshold, TLanes.Load(x + LaneMath.Width) * factor), y
                        + LaneMath.Width);
                    x += block;
                    y += block;
                    continue;
                }

                int left0 = Math.Min(left, LaneMath.Width);
                int left1 = left - left0;
                TLanes x0 = TLanes.LoadPartial(x, left0, 0);
                TLanes.StorePartial(TLanes.WhereBitsAtLeast(random0, dropThreshold, x0 * factor), y, left0);
                if (left1 > 0)
                {
                    TLanes x1 = TLanes.LoadPartial(x + LaneMath.Width, left1, 0);
                    TLanes.StorePartial(TLanes.WhereBitsAtLeast(random1, dropThreshold, x1 * factor), y + LaneMath.Width, left1);
                }
                x += left;
                y += left;
            }
        }
    }

    private static void ApplyScalar(
        float* x, float* y, int rows, int columns, int firstRow, ulong step, PhiloxKey key, uint dropThreshold, float scale)
    {
        for (int row = 0; row < rows; row++)
        {
            PhiloxBlock block = default;
            for (int column = 0; column < columns; column++)
            {
                if ((column & 3) == 0)
                    block = Philox4x32.Block(key, (uint)column / 4, (uint)(firstRow + row), (uint)step, (uint)(step >> 32));
                *y++ = block[column] >= dropThreshold ? *x * scale : 0f;
                x++;
            }
        }
    }
}
