using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

/// <summary>8 floats: AVX2, with 16 registers.</summary>
internal readonly unsafe struct Register256 : IRegister<Vector256<float>>
{
    // Tiles of up to 6 x 2 vectors: 12 accumulators.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TileRows(int vectors) => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> FusedMultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) =>
        Vector256.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> left, Vector256<float> right) => Avx.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WhereGreater(Vector256<float> left, Vector256<float> right, Vector256<float> chosen) =>
        Vector256.GreaterThan(left, right) & chosen;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> EdgeMask(int lanes) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(lanes)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MaskedLoad(float* source, Vector256<float> lanes) => Avx.MaskLoad(source, lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MaskedStore(float* destination, Vector256<float> lanes, Vector256<float> value) =>
        Avx.MaskStore(destination, lanes, value);
}
