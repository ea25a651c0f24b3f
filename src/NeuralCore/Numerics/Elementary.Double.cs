using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>The functions of one double, for learning-rate schedules, losses and settings.</summary>
internal static partial class Elementary
{
    /// <summary>The factor of x³ in the sine's polynomial.</summary>
    internal const double SinCubeFactor = -1.66666666666666324348e-01;

    private const double Ln2HighDouble = 6.93147180369123816490e-01; // with 21 trailing zeros: times an exponent it is exact
    private const double Ln2LowDouble = 1.90821492927058770002e-10;

    /// <summary>e^x with an error below 1 ulp. Overflows to infinity, underflows through the subnormals to 0, keeps NaN.</summary>
    internal static double Exp(double x) => ExpOfSum(x, 0);

    /// <summary>
    /// base^exponent for a base of at least 0, with an error below 1 ulp; NaN for a base below 0. 1 where the base is 1 or the exponent 0;
    /// ends of the range as in IEEE 754.
    /// </summary>
    /// <remarks>
    /// exp(y ln x) with the logarithm in two doubles: its rounding error would be multiplied by y.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Pow(double x, double y)
    {
        if (x == 1 || y == 0)
            return 1;
        if (!(x >= 0) || double.IsNaN(y))
            return double.NaN;
        if (x == 0 || double.IsInfinity(x) || double.IsInfinity(y))
            return x > 1 == y > 0 ? double.PositiveInfinity : 0;

        // ln m = 2 s (1 + z (1/3 + z/5 + z^2/7 + ...)), s = f / (2 + f), z = s^2. What comes after 1/3 is small enough for one double.
        double f = SplitExponent(x, out int exponent) - 1;
        double d = 2 + f;
        double dLow = f - (d - 2);
        double s = f / d;
        double sLow = (Math.FusedMultiplyAdd(-s, d, f) - s * dLow) / d;
        double z = s * s;
        double zLow = Math.FusedMultiplyAdd(s, s, -z) + 2 * s * sLow;
        double tail = 1.0 / 27;
        for (int k = 25; k >= 5; k -= 2)
            tail = Math.FusedMultiplyAdd(tail, z, 1.0 / k);
        tail *= z;

        const double third = 1.0 / 3;
        const double thirdLow = 1.850371707708594e-17; // 1/3 - third
        double c = third + tail;
        double cLow = third - c + tail + thirdLow;
        double w = z * c;
        double wLow = Math.FusedMultiplyAdd(z, c, -w) + z * cLow + zLow * c;
        double v = 1 + w;
        double vLow = 1 - v + w + wLow;
        double p = s * v;
        double pLow = Math.FusedMultiplyAdd(s, v, -p) + (s * vLow + sLow * v);

        double ofExponent = exponent * Ln2HighDouble;
        double log = ofExponent + 2 * p;
        double logLow = ofExponent - log + 2 * p + (2 * pLow + exponent * Ln2LowDouble);
        double product = y * log;
        return ExpOfSum(product, Math.FusedMultiplyAdd(y, log, -product) + y * logLow);
    }

    /// <summary>
    /// cos x for |x| up to 100, with an error below 1 ulp. NaN for anything else: the reduction by multiples of pi/2 would lose digits.
    /// </summary>
    /// <remarks>The polynomials of FDLIBM's <c>k_cos.c</c> and <c>k_sin.c</c> (Sun Microsystems, 1993).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Cos(double x)
    {
        if (!(Math.Abs(x) <= 100))
            return double.NaN;

        // x = q pi/2 + r + rLow, |r| <= pi/4, with pi/2 in three parts: the first two have 33 bits, so that q times them is exact.
        double q = Math.Round(x * 6.36619772367581382433e-01);
        double first = Math.FusedMultiplyAdd(-q, 1.57079632673412561417e+00, x);
        double second = q * 6.07710050630396597660e-11;
        double r = first - second;
        double rLow = first - r - second - q * 2.02226624879595063154e-21;
        (r, rLow) = (r + rLow, r - (r + rLow) + rLow);

        return ((int)q & 3) switch
        {
            0 => CosOfSmall(r, rLow),
            1 => -SinOfSmall(r, rLow),
            2 => -CosOfSmall(r, rLow),
            _ => SinOfSmall(r, rLow),
        };
    }

    /// <summary>The rest of <c>k_cos.c</c>: <c>(cos x - 1 + z/2) / z²</c> with z = x² and |x| up to pi/4.</summary>
    internal static double CosTail(double z)
    {
        double r = Math.FusedMultiplyAdd(-1.13596475577881948265e-11, z, 2.08757232129817482790e-09);
        r = Math.FusedMultiplyAdd(r, z, -2.75573143513906633035e-07);
        r = Math.FusedMultiplyAdd(r, z, 2.48015872894767294178e-05);
        r = Math.FusedMultiplyAdd(r, z, -1.38888888888741095749e-03);
        return Math.FusedMultiplyAdd(r, z, 4.16666666666666019037e-02);
    }

    /// <summary>
    /// The rest of <c>k_sin.c</c>: <c>(sin x - x - c x³) / x⁵</c> with c = <see cref="SinCubeFactor"/> and z = x², |x| up to pi/4.
    /// </summary>
    internal static double SinTail(double z)
    {
        double r = Math.FusedMultiplyAdd(1.58969099521155010221e-10, z, -2.50507602534068634195e-08);
        r = Math.FusedMultiplyAdd(r, z, 2.75573137070700676789e-06);
        r = Math.FusedMultiplyAdd(r, z, -1.98412698298579493134e-04);
        return Math.FusedMultiplyAdd(r, z, 8.33333333332248946124e-03);
    }

    // cos(x + y) for |x| <= pi/4 and y below an ulp of x.
    private static double CosOfSmall(double x, double y)
    {
        double z = x * x;
        double halfSquare = 0.5 * z;
        double w = 1 - halfSquare;
        return w + (1 - w - halfSquare + (z * z * CosTail(z) - x * y));
    }

    // sin(x + y) likewise.
    private static double SinOfSmall(double x, double y)
    {
        double z = x * x;
        double cube = z * x;
        return x - (z * (0.5 * y - cube * SinTail(z)) - y - cube * SinCubeFactor);
    }

    // e^(x + y) for y small against x: 2^n e^r, r = x + y - n ln 2, and the rational form of FDLIBM's e_exp.c (Sun Microsystems, 1993).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double ExpOfSum(double x, double y)
    {
        if (double.IsNaN(x) || x > 710)
            return x + double.PositiveInfinity;
        if (x < -746)
            return 0;

        double n = Math.Round(x * 1.44269504088896338700);
        double high = Math.FusedMultiplyAdd(-n, Ln2HighDouble, x);
        double low = Math.FusedMultiplyAdd(-n, Ln2LowDouble, y);
        double r = high + low;
        double z = r * r;
        double p = Math.FusedMultiplyAdd(4.13813679705723846039e-08, z, -1.65339022054652515390e-06);
        p = Math.FusedMultiplyAdd(p, z, 6.61375632143793436117e-05);
        p = Math.FusedMultiplyAdd(p, z, -2.77777777770155933842e-03);
        p = Math.FusedMultiplyAdd(p, z, 1.66666666666666019037e-01);
        double c = r - z * p;
        double result = 1 + (r * c / (2 - c) + low + high);

        // 2^n as two normal factors: the first product is exact, the second rounds once, into the subnormals too.
        int power = (int)n;
        return result * PowerOfTwo((long)(power >> 1)) * PowerOfTwo((long)(power - (power >> 1)));
    }

    // x = 2^exponent m with sqrt(1/2) <= m < sqrt(2), for finite x above 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double SplitExponent(double x, out int exponent)
    {
        exponent = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 18014398509481984.0; // 2^54 lifts a subnormal
            exponent = -54;
        }

        // Moving the border of the exponent from 1 to sqrt(1/2) needs no branch.
        const long one = 0x3FF0000000000000;
        const long rootHalf = 0x3FE6A09E667F3BCD;
        long bits = BitConverter.DoubleToInt64Bits(x) + (one - rootHalf);
        exponent += (int)(bits >> 52) - 1023;
        return BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) + rootHalf);
    }

    private static double PowerOfTwo(long exponent) => BitConverter.Int64BitsToDouble((exponent + 1023) << 52);
}
