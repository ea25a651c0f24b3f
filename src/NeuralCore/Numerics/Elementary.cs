using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>
/// Functions that the platform's mathematics library would compute differently on each system, made from IEEE operations only so that every
/// processor gives the same bits.
/// </summary>
internal static partial class Elementary
{
    // exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln(2) / 2. ln 2 in two parts, the first with trailing zeros.
    internal const float Log2E = 1.44269504f;
    internal const float Ln2High = 6.93145752e-1f;
    internal const float Ln2Low = 1.42860677e-6f;

    // Added to a small number it leaves the number, rounded to an integer, in the low bits: 1.5 * 2^23.
    internal const float RoundingShift = 12582912f;
    internal const int RoundingShiftBits = 0x4B400000;

    // The bits of sqrt(1/2), where the logarithm's reduction counts the exponent up.
    internal const int RootHalfBits = 0x3F3504F3;

    // Below the first every result rounds to 0, above the second to infinity; the clamp keeps 2^n within two factors.
    internal const float ExpLowest = -105f;
    internal const float ExpHighest = 89f;

    // Minimax polynomial for exp on [-ln(2)/2, ln(2)/2] (N. Juffa's coefficients for a single-precision exponential).
    internal const float Exp0 = 1f;
    internal const float Exp1 = 1f;
    internal const float Exp2 = 4.99999851e-1f;
    internal const float Exp3 = 1.66664720e-1f;
    internal const float Exp4 = 4.16695364e-2f;
    internal const float Exp5 = 8.37312452e-3f;
    internal const float Exp6 = 1.37805939e-3f;

    /// <summary>
    /// e^x with an error below 1 ulp, the bits of <see cref="LaneMath.Exp"/>. Overflows to infinity, underflows through the subnormals to
    /// 0, keeps NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Exp(float x)
    {
        x = ExpLowest > x ? ExpLowest : x;
        x = ExpHighest < x ? ExpHighest : x;
        float shifted = MathF.FusedMultiplyAdd(x, Log2E, RoundingShift);
        float n = shifted - RoundingShift;
        float r = MathF.FusedMultiplyAdd(n, -Ln2High, x);
        r = MathF.FusedMultiplyAdd(n, -Ln2Low, r);

        float p = MathF.FusedMultiplyAdd(Exp6, r, Exp5);
        p = MathF.FusedMultiplyAdd(p, r, Exp4);
        p = MathF.FusedMultiplyAdd(p, r, Exp3);
        p = MathF.FusedMultiplyAdd(p, r, Exp2);
        p = MathF.FusedMultiplyAdd(p, r, Exp1);
        p = MathF.FusedMultiplyAdd(p, r, Exp0);

        return MultiplyByPowerOfTwo(p, shifted);
    }

    /// <summary>ln x with an error below 1 ulp. -Infinity at 0, NaN below 0, NaN and +infinity kept.</summary>
    /// <remarks>The reduction and the coefficients of FDLIBM's <c>e_log.c</c> (Sun Microsystems, 1993).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Log(double x)
    {
        if (!(x > 0))
            return x == 0 ? double.NegativeInfinity : double.NaN;
        if (double.IsPositiveInfinity(x))
            return x;

        // x = 2^exponent (1 + f)
        double f = SplitExponent(x, out int exponent) - 1.0;

        // log(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)) with s = f / (2 + f).
        double s = f / (2.0 + f);
        double z = s * s;
        double r = 1.479819860511658591e-01;
        r = Math.FusedMultiplyAdd(r, z, 1.531383769920937332e-01);
        r = Math.FusedMultiplyAdd(r, z, 1.818357216161805012e-01);
        r = Math.FusedMultiplyAdd(r, z, 2.222219843214978396e-01);
        r = Math.FusedMultiplyAdd(r, z, 2.857142874366239149e-01);
        r = Math.FusedMultiplyAdd(r, z, 3.999999999940941908e-01);
        r = Math.FusedMultiplyAdd(r, z, 6.666666666666735130e-01);
        r *= z;
        double halfSquare = 0.5 * f * f;
        return exponent * Ln2HighDouble - ((halfSquare - (s * (halfSquare + r) + exponent * Ln2LowDouble)) - f);
    }

    /// <summary><c>value * 2^n</c> for |n| &lt;= 200, where <paramref name="shifted"/> is n + <see cref="RoundingShift"/>.</summary>
    internal static float MultiplyByPowerOfTwo(float value, float shifted)
    {
        // 2^n as two normal factors: the first product is exact, the second rounds once, into the subnormals too.
        int exponent = unchecked(BitConverter.SingleToInt32Bits(shifted) - RoundingShiftBits);
        int half = exponent >> 1;
        return value * PowerOfTwo(half) * PowerOfTwo(unchecked(exponent - half));
    }

    private static float PowerOfTwo(int exponent) => BitConverter.Int32BitsToSingle(unchecked((exponent + 127) << 23));
}
