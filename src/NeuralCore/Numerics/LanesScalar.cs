using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>Sixteen floats computed one after the other: slow, and the definition of what the vector widths must give.</summary>
/// <remarks>
/// Optimized at the first call: unoptimized, these loops took up to twenty times as long until the runtime recompiled them.
/// </remarks>
internal unsafe struct LanesScalar : ILanes<LanesScalar>
{
    private Sixteen _lanes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar Load(float* source) => LoadPartial(source, LaneMath.Width, 0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Store(LanesScalar value, float* destination) => StorePartial(value, destination, LaneMath.Width);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar LoadPartial(float* source, int count, float fill)
    {
        LanesScalar result = default;
        for (int i = 0; i < LaneMath.Width; i++)
            result._lanes[i] = i < count ? source[i] : fill;
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void StorePartial(LanesScalar value, float* destination, int count)
    {
        for (int i = 0; i < count; i++)
            destination[i] = value._lanes[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar LoadBytes(byte* source)
    {
        LanesScalar result = default;
        for (int i = 0; i < LaneMath.Width; i++)
            result._lanes[i] = source[i];
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint NonZeroBits(LanesScalar value)
    {
        uint bits = 0;
        for (int i = 0; i < LaneMath.Width; i++)
            bits |= (value._lanes[i] != 0 ? 1u : 0u) << i;
        return bits;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int IndexNonZero(LanesScalar value, int first, int* indices) => LaneMath.IndexBits(NonZeroBits(value), first, indices);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar operator |(LanesScalar left, LanesScalar right)
    {
        for (int i = 0; i < LaneMath.Width; i++)
        {
            int bits = BitConverter.SingleToInt32Bits(left._lanes[i]) | BitConverter.SingleToInt32Bits(right._lanes[i]);
            left._lanes[i] = BitConverter.Int32BitsToSingle(bits);
        }
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar Broadcast(float value)
    {
        LanesScalar result = default;
        for (int i = 0; i < LaneMath.Width; i++)
            result._lanes[i] = value;
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar Indicator(int lane)
    {
        LanesScalar result = default;
        for (int i = 0; i < LaneMath.Width; i++)
            result._lanes[i] = i == lane ? 1f : 0f;
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesScalar Add(LanesScalar left, LanesScalar right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar operator +(LanesScalar left, LanesScalar right)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] += right._lanes[i];
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar operator -(LanesScalar left, LanesScalar right)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] -= right._lanes[i];
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar operator *(LanesScalar left, LanesScalar right)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] *= right._lanes[i];
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar operator /(LanesScalar left, LanesScalar right)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] /= right._lanes[i];
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar Sqrt(LanesScalar value)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            value._lanes[i] = MathF.Sqrt(value._lanes[i]);
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar FusedMultiplyAdd(LanesScalar left, LanesScalar right, LanesScalar addend)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] = MathF.FusedMultiplyAdd(left._lanes[i], right._lanes[i], addend._lanes[i]);
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar Max(LanesScalar left, LanesScalar right)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] = left._lanes[i] > right._lanes[i] ? left._lanes[i] : right._lanes[i];
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar Min(LanesScalar left, LanesScalar right)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] = left._lanes[i] < right._lanes[i] ? left._lanes[i] : right._lanes[i];
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar WhereGreater(LanesScalar left, LanesScalar right, LanesScalar chosen)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] = left._lanes[i] > right._lanes[i] ? chosen._lanes[i] : 0f;
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar SelectGreater(LanesScalar left, LanesScalar right, LanesScalar chosen, LanesScalar otherwise)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] = left._lanes[i] > right._lanes[i] ? chosen._lanes[i] : otherwise._lanes[i];
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar Abs(LanesScalar value)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            value._lanes[i] = MathF.Abs(value._lanes[i]);
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar CopySign(LanesScalar magnitude, LanesScalar sign)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            magnitude._lanes[i] = MathF.CopySign(magnitude._lanes[i], sign._lanes[i]);
        return magnitude;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar SplitExponent(LanesScalar value, out LanesScalar exponent)
    {
        exponent = default;
        for (int i = 0; i < LaneMath.Width; i++)
        {
            int bits = BitConverter.SingleToInt32Bits(value._lanes[i]);
            int power = unchecked(bits - Elementary.RootHalfBits) >> 23;
            exponent._lanes[i] = power;
            value._lanes[i] = BitConverter.Int32BitsToSingle(unchecked(bits - (power << 23)));
        }
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar WhereBitsAtLeast(LanesScalar random, uint threshold, LanesScalar chosen)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            random._lanes[i] = BitConverter.SingleToUInt32Bits(random._lanes[i]) >= threshold ? chosen._lanes[i] : 0f;
        return random;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LanesScalar MultiplyByPowerOfTwo(LanesScalar value, LanesScalar shifted)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            value._lanes[i] = Elementary.MultiplyByPowerOfTwo(value._lanes[i], shifted._lanes[i]);
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum(LanesScalar value)
    {
        for (int half = LaneMath.Width / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
                value._lanes[i] += value._lanes[i + half];
        }
        return value._lanes[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Largest(LanesScalar value)
    {
        for (int half = LaneMath.Width / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
                value._lanes[i] = value._lanes[i] > value._lanes[i + half] ? value._lanes[i] : value._lanes[i + half];
        }
        return value._lanes[0];
    }

    [InlineArray(LaneMath.Width)]
    private struct Sixteen
    {
        private float _first;
    }
}
