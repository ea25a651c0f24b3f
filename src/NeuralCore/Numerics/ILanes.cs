using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>
/// Sixteen floats that one operation treats alike. A kernel is written once against this and compiled for each width the processor may
/// have; every operation is a single IEEE operation per lane, so every width computes the same bits (NaN payloads excepted).
/// </summary>
internal unsafe interface ILanes<TSelf> : IVectorOperations<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    /// <summary>
    /// The first <paramref name="count"/> (0 to 16) floats and <paramref name="fill"/> behind them. Reads nothing past them.
    /// </summary>
    static abstract TSelf LoadPartial(float* source, int count, float fill);

    /// <summary>Writes the first <paramref name="count"/> (0 to 16) lanes and nothing past them.</summary>
    static abstract void StorePartial(TSelf value, float* destination, int count);

    /// <summary>Sixteen bytes as floats.</summary>
    static abstract TSelf LoadBytes(byte* source);

    /// <summary>Bit i is set where lane i is not a zero; NaN is none.</summary>
    static abstract uint NonZeroBits(TSelf value);

    /// <summary>
    /// Writes the indices of the lanes that are not a zero, ascending, counted from <paramref name="first"/>; up to 16 more are
    /// overwritten. Returns how many.
    /// </summary>
    static abstract int IndexNonZero(TSelf value, int first, int* indices);

    /// <summary>The bits of both: a zero where both are zeros.</summary>
    static abstract TSelf operator |(TSelf left, TSelf right);

    /// <summary>1 in one lane and +0 in the others; +0 everywhere when there is no such lane.</summary>
    static abstract TSelf Indicator(int lane);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    static abstract TSelf Sqrt(TSelf value);

    /// <summary><c>left &lt; right ? left : right</c>: the second operand when either is NaN or both are zeros.</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    /// <summary><c>left &gt; right ? chosen : otherwise</c>, so otherwise when either is NaN.</summary>
    static abstract TSelf SelectGreater(TSelf left, TSelf right, TSelf chosen, TSelf otherwise);

    /// <summary>The value without its sign.</summary>
    static abstract TSelf Abs(TSelf value);

    /// <summary>The magnitude of one and the sign of the other, of zeros, infinities and NaN too.</summary>
    static abstract TSelf CopySign(TSelf magnitude, TSelf sign);

    /// <summary>
    /// For positive normal numbers: <c>value = m * 2^exponent</c> with m, which is returned, from sqrt(1/2) to below sqrt(2). For others
    /// both are meaningless, but the same at every width.
    /// </summary>
    static abstract TSelf SplitExponent(TSelf value, out TSelf exponent);

    /// <summary><c>bits of random, unsigned, &gt;= threshold ? chosen : +0</c>.</summary>
    static abstract TSelf WhereBitsAtLeast(TSelf random, uint threshold, TSelf chosen);

    /// <summary>
    /// <c>value * 2^n</c> for |n| &lt;= 200, where <paramref name="shifted"/> is n + <see cref="Elementary.RoundingShift"/>; two
    /// multiplications, as in <see cref="Elementary.Exp(float)"/>.
    /// </summary>
    static abstract TSelf MultiplyByPowerOfTwo(TSelf value, TSelf shifted);

    /// <summary>The sum in the library's one order: lane i with i + 8, then i + 4, i + 2, i + 1.</summary>
    static abstract float Sum(TSelf value);

    /// <summary>The largest lane in the same order, by <see cref="IVectorOperations{TVector}.Max"/>.</summary>
    static abstract float Largest(TSelf value);
}

/// <summary>What <see cref="ILanes{TSelf}"/> makes of its operations: elementary functions and what kernels share.</summary>
internal static partial class LaneMath
{
    /// <summary>The lanes in a block.</summary>
    internal const int Width = 16;

    /// <summary>The bits of <see cref="Elementary.Exp(float)"/> in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Exp<T>(T x)
        where T : struct, ILanes<T>
    {
        x = T.Max(T.Broadcast(Elementary.ExpLowest), x);
        x = T.Min(T.Broadcast(Elementary.ExpHighest), x);
        T shifted = T.FusedMultiplyAdd(x, T.Broadcast(Elementary.Log2E), T.Broadcast(Elementary.RoundingShift));
        T n = shifted - T.Broadcast(Elementary.RoundingShift);
        T r = T.FusedMultiplyAdd(n, T.Broadcast(-Elementary.Ln2High), x);
        r = T.FusedMultiplyAdd(n, T.Broadcast(-Elementary.Ln2Low), r);

        T p = T.FusedMultiplyAdd(T.Broadcast(Elementary.Exp6), r, T.Broadcast(Elementary.Exp5));
        p = T.FusedMultiplyAdd(p, r, T.Broadcast(Elementary.Exp4));
        p = T.FusedMultiplyAdd(p, r, T.Broadcast(Elementary.Exp3));
        p = T.FusedMultiplyAdd(p, r, T.Broadcast(Elementary.Exp2));
        p = T.FusedMultiplyAdd(p, r, T.Broadcast(Elementary.Exp1));
        p = T.FusedMultiplyAdd(p, r, T.Broadcast(Elementary.Exp0));
        return T.MultiplyByPowerOfTwo(p, shifted);
    }

    /// <summary>Writes the indices of the set bits of sixteen, counted from <paramref name="first"/>; returns how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe int IndexBits(uint bits, int first, int* indices)
    {
        int count = 0;
        for (int lane = 0; lane < Width; lane++)
        {
            // Without branches, which nobody could predict.
            indices[count] = first + lane;
            count += (int)(bits >> lane) & 1;
        }
        return count;
    }

    /// <summary>
    /// <paramref name="nonFinite"/>, turned to NaN where <paramref name="value"/> is infinite or NaN: 0 times it is NaN, 0 times anything
    /// finite is 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T NoteNonFinite<T>(T value, T nonFinite)
        where T : struct, ILanes<T> => T.FusedMultiplyAdd(value, T.Broadcast(0), nonFinite);

    /// <summary>Whether <see cref="NoteNonFinite"/> found nothing, having begun with 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsAllFinite<T>(T nonFinite)
        where T : struct, ILanes<T> => T.Sum(nonFinite) == 0;
}
