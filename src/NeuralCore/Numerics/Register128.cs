using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

/// <summary>4 floats: x86 with FMA (and so AVX), with 16 registers, or ARM64, with 32.</summary>
internal readonly unsafe struct Register128 : IRegister<Vector128<float>>
{
    // Tiles of up to 6 x 2 vectors on x86, 8 x 3 on ARM64.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TileRows(int vectors) => AdvSimd.Arm64.IsSupported ? 8 : 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> FusedMultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend) =>
        Vector128.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Max(Vector128<float> left, Vector128<float> right) => Lanes128.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> WhereGreater(Vector128<float> left, Vector128<float> right, Vector128<float> chosen) =>
        Vector128.GreaterThan(left, right) & chosen;

    // On x86 an AVX mask; on ARM64 the number of lanes, since there are no masked loads.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> EdgeMask(int lanes) => Avx.IsSupported
        ? Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(lanes)).AsSingle()
        : Vector128.Create(lanes).AsSingle();

    // ARM64: lanes outside repeat the last one inside; they are computed and never stored.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MaskedLoad(float* source, Vector128<float> lanes)
    {
        if (Avx.IsSupported)
            return Avx.MaskLoad(source, lanes);
        int last = lanes.AsInt32().ToScalar() - 1;
        return Vector128.Create(source[0], source[Math.Min(last, 1)], source[Math.Min(last, 2)], source[Math.Min(last, 3)]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MaskedStore(float* destination, Vector128<float> lanes, Vector128<float> value)
    {
        if (Avx.IsSupported)
        {
            Avx.MaskStore(destination, lanes, value);
            return;
        }
        int count = lanes.AsInt32().ToScalar();
        destination[0] = value.ToScalar();
        if (count > 1)
            destination[1] = value.GetElement(1);
        if (count > 2)
            destination[2] = value.GetElement(2);
        if (count > 3)
            destination[3] = value.GetElement(3);
    }
}
