using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>The normal distribution for sixteen floats.</summary>
internal static partial class LaneMath
{
    /// <summary>
    /// Φ(x), the probability that a standard normal variable stays below x, with an error below 1.7 ulp also where it is tiny: 0 from about
    /// -14.2 down, 1 from about 5.4 up, NaN kept.
    /// </summary>
    /// <param name="x">Where.</param>
    /// <param name="density">φ(x) = exp(-x²/2) / √(2π), with an error below 2 ulp.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T NormalCdf<T>(T x, out T density)
        where T : struct, ILanes<T>
    {
        // Where |x| < 1: 1/2 + x P(x^2).
        T magnitude = T.Min(T.Broadcast(15), T.Abs(x));
        T square = magnitude * magnitude;
        T near = T.FusedMultiplyAdd(T.Broadcast(-8.17001728e-06f), square, T.Broadcast(0.000115019393f));
        near = T.FusedMultiplyAdd(near, square, T.Broadcast(-0.00118802011f));
        near = T.FusedMultiplyAdd(near, square, T.Broadcast(0.00997416303f));
        near = T.FusedMultiplyAdd(near, square, T.Broadcast(-0.0664905384f));
        near = T.FusedMultiplyAdd(near, square, T.Broadcast(0.398942292f));
        near = T.FusedMultiplyAdd(near, x, T.Broadcast(0.5f));

        // Elsewhere, with a = |x|: Φ(-a) = exp(-a^2/2) v Q(t), v = 1 / (a + 4), t = (a - 4) / (a + 4) = 1 - 8 v. The exponential is
        // 2^n (1 + w), r its reduced argument; what the square loses to rounding goes into r.
        T lost = T.FusedMultiplyAdd(magnitude, magnitude, T.Broadcast(0) - square);
        T exponent = square * T.Broadcast(-0.5f);
        T shifted = T.FusedMultiplyAdd(exponent, T.Broadcast(Elementary.Log2E), T.Broadcast(Elementary.RoundingShift));
        T n = shifted - T.Broadcast(Elementary.RoundingShift);
        T r = T.FusedMultiplyAdd(n, T.Broadcast(-Elementary.Ln2High), exponent);
        r = T.FusedMultiplyAdd(n, T.Broadcast(-Elementary.Ln2Low), r);
        r = T.FusedMultiplyAdd(T.Broadcast(-0.5f), lost, r);
        T w = Expm1OfReduced(r);
        density = T.MultiplyByPowerOfTwo(T.FusedMultiplyAdd(w, T.Broadcast(0.39894228f), T.Broadcast(0.39894228f)), shifted);

        // v and how much it is off: v (1 + off) is right to twice a float's digits.
        T one = T.Broadcast(1);
        T sum = magnitude + T.Broadcast(4);
        T sumLow = magnitude - (sum - T.Broadcast(4));
        T v = one / sum;
        T minusV = T.Broadcast(0) - v;
        T off = T.FusedMultiplyAdd(minusV, sumLow, T.FusedMultiplyAdd(minusV, sum, one));

        // Q in two floats, its first coefficient in two as well.
        T t = T.FusedMultiplyAdd(T.Broadcast(-8), v, one);
        T q = T.FusedMultiplyAdd(T.Broadcast(-0.000174722038f), t, T.Broadcast(0.000137491472f));
        q = T.FusedMultiplyAdd(q, t, T.Broadcast(0.00159999018f));
        q = T.FusedMultiplyAdd(q, t, T.Broadcast(-0.00348237995f));
        q = T.FusedMultiplyAdd(q, t, T.Broadcast(-0.00753314979f));
        q = T.FusedMultiplyAdd(q, t, T.Broadcast(0.060397014f));
        q = T.FusedMultiplyAdd(q, t, T.Broadcast(-0.186522499f));
        q = T.FusedMultiplyAdd(q, t, T.Broadcast(0.387137383f));
        q = T.FusedMultiplyAdd(q, t, T.Broadcast(-0.607896626f));
        T high = T.FusedMultiplyAdd(q, t, T.Broadcast(0.755285144f));
        T low = T.FusedMultiplyAdd(q, t, T.Broadcast(0.755285144f) - high) - T.Broadcast(1.34364824e-08f);

        // The product v Q in two floats. An error of v is one of t too: d(v Q)/dv = Q - 8 v Q', and two terms of Q' do.
        T slope = T.FusedMultiplyAdd(T.Broadcast(0.774274766f), t, T.Broadcast(-0.607896626f));
        T product = v * high;
        T rest = T.FusedMultiplyAdd(v, low, T.FusedMultiplyAdd(v, high, T.Broadcast(0) - product));
        rest = T.FusedMultiplyAdd(v * off, T.FusedMultiplyAdd(minusV * T.Broadcast(8), slope, high), rest);
        rest = T.FusedMultiplyAdd(product, w, T.FusedMultiplyAdd(rest, w, rest));
        T tail = T.MultiplyByPowerOfTwo(product + rest, shifted);

        T far = T.SelectGreater(x, T.Broadcast(0), one - tail, tail);
        return T.SelectGreater(one, magnitude, near, far);
    }
}
