using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Randomness;

/// <summary>
/// A sequence of random numbers without state: each is a function of the stream and an index (Philox 4x32-10), so any number is
/// available in any order, from any thread, and a resumed training draws what the uninterrupted one would have drawn.
/// </summary>
/// <remarks>
/// <para>
/// Derivation. A stream's 64-bit key is the first two words of Philox 4x32-10 with the seed as key (low word first) and the counter
/// (purpose, 0, ordinal, 0), or for a named purpose (low and high word of the FNV-1a 64 hash of the name's UTF-16 code units, low byte
/// first; ordinal; 1).
/// </para>
/// <para>
/// Counters. Number <c>index</c> is word <c>index % 4</c> of counter (<c>index / 4</c> as two words, 0, 0). A draw for a step, row and
/// column is word <c>column % 4</c> of counter (<c>column / 4</c>, row, low and high word of the step). A shuffle draws from the counters
/// (0, 1, 2, ..., 0, low and high word of the epoch). The three ways share the counters: use one way per stream.
/// </para>
/// </remarks>
public readonly struct RandomStream : IEquatable<RandomStream>
{
    // The standard normal distribution function at -2, and the probability between -2 and 2.
    private const double CdfAtMinusTwo = 0.022750131948179207;
    private const double MassWithinTwo = 0.9544997361036416;

    private RandomStream(PhiloxKey key) => Key = key;

    internal PhiloxKey Key { get; }

    /// <summary>The stream of one purpose of the library.</summary>
    /// <param name="seed">The root seed of the model or the run.</param>
    /// <param name="purpose">What the numbers are for.</param>
    /// <param name="ordinal">Which of its kind: 0 for the first dropout layer, 1 for the second.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="ordinal"/> is negative.</exception>
    public static RandomStream Derive(ulong seed, RandomPurpose purpose, int ordinal = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ordinal);
        return Derive(seed, (uint)purpose, 0, ordinal, named: 0);
    }

    /// <summary>The stream of a purpose of your own, known by its name.</summary>
    /// <param name="seed">The root seed of the model or the run.</param>
    /// <param name="purpose">A name, such as the layer's type name. Upper and lower case differ.</param>
    /// <param name="ordinal">Which of its kind: 0 for the first, 1 for the second.</param>
    /// <exception cref="ArgumentException"><paramref name="purpose"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="ordinal"/> is negative.</exception>
    public static RandomStream Derive(ulong seed, string purpose, int ordinal = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        ArgumentOutOfRangeException.ThrowIfNegative(ordinal);
        ulong hash = Fnv1a(purpose);
        return Derive(seed, (uint)hash, (uint)(hash >> 32), ordinal, named: 1);
    }

    /// <summary>32 random bits.</summary>
    /// <param name="index">The number's place in the sequence.</param>
    public uint UInt32At(ulong index)
    {
        ulong block = index >> 2;
        return Philox4x32.Block(Key, (uint)block, (uint)(block >> 32), 0, 0)[(int)(index & 3)];
    }

    /// <summary>32 random bits for one element of one sample in one training step: what dropout draws.</summary>
    /// <param name="step">The training step.</param>
    /// <param name="row">The row in the batch.</param>
    /// <param name="column">The element in the row.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="row"/> or <paramref name="column"/> is negative.</exception>
    public uint UInt32At(ulong step, int row, int column)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        return Philox4x32.Block(Key, (uint)column >> 2, (uint)row, (uint)step, (uint)(step >> 32))[column];
    }

    /// <summary>A number from 0 (included) to 1 (excluded): one of 2^24 equally likely multiples of 2^-24.</summary>
    /// <param name="index">The number's place in the sequence.</param>
    public float UniformAt(ulong index) => (UInt32At(index) >> 8) * (1f / (1 << 24));

    /// <summary>A number from the normal distribution with mean 0 and standard deviation 1.</summary>
    /// <param name="index">The number's place in the sequence.</param>
    /// <remarks>By inversion: <c>x = Phi^-1((u + 1/2) / 2^32)</c> for 32 random bits <c>u</c>, so |x| &lt; 6.34.</remarks>
    public float NormalAt(ulong index) => (float)NormalDistribution.InverseCdf(OpenUniformAt(index));

    /// <summary>
    /// A number from the normal distribution with mean 0 and standard deviation 1, cut off at -2 and 2. The cut leaves a standard
    /// deviation of <see cref="TruncatedNormalDeviation"/>.
    /// </summary>
    /// <param name="index">The number's place in the sequence.</param>
    /// <remarks>By inversion: <c>x = Phi^-1(Phi(-2) + (Phi(2) - Phi(-2)) (u + 1/2) / 2^32)</c> for 32 random bits <c>u</c>.</remarks>
    public float TruncatedNormalAt(ulong index) =>
        (float)NormalDistribution.InverseCdf(CdfAtMinusTwo + MassWithinTwo * OpenUniformAt(index));

    /// <summary>
    /// The standard deviation of <see cref="TruncatedNormalAt"/>; divide by it for a deviation of 1, as Keras' <c>he_normal</c> does.
    /// </summary>
    public const double TruncatedNormalDeviation = 0.87962566103423978;

    /// <summary>
    /// Puts the elements in a random order, each of the n! orders equally likely as far as the generator goes. The new order is a function
    /// of the stream, the epoch and the order before; start from 0, 1, 2, ... each time to make it a function of the epoch alone.
    /// </summary>
    /// <param name="items">The elements to reorder.</param>
    /// <param name="epoch">Which shuffle of this stream.</param>
    /// <remarks>
    /// Fisher-Yates from the last element down. Bounded integers are unbiased: the high word of a 32 x 32-bit product, redrawn when its low
    /// word falls into the incomplete part (D. Lemire, "Fast random integer generation in an interval", 2019).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Shuffle(Span<int> items, ulong epoch)
    {
        PhiloxBlock block = default;
        uint drawn = 0;
        for (int last = items.Length - 1; last > 0; last--)
        {
            int chosen;
            while (!TryBound(Next(Key), (uint)last + 1, out chosen))
            {
            }
            (items[last], items[chosen]) = (items[chosen], items[last]);
        }

        uint Next(PhiloxKey key)
        {
            if ((drawn & 3) == 0)
                block = Philox4x32.Block(key, drawn >> 2, 0, (uint)epoch, (uint)(epoch >> 32));
            return block[(int)(drawn++ & 3)];
        }
    }

    /// <summary>Whether both streams give the same numbers.</summary>
    /// <param name="other">The stream to compare with.</param>
    public bool Equals(RandomStream other) => Key == other.Key;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RandomStream other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode();

    /// <summary>Whether both streams give the same numbers.</summary>
    /// <param name="left">One stream.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(RandomStream left, RandomStream right) => left.Equals(right);

    /// <summary>Whether the streams differ.</summary>
    /// <param name="left">One stream.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(RandomStream left, RandomStream right) => !left.Equals(right);

    /// <summary>A word as a number below a bound, or false for the few words that would make some numbers likelier than others.</summary>
    internal static bool TryBound(uint word, uint bound, out int number)
    {
        ulong product = (ulong)word * bound;
        number = (int)(product >> 32);
        // 2^32 % bound words are too many; the division is needed only where the low word lets them be among them.
        return (uint)product >= bound || (uint)product >= unchecked(0u - bound) % bound;
    }

    private static RandomStream Derive(ulong seed, uint purposeLow, uint purposeHigh, int ordinal, uint named)
    {
        var root = new PhiloxKey((uint)seed, (uint)(seed >> 32));
        PhiloxBlock block = Philox4x32.Block(root, purposeLow, purposeHigh, (uint)ordinal, named);
        return new RandomStream(new PhiloxKey(block.Word0, block.Word1));
    }

    // The middle of one of 2^32 equal intervals: never 0, never 1.
    private double OpenUniformAt(ulong index) => (UInt32At(index) + 0.5) * (1.0 / 4294967296.0);

    private static ulong Fnv1a(string text)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (char unit in text)
        {
            hash = unchecked((hash ^ (byte)unit) * 0x100000001B3);
            hash = unchecked((hash ^ (byte)(unit >> 8)) * 0x100000001B3);
        }
        return hash;
    }
}
