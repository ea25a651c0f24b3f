using System.Runtime.CompilerServices;

namespace NeuralCore.Randomness;

/// <summary>
/// Philox 4x32-10: a random function from (key, 128-bit counter) to four 32-bit words. It holds no state, so any number is
/// available at any time in any order.
/// </summary>
/// <remarks>J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.</remarks>
internal static class Philox4x32
{
    internal const int Rounds = 10;

    internal const uint Multiplier0 = 0xD2511F53;
    internal const uint Multiplier1 = 0xCD9E8D57;

    // Added to the key each round: the golden ratio and sqrt(3) - 1 as 32-bit fractions.
    internal const uint Weyl0 = 0x9E3779B9;
    internal const uint Weyl1 = 0xBB67AE85;

    /// <summary>The four random words of one counter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static PhiloxBlock Block(PhiloxKey key, uint counter0, uint counter1, uint counter2, uint counter3)
    {
        uint key0 = key.Low;
        uint key1 = key.High;
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * counter0;
            ulong product1 = (ulong)Multiplier1 * counter2;
            counter0 = (uint)(product1 >> 32) ^ counter1 ^ key0;
            counter1 = (uint)product1;
            counter2 = (uint)(product0 >> 32) ^ counter3 ^ key1;
            counter3 = (uint)product0;
            key0 = unchecked(key0 + Weyl0);
            key1 = unchecked(key1 + Weyl1);
        }
        return new PhiloxBlock(counter0, counter1, counter2, counter3);
    }
}

/// <summary>The four words that one Philox counter gives.</summary>
internal readonly record struct PhiloxBlock(uint Word0, uint Word1, uint Word2, uint Word3)
{
    /// <summary>The word at an index from 0 to 3; higher bits of the index are ignored.</summary>
    internal uint this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (index & 3) switch { 0 => Word0, 1 => Word1, 2 => Word2, _ => Word3 };
    }
}
