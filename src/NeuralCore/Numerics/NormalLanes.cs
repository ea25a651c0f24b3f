using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>Normal numbers from random bits, sixteen at a time.</summary>
/// <remarks>
/// By inversion, as in <see cref="NormalDistribution"/>, but in single precision: M. Giles, "Approximating the erfinv function", GPU
/// Computing Gems 2 (2010).
/// </remarks>
internal static class NormalLanes
{
    // sqrt(2): a normal number is sqrt(2) erfinv(2 u - 1).
    private const float RootTwo = 1.41421356f;

    // Where the central polynomial ends, in w = -ln(1 - x²).
    private const float Tail = 5;

    /// <summary>
    /// <c>Φ⁻¹((k + 2^23 + 1/2) / 2^24)</c> for the upper 24 bits k of each lane, as a signed number: within 5.42, symmetric about 0, with
    /// an error below 1e-6 relative.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T FromBits<T>(T random)
        where T : struct, ILanes<T>
    {
        // Exact: 24 bits with the half, between -1 and 1.
        T x = (T.UpperBits(random) + T.Broadcast(0.5f)) * T.Broadcast(1f / (1 << 23));
        T one = T.Broadcast(1);
        T w = T.Broadcast(0) - LaneMath.Log((one - x) * (one + x));

        T center = w - T.Broadcast(2.5f);
        T p = T.FusedMultiplyAdd(T.Broadcast(2.81022636e-08f), center, T.Broadcast(3.43273939e-07f));
        p = T.FusedMultiplyAdd(p, center, T.Broadcast(-3.5233877e-06f));
        p = T.FusedMultiplyAdd(p, center, T.Broadcast(-4.39150654e-06f));
        p = T.FusedMultiplyAdd(p, center, T.Broadcast(0.00021858087f));
        p = T.FusedMultiplyAdd(p, center, T.Broadcast(-0.00125372503f));
        p = T.FusedMultiplyAdd(p, center, T.Broadcast(-0.00417768164f));
        p = T.FusedMultiplyAdd(p, center, T.Broadcast(0.246640727f));
        p = T.FusedMultiplyAdd(p, center, T.Broadcast(1.50140941f));

        T outer = T.Sqrt(w) - T.Broadcast(3);
        T q = T.FusedMultiplyAdd(T.Broadcast(-0.000200214257f), outer, T.Broadcast(0.000100950558f));
        q = T.FusedMultiplyAdd(q, outer, T.Broadcast(0.00134934322f));
        q = T.FusedMultiplyAdd(q, outer, T.Broadcast(-0.00367342844f));
        q = T.FusedMultiplyAdd(q, outer, T.Broadcast(0.00573950773f));
        q = T.FusedMultiplyAdd(q, outer, T.Broadcast(-0.0076224613f));
        q = T.FusedMultiplyAdd(q, outer, T.Broadcast(0.00943887047f));
        q = T.FusedMultiplyAdd(q, outer, T.Broadcast(1.00167406f));
        q = T.FusedMultiplyAdd(q, outer, T.Broadcast(2.83297682f));

        T tail = T.Broadcast(Tail);
        T factor = p - T.WhereGreater(w, tail, p) + T.WhereGreater(w, tail, q);
        return factor * x * T.Broadcast(RootTwo);
    }
}
