using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

/// <summary>Sixteen floats in two AVX2 registers.</summary>
internal readonly unsafe struct Lanes256 : ILanes<Lanes256>
{
    private readonly Vector256<float> _lower;
    private readonly Vector256<float> _upper;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Lanes256(Vector256<float> lower, Vector256<float> upper)
    {
        _lower = lower;
        _upper = upper;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* source) => new(Vector256.Load(source), Vector256.Load(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes256 value, float* destination)
    {
        value._lower.Store(destination);
        value._upper.Store(destination + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadPartial(float* source, int count, float fill)
    {
        Vector256<float> lower = First(count);
        Vector256<float> upper = First(count - 8);
        Vector256<float> padding = Vector256.Create(fill);
        return new(
            Vector256.ConditionalSelect(lower, Avx.MaskLoad(source, lower), padding),
            Vector256.ConditionalSelect(upper, Avx.MaskLoad(source + 8, upper), padding));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Lanes256 value, float* destination, int count)
    {
        Avx.MaskStore(destination, First(count), value._lower);
        Avx.MaskStore(destination + 8, First(count - 8), value._upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadBytes(byte* source) => new(
        Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(source)),
        Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(source + 8)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint NonZeroBits(Lanes256 value) =>
        (ushort)~(Vector256.Equals(value._lower, Vector256<float>.Zero).ExtractMostSignificantBits()
            | Vector256.Equals(value._upper, Vector256<float>.Zero).ExtractMostSignificantBits() << 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IndexNonZero(Lanes256 value, int first, int* indices) => LaneMath.IndexBits(NonZeroBits(value), first, indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator |(Lanes256 left, Lanes256 right) => new(left._lower | right._lower, left._upper | right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Broadcast(float value) => new(Vector256.Create(value), Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Indicator(int lane)
    {
        Vector256<float> one = Vector256.Create(1f);
        return new(
            Vector256.Equals(Numbers, Vector256.Create(lane)).AsSingle() & one,
            Vector256.Equals(Numbers, Vector256.Create(lane - 8)).AsSingle() & one);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Add(Lanes256 left, Lanes256 right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 left, Lanes256 right) => new(left._lower + right._lower, left._upper + right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 left, Lanes256 right) => new(left._lower - right._lower, left._upper - right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator *(Lanes256 left, Lanes256 right) => new(left._lower * right._lower, left._upper * right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator /(Lanes256 left, Lanes256 right) => new(left._lower / right._lower, left._upper / right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Sqrt(Lanes256 value) => new(Vector256.Sqrt(value._lower), Vector256.Sqrt(value._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 FusedMultiplyAdd(Lanes256 left, Lanes256 right, Lanes256 addend) => new(
        Vector256.FusedMultiplyAdd(left._lower, right._lower, addend._lower),
        Vector256.FusedMultiplyAdd(left._upper, right._upper, addend._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Max(Lanes256 left, Lanes256 right) =>
        new(Avx.Max(left._lower, right._lower), Avx.Max(left._upper, right._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Min(Lanes256 left, Lanes256 right) =>
        new(Avx.Min(left._lower, right._lower), Avx.Min(left._upper, right._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 WhereGreater(Lanes256 left, Lanes256 right, Lanes256 chosen) => new(
        Vector256.GreaterThan(left._lower, right._lower) & chosen._lower,
        Vector256.GreaterThan(left._upper, right._upper) & chosen._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 SelectGreater(Lanes256 left, Lanes256 right, Lanes256 chosen, Lanes256 otherwise) => new(
        Select(left._lower, right._lower, chosen._lower, otherwise._lower),
        Select(left._upper, right._upper, chosen._upper, otherwise._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Abs(Lanes256 value) =>
        new(Vector256.Abs(value._lower), Vector256.Abs(value._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 CopySign(Lanes256 magnitude, Lanes256 sign) => new(
        Vector256.CopySign(magnitude._lower, sign._lower),
        Vector256.CopySign(magnitude._upper, sign._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 SplitExponent(Lanes256 value, out Lanes256 exponent)
    {
        Vector256<float> lower = SplitExponent(value._lower, out Vector256<float> lowerExponent);
        Vector256<float> upper = SplitExponent(value._upper, out Vector256<float> upperExponent);
        exponent = new(lowerExponent, upperExponent);
        return new(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 WhereBitsAtLeast(Lanes256 random, uint threshold, Lanes256 chosen)
    {
        Vector256<uint> least = Vector256.Create(threshold);
        return new(
            Vector256.GreaterThanOrEqual(random._lower.AsUInt32(), least).AsSingle() & chosen._lower,
            Vector256.GreaterThanOrEqual(random._upper.AsUInt32(), least).AsSingle() & chosen._upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyByPowerOfTwo(Lanes256 value, Lanes256 shifted) =>
        new(MultiplyByPowerOfTwo(value._lower, shifted._lower), MultiplyByPowerOfTwo(value._upper, shifted._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes256 value) => SumOfEight(value._lower + value._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Lanes256 value) => LargestOfEight(Avx.Max(value._lower, value._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float SumOfEight(Vector256<float> value) => Lanes128.SumOfFour(value.GetLower() + value.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float LargestOfEight(Vector256<float> value) => Lanes128.LargestOfFour(Sse.Max(value.GetLower(), value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> MultiplyByPowerOfTwo(Vector256<float> value, Vector256<float> shifted)
    {
        Vector256<int> exponent = shifted.AsInt32() - Vector256.Create(Elementary.RoundingShiftBits);
        Vector256<int> half = exponent >> 1;
        Vector256<int> one = Vector256.Create(1f).AsInt32();
        Vector256<float> first = ((half << 23) + one).AsSingle();
        Vector256<float> second = (((exponent - half) << 23) + one).AsSingle();
        return value * first * second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Select(
        Vector256<float> left, Vector256<float> right, Vector256<float> chosen, Vector256<float> otherwise) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(left, right), chosen, otherwise);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> SplitExponent(Vector256<float> value, out Vector256<float> exponent)
    {
        Vector256<int> bits = value.AsInt32();
        Vector256<int> power = (bits - Vector256.Create(Elementary.RootHalfBits)) >> 23;
        exponent = Vector256.ConvertToSingle(power);
        return (bits - (power << 23)).AsSingle();
    }

    private static Vector256<int> Numbers
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> First(int count)
    {
        return Vector256.LessThan(Numbers, Vector256.Create(count)).AsSingle();
    }
}
