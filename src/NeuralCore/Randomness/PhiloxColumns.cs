using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Randomness;

/// <summary>
/// The random words of rows of columns, sixteen lanes at a time: word <c>column % 4</c> of the Philox counter
/// (column / 4, row, low word of step, high word of step).
/// </summary>
internal static unsafe class PhiloxColumns
{
    /// <summary>The columns of one call of <see cref="Words"/>.</summary>
    internal const int Block = 2 * LaneMath.Width;

    /// <summary>The length of the keys that <see cref="Schedule"/> writes.</summary>
    internal const int KeyWords = 2 * Philox4x32.Rounds;

    /// <summary>The keys of the rounds, in memory: as running values they would take the registers that the counters need.</summary>
    internal static void Schedule(PhiloxKey key, ulong* keys)
    {
        for (int round = 0; round < Philox4x32.Rounds; round++)
        {
            keys[2 * round] = unchecked(key.Low + (uint)round * Philox4x32.Weyl0);
            keys[2 * round + 1] = unchecked(key.High + (uint)round * Philox4x32.Weyl1);
        }
    }

    /// <summary>The words for 32 neighbouring columns of a row: <see cref="Philox4x32.Block"/> on eight counters at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Words<TWords, TLanes>(
        uint firstCounter, uint row, ulong step, ulong* keys, out TLanes first, out TLanes second)
        where TWords : struct, IPhiloxLanes<TWords, TLanes>
        where TLanes : struct, ILanes<TLanes>
    {
        TWords counter0 = TWords.Counters(firstCounter);
        TWords counter1 = TWords.Broadcast(row);
        TWords counter2 = TWords.Broadcast((uint)step);
        TWords counter3 = TWords.Broadcast((uint)(step >> 32));
        TWords multiplier0 = TWords.Broadcast(Philox4x32.Multiplier0);
        TWords multiplier1 = TWords.Broadcast(Philox4x32.Multiplier1);
        for (int round = 0; round < Philox4x32.Rounds; round++)
        {
            TWords product0 = TWords.Multiply(counter0, multiplier0);
            TWords product1 = TWords.Multiply(counter2, multiplier1);
            counter0 = TWords.Xor(TWords.HighWord(product1), counter1, TWords.Broadcast(keys[0]));
            counter1 = product1;
            counter2 = TWords.Xor(TWords.HighWord(product0), counter3, TWords.Broadcast(keys[1]));
            counter3 = product0;
            keys += 2;
        }
        TWords.Columns(counter0, counter1, counter2, counter3, out first, out second);
    }
}
