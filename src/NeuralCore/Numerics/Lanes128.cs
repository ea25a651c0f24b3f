using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

/// <summary>Sixteen floats in four 128-bit registers: x86 with FMA (and so AVX), or ARM64.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Lanes128>
{
    private readonly Vector128<float> _first;
    private readonly Vector128<float> _second;
    private readonly Vector128<float> _third;
    private readonly Vector128<float> _fourth;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Lanes128(Vector128<float> first, Vector128<float> second, Vector128<float> third, Vector128<float> fourth)
    {
        _first = first;
        _second = second;
        _third = third;
        _fourth = fourth;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(float* source) =>
        new(Vector128.Load(source), Vector128.Load(source + 4), Vector128.Load(source + 8), Vector128.Load(source + 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128 value, float* destination)
    {
        value._first.Store(destination);
        value._second.Store(destination + 4);
        value._third.Store(destination + 8);
        value._fourth.Store(destination + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadPartial(float* source, int count, float fill) => new(
        LoadQuarter(source, count, fill), LoadQuarter(source + 4, count - 4, fill),
        LoadQuarter(source + 8, count - 8, fill), LoadQuarter(source + 12, count - 12, fill));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Lanes128 value, float* destination, int count)
    {
        StoreQuarter(value._first, destination, count);
        StoreQuarter(value._second, destination + 4, count - 4);
        StoreQuarter(value._third, destination + 8, count - 8);
        StoreQuarter(value._fourth, destination + 12, count - 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadBytes(byte* source)
    {
        Vector128<byte> bytes = Vector128.Load(source);
        Vector128<ushort> lower = Vector128.WidenLower(bytes);
        Vector128<ushort> upper = Vector128.WidenUpper(bytes);
        return new(
            Vector128.ConvertToSingle(Vector128.WidenLower(lower).AsInt32()),
                Vector128.ConvertToSingle(Vector128.WidenUpper(lower).AsInt32()),
            Vector128.ConvertToSingle(Vector128.WidenLower(upper).AsInt32()),
                Vector128.ConvertToSingle(Vector128.WidenUpper(upper).AsInt32()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint NonZeroBits(Lanes128 value) =>
        (ushort)~(Vector128.Equals(value._first, Vector128<float>.Zero).ExtractMostSignificantBits()
            | Vector128.Equals(value._second, Vector128<float>.Zero).ExtractMostSignificantBits() << 4
            | Vector128.Equals(value._third, Vector128<float>.Zero).ExtractMostSignificantBits() << 8
            | Vector128.Equals(value._fourth, Vector128<float>.Zero).ExtractMostSignificantBits() << 12);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IndexNonZero(Lanes128 value, int first, int* indices) => LaneMath.IndexBits(NonZeroBits(value), first, indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator |(Lanes128 left, Lanes128 right) =>
        new(left._first | right._first, left._second | right._second, left._third | right._third, left._fourth | right._fourth);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Broadcast(float value)
    {
        Vector128<float> all = Vector128.Create(value);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Indicator(int lane) =>
        new(IndicatorQuarter(lane), IndicatorQuarter(lane - 4), IndicatorQuarter(lane - 8), IndicatorQuarter(lane - 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Add(Lanes128 left, Lanes128 right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 left, Lanes128 right) =>
        new(left._first + right._first, left._second + right._second, left._third + right._third, left._fourth + right._fourth);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 left, Lanes128 right) =>
        new(left._first - right._first, left._second - right._second, left._third - right._third, left._fourth - right._fourth);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator *(Lanes128 left, Lanes128 right) =>
        new(left._first * right._first, left._second * right._second, left._third * right._third, left._fourth * right._fourth);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator /(Lanes128 left, Lanes128 right) =>
        new(left._first / right._first, left._second / right._second, left._third / right._third, left._fourth / right._fourth);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Sqrt(Lanes128 value) =>
        new(Vector128.Sqrt(value._first), Vector128.Sqrt(value._second), Vector128.Sqrt(value._third), Vector128.Sqrt(value._fourth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 FusedMultiplyAdd(Lanes128 left, Lanes128 right, Lanes128 addend) => new(
        Vector128.FusedMultiplyAdd(left._first, right._first, addend._first),
        Vector128.FusedMultiplyAdd(left._second, right._second, addend._second),
        Vector128.FusedMultiplyAdd(left._third, right._third, addend._third),
        Vector128.FusedMultiplyAdd(left._fourth, right._fourth, addend._fourth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Max(Lanes128 left, Lanes128 right) =>
        new(Max(left._first, right._first), Max(left._second, right._second), Max(left._third, right._third),
            Max(left._fourth, right._fourth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Min(Lanes128 left, Lanes128 right) =>
        new(Min(left._first, right._first), Min(left._second, right._second), Min(left._third, right._third),
            Min(left._fourth, right._fourth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 WhereGreater(Lanes128 left, Lanes128 right, Lanes128 chosen) => new(
        Vector128.GreaterThan(left._first, right._first) & chosen._first,
        Vector128.GreaterThan(left._second, right._second) & chosen._second,
        Vector128.GreaterThan(left._third, right._third) & chosen._third,
        Vector128.GreaterThan(left._fourth, right._fourth) & chosen._fourth);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 SelectGreater(Lanes128 left, Lanes128 right, Lanes128 chosen, Lanes128 otherwise) => new(
        Select(left._first, right._first, chosen._first, otherwise._first),
        Select(left._second, right._second, chosen._second, otherwise._second),
        Select(left._third, right._third, chosen._third, otherwise._third),
        Select(left._fourth, right._fourth, chosen._fourth, otherwise._fourth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Abs(Lanes128 value) => new(
        Vector128.Abs(value._first),
        Vector128.Abs(value._second),
        Vector128.Abs(value._third),
        Vector128.Abs(value._fourth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 CopySign(Lanes128 magnitude, Lanes128 sign) => new(
        Vector128.CopySign(magnitude._first, sign._first),
        Vector128.CopySign(magnitude._second, sign._second),
        Vector128.CopySign(magnitude._third, sign._third),
        Vector128.CopySign(magnitude._fourth, sign._fourth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 SplitExponent(Lanes128 value, out Lanes128 exponent)
    {
        Vector128<float> first = SplitExponent(value._first, out Vector128<float> firstExponent);
        Vector128<float> second = SplitExponent(value._second, out Vector128<float> secondExponent);
        Vector128<float> third = SplitExponent(value._third, out Vector128<float> thirdExponent);
        Vector128<float> fourth = SplitExponent(value._fourth, out Vector128<float> fourthExponent);
        exponent = new(firstExponent, secondExponent, thirdExponent, fourthExponent);
        return new(first, second, third, fourth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 WhereBitsAtLeast(Lanes128 random, uint threshold, Lanes128 chosen)
    {
        Vector128<uint> least = Vector128.Create(threshold);
        return new(
            Vector128.GreaterThanOrEqual(random._first.AsUInt32(), least).AsSingle() & chosen._first,
            Vector128.GreaterThanOrEqual(random._second.AsUInt32(), least).AsSingle() & chosen._second,
            Vector128.GreaterThanOrEqual(random._third.AsUInt32(), least).AsSingle() & chosen._third,
            Vector128.GreaterThanOrEqual(random._fourth.AsUInt32(), least).AsSingle() & chosen._fourth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyByPowerOfTwo(Lanes128 value, Lanes128 shifted) => new(
        MultiplyByPowerOfTwo(value._first, shifted._first), MultiplyByPowerOfTwo(value._second, shifted._second),
        MultiplyByPowerOfTwo(value._third, shifted._third), MultiplyByPowerOfTwo(value._fourth, shifted._fourth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes128 value) => SumOfFour((value._first + value._third) + (value._second + value._fourth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Lanes128 value) =>
        LargestOfFour(Max(Max(value._first, value._third), Max(value._second, value._fourth)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float SumOfFour(Vector128<float> value)
    {
        Vector128<float> pairs = value + Vector128.Shuffle(value, Vector128.Create(2, 3, 0, 1));
        return pairs.GetElement(0) + pairs.GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float LargestOfFour(Vector128<float> value)
    {
        Vector128<float> pairs = Max(value, Vector128.Shuffle(value, Vector128.Create(2, 3, 0, 1)));
        return Max(pairs, Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    // ARM's maximum keeps NaN from either side; a comparison and a selection do what x86 does.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> Max(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.Max(left, right) : Vector128.ConditionalSelect(Vector128.GreaterThan(left, right), left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Min(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.Min(left, right) : Vector128.ConditionalSelect(Vector128.LessThan(left, right), left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> MultiplyByPowerOfTwo(Vector128<float> value, Vector128<float> shifted)
    {
        Vector128<int> exponent = shifted.AsInt32() - Vector128.Create(Elementary.RoundingShiftBits);
        Vector128<int> half = exponent >> 1;
        Vector128<int> one = Vector128.Create(1f).AsInt32();
        Vector128<float> first = ((half << 23) + one).AsSingle();
        Vector128<float> second = (((exponent - half) << 23) + one).AsSingle();
        return value * first * second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Select(
        Vector128<float> left, Vector128<float> right, Vector128<float> chosen, Vector128<float> otherwise) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(left, right), chosen, otherwise);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> SplitExponent(Vector128<float> value, out Vector128<float> exponent)
    {
        Vector128<int> bits = value.AsInt32();
        Vector128<int> power = (bits - Vector128.Create(Elementary.RootHalfBits)) >> 23;
        exponent = Vector128.ConvertToSingle(power);
        return (bits - (power << 23)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> LoadQuarter(float* source, int count, float fill)
    {
        Vector128<float> padding = Vector128.Create(fill);
        if (Avx.IsSupported)
        {
            Vector128<float> mask = First(count);
            return Vector128.ConditionalSelect(mask, Avx.MaskLoad(source, mask), padding);
        }
        if (count >= 4)
            return Vector128.Load(source);
        if (count > 0)
            padding = padding.WithElement(0, source[0]);
        if (count > 1)
            padding = padding.WithElement(1, source[1]);
        if (count > 2)
            padding = padding.WithElement(2, source[2]);
        return padding;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreQuarter(Vector128<float> value, float* destination, int count)
    {
        if (Avx.IsSupported)
        {
            Avx.MaskStore(destination, First(count), value);
            return;
        }
        if (count > 0)
            destination[0] = value.GetElement(0);
        if (count > 1)
            destination[1] = value.GetElement(1);
        if (count > 2)
            destination[2] = value.GetElement(2);
        if (count > 3)
            destination[3] = value.GetElement(3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> IndicatorQuarter(int lane) =>
        Vector128.Equals(Vector128.Create(0, 1, 2, 3), Vector128.Create(lane)).AsSingle() & Vector128.Create(1f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> First(int count) =>
        Vector128.LessThan(Vector128.Create(0, 1, 2, 3), Vector128.Create(count)).AsSingle();
}
