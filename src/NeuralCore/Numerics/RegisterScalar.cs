using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>One float: for processors without vectors, and to check the others against.</summary>
internal readonly unsafe struct RegisterScalar : IRegister<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TileRows(int vectors) => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(float* source) => *source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float value, float* destination) => *destination = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Broadcast(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float left, float right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FusedMultiplyAdd(float left, float right, float addend) => MathF.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(float left, float right) => left > right ? left : right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float WhereGreater(float left, float right, float chosen) => left > right ? chosen : 0;

    // A vector of one lane has no edge.
    public static float EdgeMask(int lanes) => 1;

    public static float MaskedLoad(float* source, float lanes) => *source;

    public static void MaskedStore(float* destination, float lanes, float value) => *destination = value;
}
