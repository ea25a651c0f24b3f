using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>Sixteen floats computed one after the other: slow, and the definition of what the vector widths must give.</summary>
internal unsafe struct LanesScalar : ILanes<LanesScalar>
{
    private Sixteen _lanes;

    public static LanesScalar Load(float* source) => LoadPartial(source, LaneMath.Width, 0);

    public static void Store(LanesScalar value, float* destination) => StorePartial(value, destination, LaneMath.Width);

    public static LanesScalar LoadPartial(float* source, int count, float fill)
    {
        LanesScalar result = default;
        for (int i = 0; i < LaneMath.Width; i++)
            result._lanes[i] = i < count ? source[i] : fill;
        return result;
    }

    public static void StorePartial(LanesScalar value, float* destination, int count)
    {
        for (int i = 0; i < count; i++)
            destination[i] = value._lanes[i];
    }

    public static LanesScalar LoadBytes(byte* source)
    {
        LanesScalar result = default;
        for (int i = 0; i < LaneMath.Width; i++)
            result._lanes[i] = source[i];
        return result;
    }

    public static LanesScalar Broadcast(float value)
    {
        LanesScalar result = default;
        for (int i = 0; i < LaneMath.Width; i++)
            result._lanes[i] = value;
        return result;
    }

    public static LanesScalar Indicator(int lane)
    {
        LanesScalar result = default;
        for (int i = 0; i < LaneMath.Width; i++)
            result._lanes[i] = i == lane ? 1f : 0f;
        return result;
    }

    public static LanesScalar operator +(LanesScalar left, LanesScalar right)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] += right._lanes[i];
        return left;
    }

    public static LanesScalar operator -(LanesScalar left, LanesScalar right)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] -= right._lanes[i];
        return left;
    }

    public static LanesScalar operator *(LanesScalar left, LanesScalar right)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] *= right._lanes[i];
        return left;
    }

    public static LanesScalar operator /(LanesScalar left, LanesScalar right)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] /= right._lanes[i];
        return left;
    }

    public static LanesScalar Sqrt(LanesScalar value)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            value._lanes[i] = MathF.Sqrt(value._lanes[i]);
        return value;
    }

    public static LanesScalar FusedMultiplyAdd(LanesScalar left, LanesScalar right, LanesScalar addend)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] = MathF.FusedMultiplyAdd(left._lanes[i], right._lanes[i], addend._lanes[i]);
        return left;
    }

    public static LanesScalar Max(LanesScalar left, LanesScalar right)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] = left._lanes[i] > right._lanes[i] ? left._lanes[i] : right._lanes[i];
        return left;
    }

    public static LanesScalar Min(LanesScalar left, LanesScalar right)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] = left._lanes[i] < right._lanes[i] ? left._lanes[i] : right._lanes[i];
        return left;
    }

    public static LanesScalar WhereGreater(LanesScalar left, LanesScalar right, LanesScalar chosen)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            left._lanes[i] = left._lanes[i] > right._lanes[i] ? chosen._lanes[i] : 0f;
        return left;
    }

    public static LanesScalar WhereBitsAtLeast(LanesScalar random, uint threshold, LanesScalar chosen)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            random._lanes[i] = BitConverter.SingleToUInt32Bits(random._lanes[i]) >= threshold ? chosen._lanes[i] : 0f;
        return random;
    }

    public static LanesScalar MultiplyByPowerOfTwo(LanesScalar value, LanesScalar shifted)
    {
        for (int i = 0; i < LaneMath.Width; i++)
            value._lanes[i] = Elementary.MultiplyByPowerOfTwo(value._lanes[i], shifted._lanes[i]);
        return value;
    }

    public static float Sum(LanesScalar value)
    {
        for (int half = LaneMath.Width / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
                value._lanes[i] += value._lanes[i + half];
        }
        return value._lanes[0];
    }

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
