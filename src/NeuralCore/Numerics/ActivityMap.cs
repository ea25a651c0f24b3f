using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralCore.Numerics;

/// <summary>
/// One bit for each value of a batch's input: whether it is not zero (NaN counts). Written row by row while the rows are in a core's cache, read by products that
/// leave out zeros.
/// </summary>
/// <remarks>The bits of 16 neighbouring columns make a word; the words of one group of columns stand together, row after row.</remarks>
internal sealed unsafe class ActivityMap
{
    /// <summary>The columns of one word.</summary>
    internal const int WordColumns = 16;

    private readonly ushort[] _words;
    private readonly int _columns;
    private readonly int _rows;

    internal ActivityMap(int rows, int columns)
    {
        _rows = rows;
        _columns = columns;
        _words = GC.AllocateArray<ushort>(checked((columns + WordColumns - 1) / WordColumns * rows), pinned: true);
    }

    /// <summary>The words of columns 16 * <paramref name="group"/> and on, one for each row.</summary>
    internal ushort* Words(int group) => (ushort*)Unsafe.AsPointer(ref _words[0]) + (nint)group * _rows;

    /// <summary>Writes the bits of a block of rows, which stand one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Mark(float* x, int firstRow, int rows)
    {
        nint rowsOfMap = _rows;
        for (int row = 0; row < rows; row++, x += _columns)
        {
            ushort* word = Words(0) + firstRow + row;
            int column = 0;
            for (; column <= _columns - WordColumns; column += WordColumns, word += rowsOfMap)
                *word = Bits(x + column);
            if (column < _columns)
            {
                uint bits = 0;
                for (int i = column; i < _columns; i++)
                    bits |= (x[i] != 0 ? 1u : 0u) << (i - column);
                *word = (ushort)bits;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort Bits(float* x)
    {
        if (Vector512.IsHardwareAccelerated)
            return (ushort)~Vector512.Equals(Vector512.Load(x), Vector512<float>.Zero).ExtractMostSignificantBits();
        uint low = Vector256.Equals(Vector256.Load(x), Vector256<float>.Zero).ExtractMostSignificantBits();
        uint high = Vector256.Equals(Vector256.Load(x + 8), Vector256<float>.Zero).ExtractMostSignificantBits();
        return (ushort)~(low | high << 8);
    }
}
