using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>The functions of sixteen floats that saturate.</summary>
internal static partial class LaneMath
{
    /// <summary>
    /// <c>sigmoid(x) = 1 / (1 + e^-x)</c> with an error below 1.5 ulp: exactly 1 from about 17, down through the subnormals to 0 from about
    /// -104. Keeps NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Sigmoid<T>(T x)
        where T : struct, ILanes<T>
    {
        // 1 / (1 + e) or e / (1 + e) with e = e^-|x| <= 1: nothing overflows.
        T one = T.Broadcast(1);
        T e = Exp(x | T.Broadcast(-0f));
        T numerator = T.SelectGreater(x, T.Broadcast(0), one, e);
        T sum = one + e;
        T rounding = e - (sum - one);
        T reciprocal = one / sum;
        T quotient = numerator * reciprocal;

        // One step of division in full: numerator - quotient (sum + rounding), without which the error reaches 2.4 ulp.
        T minusQuotient = T.Broadcast(0) - quotient;
        T remainder = T.FusedMultiplyAdd(minusQuotient, sum, numerator);
        remainder = T.FusedMultiplyAdd(minusQuotient, rounding, remainder);
        return T.FusedMultiplyAdd(remainder, reciprocal, quotient);
    }

    /// <summary>
    /// tanh x with an error below 1.6 ulp: exactly 1 or -1 from about 9 on, x itself where it is tiny, -0 and NaN kept.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Tanh<T>(T x)
        where T : struct, ILanes<T>
    {
        // Below 0.55: x + x^3 P(x^2), P a minimax polynomial of the relative error, 2^-29.7.
        T magnitude = T.Abs(x);
        T square = magnitude * magnitude;
        T p = T.FusedMultiplyAdd(T.Broadcast(-0.0062428494f), square, T.Broadcast(0.021050714f));
        p = T.FusedMultiplyAdd(p, square, T.Broadcast(-0.0538475476f));
        p = T.FusedMultiplyAdd(p, square, T.Broadcast(0.133325443f));
        p = T.FusedMultiplyAdd(p, square, T.Broadcast(-0.333333164f));
        T near = T.FusedMultiplyAdd(p * square, magnitude, magnitude);

        // Above: 1 - 2 / (e^2x + 1), which ends at 1 as the exponential ends at infinity.
        T one = T.Broadcast(1);
        T far = one - T.Broadcast(2) / (Exp(magnitude + magnitude) + one);
        return T.CopySign(T.SelectGreater(T.Broadcast(0.55f), magnitude, near, far), x);
    }

    /// <summary>
    /// <c>e^x - 1</c> with an error below 1.5 ulp: -1 at -infinity, infinity from about 88.72 on, x itself where it is tiny, -0 and NaN
    /// kept.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Expm1<T>(T x)
        where T : struct, ILanes<T>
    {
        // As in Exp: x = n ln 2 + r.
        T clamped = T.Max(T.Broadcast(Elementary.ExpLowest), x);
        clamped = T.Min(T.Broadcast(Elementary.ExpHighest), clamped);
        T shifted = T.FusedMultiplyAdd(clamped, T.Broadcast(Elementary.Log2E), T.Broadcast(Elementary.RoundingShift));
        T n = shifted - T.Broadcast(Elementary.RoundingShift);
        T r = T.FusedMultiplyAdd(n, T.Broadcast(-Elementary.Ln2High), clamped);
        r = T.FusedMultiplyAdd(n, T.Broadcast(-Elementary.Ln2Low), r);

        T q = Expm1OfReduced(r);

        // Half the result, 2^(n-1) q + (2^(n-1) - 1/2), since 2^n overflows before the result does.
        T half = T.Broadcast(0.5f);
        T scale = T.MultiplyByPowerOfTwo(half, shifted);
        T result = T.FusedMultiplyAdd(q, scale, scale - half);
        return T.SelectGreater(T.Abs(x), T.Broadcast(2.98023224e-8f), result + result, x);
    }

    // e^r - 1 = r + r^2 P(r) for |r| <= ln(2) / 2, P a minimax polynomial of the relative error, 2^-26.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Expm1OfReduced<T>(T r)
        where T : struct, ILanes<T>
    {
        T p = T.FusedMultiplyAdd(T.Broadcast(0.00138699193f), r, T.Broadcast(0.00836625416f));
        p = T.FusedMultiplyAdd(p, r, T.Broadcast(0.0416674428f));
        p = T.FusedMultiplyAdd(p, r, T.Broadcast(0.166665465f));
        p = T.FusedMultiplyAdd(p, r, T.Broadcast(0.49999997f));
        return T.FusedMultiplyAdd(p, r * r, r);
    }
}
