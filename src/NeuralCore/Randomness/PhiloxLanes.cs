using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using NeuralCore.Numerics;

namespace NeuralCore.Randomness;

/// <summary>
/// One Philox word of eight counters, each in the low half of a 64-bit lane. The high halves hold leftovers: the widening multiplication
/// ignores them, which saves the blends that packed 32-bit words would need.
/// </summary>
/// <remarks>Counters sit in the order in which <see cref="Columns"/>' interleaving leaves the results in order.</remarks>
internal interface IPhiloxLanes<TSelf, TLanes>
    where TSelf : struct, IPhiloxLanes<TSelf, TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    static abstract TSelf Broadcast(ulong word);

    /// <summary>first, first + 1, ..., first + 7 in this type's order.</summary>
    static abstract TSelf Counters(uint first);

    static abstract TSelf Xor(TSelf first, TSelf second, TSelf third);

    /// <summary>The 64-bit products of the low halves.</summary>
    static abstract TSelf Multiply(TSelf left, TSelf right);

    static abstract TSelf HighWord(TSelf value);

    /// <summary>The words of counters 0 to 3 and of counters 4 to 7, each counter's four words side by side.</summary>
    static abstract void Columns(TSelf word0, TSelf word1, TSelf word2, TSelf word3, out TLanes first, out TLanes second);
}

/// <summary>Eight counters in one AVX-512 register.</summary>
internal readonly struct PhiloxLanes512 : IPhiloxLanes<PhiloxLanes512, Lanes512>
{
    private readonly Vector512<ulong> _all;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PhiloxLanes512(Vector512<ulong> all) => _all = all;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxLanes512 Broadcast(ulong word) => new(Vector512.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxLanes512 Counters(uint first) =>
        new(Vector512.Create((ulong)first) + Vector512.Create(0UL, 4, 1, 5, 2, 6, 3, 7));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxLanes512 Xor(PhiloxLanes512 first, PhiloxLanes512 second, PhiloxLanes512 third) =>
        new(Avx512F.TernaryLogic(first._all, second._all, third._all, 0x96));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxLanes512 Multiply(PhiloxLanes512 left, PhiloxLanes512 right) =>
        new(Avx512F.Multiply(left._all.AsUInt32(), right._all.AsUInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxLanes512 HighWord(PhiloxLanes512 value) => new(value._all >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Columns(
        PhiloxLanes512 word0, PhiloxLanes512 word1, PhiloxLanes512 word2, PhiloxLanes512 word3, out Lanes512 first, out Lanes512 second)
    {
        Vector512<ulong> low = Vector512.Create((ulong)uint.MaxValue);
        Vector512<ulong> words01 = (word0._all & low) | (word1._all << 32);
        Vector512<ulong> words23 = (word2._all & low) | (word3._all << 32);
        first = new(Avx512F.UnpackLow(words01, words23).AsSingle());
        second = new(Avx512F.UnpackHigh(words01, words23).AsSingle());
    }
}

/// <summary>Eight counters in two AVX2 registers.</summary>
internal readonly struct PhiloxLanes256 : IPhiloxLanes<PhiloxLanes256, Lanes256>
{
    private readonly Vector256<ulong> _lower;
    private readonly Vector256<ulong> _upper;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PhiloxLanes256(Vector256<ulong> lower, Vector256<ulong> upper)
    {
        _lower = lower;
        _upper = upper;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxLanes256 Broadcast(ulong word) => new(Vector256.Create(word), Vector256.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxLanes256 Counters(uint first) => new(
        Vector256.Create((ulong)first) + Vector256.Create(0UL, 2, 1, 3),
        Vector256.Create((ulong)first) + Vector256.Create(4UL, 6, 5, 7));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxLanes256 Xor(PhiloxLanes256 first, PhiloxLanes256 second, PhiloxLanes256 third) =>
        new(first._lower ^ (second._lower ^ third._lower), first._upper ^ (second._upper ^ third._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxLanes256 Multiply(PhiloxLanes256 left, PhiloxLanes256 right) => new(
        Avx2.Multiply(left._lower.AsUInt32(), right._lower.AsUInt32()),
        Avx2.Multiply(left._upper.AsUInt32(), right._upper.AsUInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxLanes256 HighWord(PhiloxLanes256 value) => new(value._lower >>> 32, value._upper >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Columns(
        PhiloxLanes256 word0, PhiloxLanes256 word1, PhiloxLanes256 word2, PhiloxLanes256 word3, out Lanes256 first, out Lanes256 second)
    {
        first = Half(word0._lower, word1._lower, word2._lower, word3._lower);
        second = Half(word0._upper, word1._upper, word2._upper, word3._upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256 Half(Vector256<ulong> word0, Vector256<ulong> word1, Vector256<ulong> word2, Vector256<ulong> word3)
    {
        Vector256<ulong> low = Vector256.Create((ulong)uint.MaxValue);
        Vector256<ulong> words01 = (word0 & low) | (word1 << 32);
        Vector256<ulong> words23 = (word2 & low) | (word3 << 32);
        return new(Avx2.UnpackLow(words01, words23).AsSingle(), Avx2.UnpackHigh(words01, words23).AsSingle());
    }
}

/// <summary>Eight counters in four 128-bit registers: x86, or ARM64.</summary>
internal readonly struct PhiloxLanes128 : IPhiloxLanes<PhiloxLanes128, Lanes128>
{
    private readonly Vector128<ulong> _first;
    private readonly Vector128<ulong> _second;
    private readonly Vector128<ulong> _third;
    private readonly Vector128<ulong> _fourth;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PhiloxLanes128(Vector128<ulong> first, Vector128<ulong> second, Vector128<ulong> third, Vector128<ulong> fourth)
    {
        _first = first;
        _second = second;
        _third = third;
        _fourth = fourth;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxLanes128 Broadcast(ulong word)
    {
        Vector128<ulong> all = Vector128.Create(word);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxLanes128 Counters(uint first)
    {
        Vector128<ulong> all = Vector128.Create((ulong)first);
        return new(all + Vector128.Create(0UL, 1), all + Vector128.Create(2UL, 3), all + Vector128.Create(4UL, 5), all
            + Vector128.Create(6UL, 7));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxLanes128 Xor(PhiloxLanes128 first, PhiloxLanes128 second, PhiloxLanes128 third) => new(
        first._first ^ (second._first ^ third._first), first._second ^ (second._second ^ third._second),
        first._third ^ (second._third ^ third._third), first._fourth ^ (second._fourth ^ third._fourth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxLanes128 Multiply(PhiloxLanes128 left, PhiloxLanes128 right) => new(
        Multiply(left._first, right._first), Multiply(left._second, right._second),
        Multiply(left._third, right._third), Multiply(left._fourth, right._fourth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxLanes128 HighWord(PhiloxLanes128 value) =>
        new(value._first >>> 32, value._second >>> 32, value._third >>> 32, value._fourth >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Columns(
        PhiloxLanes128 word0, PhiloxLanes128 word1, PhiloxLanes128 word2, PhiloxLanes128 word3, out Lanes128 first, out Lanes128 second)
    {
        Pair(word0._first, word1._first, word2._first, word3._first, out Vector128<float> counter0, out Vector128<float> counter1);
        Pair(word0._second, word1._second, word2._second, word3._second, out Vector128<float> counter2, out Vector128<float> counter3);
        first = new(counter0, counter1, counter2, counter3);
        Pair(word0._third, word1._third, word2._third, word3._third, out Vector128<float> counter4, out Vector128<float> counter5);
        Pair(word0._fourth, word1._fourth, word2._fourth, word3._fourth, out Vector128<float> counter6, out Vector128<float> counter7);
        second = new(counter4, counter5, counter6, counter7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Multiply(Vector128<ulong> left, Vector128<ulong> right) => Sse2.IsSupported
        ? Sse2.Multiply(left.AsUInt32(), right.AsUInt32())
        : AdvSimd.MultiplyWideningLower(AdvSimd.ExtractNarrowingLower(left), AdvSimd.ExtractNarrowingLower(right));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair(
        Vector128<ulong> word0, Vector128<ulong> word1, Vector128<ulong> word2, Vector128<ulong> word3,
        out Vector128<float> lower, out Vector128<float> upper)
    {
        Vector128<ulong> low = Vector128.Create((ulong)uint.MaxValue);
        Vector128<ulong> words01 = (word0 & low) | (word1 << 32);
        Vector128<ulong> words23 = (word2 & low) | (word3 << 32);
        lower = (Sse2.IsSupported ? Sse2.UnpackLow(words01, words23) : AdvSimd.Arm64.ZipLow(words01, words23)).AsSingle();
        upper = (Sse2.IsSupported ? Sse2.UnpackHigh(words01, words23) : AdvSimd.Arm64.ZipHigh(words01, words23)).AsSingle();
    }
}
