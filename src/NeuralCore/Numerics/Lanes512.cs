using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

/// <summary>Sixteen floats in one AVX-512 register.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Lanes512>
{
    private readonly Vector512<float> _all;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Lanes512(Vector512<float> all) => _all = all;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes512 value, float* destination) => value._all.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadPartial(float* source, int count, float fill) =>
        new(Avx512F.MaskLoad(source, First(count), Vector512.Create(fill)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Lanes512 value, float* destination, int count) =>
        Avx512F.MaskStore(destination, First(count), value._all);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadBytes(byte* source) =>
        new(Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load(source))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint NonZeroBits(Lanes512 value) =>
        (uint)Avx512F.CompareNotEqual(value._all, Vector512<float>.Zero).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IndexNonZero(Lanes512 value, int first, int* indices)
    {
        Vector512<int> isThere = Avx512F.CompareNotEqual(value._all, Vector512<float>.Zero).AsInt32();
        Avx512F.Compress(Vector512<int>.Zero, isThere, Numbers + Vector512.Create(first)).Store(indices);
        return System.Numerics.BitOperations.PopCount((uint)isThere.ExtractMostSignificantBits());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator |(Lanes512 left, Lanes512 right) => new(left._all | right._all);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Indicator(int lane) =>
        new(Vector512.ConditionalSelect(
            Vector512.Equals(Numbers, Vector512.Create(lane)).AsSingle(), Vector512.Create(1f), Vector512<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Add(Lanes512 left, Lanes512 right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator +(Lanes512 left, Lanes512 right) => new(left._all + right._all);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 left, Lanes512 right) => new(left._all - right._all);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator *(Lanes512 left, Lanes512 right) => new(left._all * right._all);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator /(Lanes512 left, Lanes512 right) => new(left._all / right._all);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Sqrt(Lanes512 value) => new(Vector512.Sqrt(value._all));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 FusedMultiplyAdd(Lanes512 left, Lanes512 right, Lanes512 addend) =>
        new(Vector512.FusedMultiplyAdd(left._all, right._all, addend._all));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Max(Lanes512 left, Lanes512 right) => new(Avx512F.Max(left._all, right._all));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Min(Lanes512 left, Lanes512 right) => new(Avx512F.Min(left._all, right._all));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 WhereGreater(Lanes512 left, Lanes512 right, Lanes512 chosen) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThan(left._all, right._all), chosen._all, Vector512<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 SelectGreater(Lanes512 left, Lanes512 right, Lanes512 chosen, Lanes512 otherwise) => new(
        Vector512.ConditionalSelect(Vector512.GreaterThan(left._all, right._all), chosen._all, otherwise._all));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Abs(Lanes512 value) => new(Vector512.Abs(value._all));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 CopySign(Lanes512 magnitude, Lanes512 sign) => new(Vector512.CopySign(magnitude._all, sign._all));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 SplitExponent(Lanes512 value, out Lanes512 exponent)
    {
        Vector512<int> bits = value._all.AsInt32();
        Vector512<int> power = (bits - Vector512.Create(Elementary.RootHalfBits)) >> 23;
        exponent = new(Vector512.ConvertToSingle(power));
        return new((bits - (power << 23)).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 WhereBitsAtLeast(Lanes512 random, uint threshold, Lanes512 chosen)
    {
        Vector512<uint> kept = Vector512.GreaterThanOrEqual(random._all.AsUInt32(), Vector512.Create(threshold));
        return new(Vector512.ConditionalSelect(kept.AsSingle(), chosen._all, Vector512<float>.Zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyByPowerOfTwo(Lanes512 value, Lanes512 shifted)
    {
        Vector512<int> exponent = shifted._all.AsInt32() - Vector512.Create(Elementary.RoundingShiftBits);
        Vector512<int> half = exponent >> 1;
        Vector512<int> one = Vector512.Create(1f).AsInt32();
        Vector512<float> first = ((half << 23) + one).AsSingle();
        Vector512<float> second = (((exponent - half) << 23) + one).AsSingle();
        return new(value._all * first * second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes512 value) => Lanes256.SumOfEight(value._all.GetLower() + value._all.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Lanes512 value) => Lanes256.LargestOfEight(Avx.Max(value._all.GetLower(), value._all.GetUpper()));

    private static Vector512<int> Numbers
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> First(int count)
    {
        return Vector512.LessThan(Numbers, Vector512.Create(count)).AsSingle();
    }
}
