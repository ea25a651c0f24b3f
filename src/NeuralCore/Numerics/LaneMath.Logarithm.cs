using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>Logarithms of sixteen floats.</summary>
internal static partial class LaneMath
{
    /// <summary>
    /// ln x with an error below 0.9 ulp. -Infinity at both zeros, NaN below them, NaN and +infinity kept.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Log<T>(T x)
        where T : struct, ILanes<T>
    {
        // 2^25 lifts a subnormal.
        T smallestNormal = T.Broadcast(1.17549435e-38f);
        T normal = x * T.SelectGreater(smallestNormal, x, T.Broadcast(33554432f), T.Broadcast(1));
        T m = T.SplitExponent(normal, out T exponent);
        exponent += T.SelectGreater(smallestNormal, x, T.Broadcast(-25), T.Broadcast(0));
        T result = LogOfScaled(m - T.Broadcast(1), exponent);

        T zero = T.Broadcast(0);
        T infinity = T.Broadcast(float.PositiveInfinity);
        T ofNoPositive = T.SelectGreater(zero, x, T.Broadcast(float.NaN), x - infinity);
        return T.SelectGreater(x, zero, T.SelectGreater(infinity, x, result, x), ofNoPositive);
    }

    /// <summary>
    /// ln(1 + x) with an error below 1.5 ulp, exact to the last subnormal around 0. -Infinity at -1, NaN below it, -0, NaN and +infinity
    /// kept.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Log1p<T>(T x)
        where T : struct, ILanes<T>
    {
        T one = T.Broadcast(1);
        T infinity = T.Broadcast(float.PositiveInfinity);
        T result = T.CopySign(Log1pInside(x), x);
        T ofNoPositive = T.SelectGreater(T.Broadcast(-1), x, T.Broadcast(float.NaN), (x + one) - infinity);
        return T.SelectGreater(x, T.Broadcast(-1), T.SelectGreater(infinity, x, result, x), ofNoPositive);
    }

    /// <summary>
    /// <c>softplus(x) = ln(1 + e^x)</c> with an error below 2 ulp: 0 at -infinity, x itself where it is large, NaN kept.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Softplus<T>(T x)
        where T : struct, ILanes<T>
    {
        // max(x, 0) + ln(1 + e^-|x|) neither overflows nor cancels.
        T log = Log1pInside(Exp(x | T.Broadcast(-0f)));
        return T.SelectGreater(x, T.Broadcast(0), x + log, log);
    }

    // ln(1 + x) for -1 < x < infinity; +0 for both zeros; keeps NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Log1pInside<T>(T x)
        where T : struct, ILanes<T>
    {
        // The exponent is that of the rounded sum; what remains, (1 + x) 2^-exponent - 1, is made from x without that rounding.
        T one = T.Broadcast(1);
        _ = T.SplitExponent(one + x, out T exponent);
        T scale = T.MultiplyByPowerOfTwo(one, T.Broadcast(Elementary.RoundingShift) - exponent);
        return LogOfScaled(T.FusedMultiplyAdd(x, scale, scale - one), exponent);
    }

    // exponent ln 2 + ln(1 + f) for sqrt(1/2) <= 1 + f < sqrt(2): f - f^2/2 + f^3 P(f), P a minimax polynomial of the relative error,
    // 2^-30.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T LogOfScaled<T>(T f, T exponent)
        where T : struct, ILanes<T>
    {
        T p = T.FusedMultiplyAdd(T.Broadcast(0.067492947f), f, T.Broadcast(-0.116701111f));
        p = T.FusedMultiplyAdd(p, f, T.Broadcast(0.118835479f));
        p = T.FusedMultiplyAdd(p, f, T.Broadcast(-0.12406233f));
        p = T.FusedMultiplyAdd(p, f, T.Broadcast(0.142203584f));
        p = T.FusedMultiplyAdd(p, f, T.Broadcast(-0.166679889f));
        p = T.FusedMultiplyAdd(p, f, T.Broadcast(0.200020716f));
        p = T.FusedMultiplyAdd(p, f, T.Broadcast(-0.250000089f));
        p = T.FusedMultiplyAdd(p, f, T.Broadcast(0.333333135f));
        p = T.FusedMultiplyAdd(p, f, T.Broadcast(-0.5f));
        T log = T.FusedMultiplyAdd(p, f * f, f);
        return T.FusedMultiplyAdd(exponent, T.Broadcast(0.693147182f), log);
    }
}
