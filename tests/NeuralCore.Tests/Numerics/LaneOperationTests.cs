using NeuralCore.Numerics;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Numerics;

/// <summary>Operations of lanes at every width, against what .NET does with one float.</summary>
public unsafe class LaneOperationTests
{
    private const int Count = 64 * LaneMath.Width;

    [SkippableTheory]
    [VectorPaths]
    public void Select_greater_chooses_lane_by_lane(VectorPath path)
    {
        (float[] a, float[] b, float[] c, float[] d) = (Values(1), Values(2), Values(3), Values(4));
        float[] expected = Enumerable.Range(0, Count).Select(i => a[i] > b[i] ? c[i] : d[i]).ToArray();
        Kernels.Bits(Run(path, "select", a, b, c, d)).Should().Equal(Kernels.Bits(expected));
    }

    [SkippableTheory]
    [VectorPaths]
    public void Abs_clears_the_sign_and_copy_sign_takes_it(VectorPath path)
    {
        (float[] a, float[] b) = (Values(5), Values(6));
        Kernels.Bits(Run(path, "abs", a)).Should().Equal(Kernels.Bits(Array.ConvertAll(a, MathF.Abs)));
        Kernels.Bits(Run(path, "copy sign", a, b)).Should().Equal(Kernels.Bits(a.Zip(b, MathF.CopySign).ToArray()));
    }

    [SkippableTheory]
    [VectorPaths]
    public void Split_exponent_gives_a_mantissa_around_one(VectorPath path)
    {
        var random = new Random(7);
        float[] x = Enumerable.Range(0, Count).Select(_ => BitConverter.Int32BitsToSingle(random.Next(0x00800000, 0x7F800000))).ToArray();
        new[] { 1f, 0.70710677f, 0.7071068f, 1.4142135f, 1.4142137f, 1.17549435e-38f, float.MaxValue }.CopyTo(x, 0);

        float[] mantissa = Run(path, "mantissa", x);
        float[] exponent = Run(path, "exponent", x);

        mantissa.Should().OnlyContain(m => m >= 0.70710677f && m < 1.4142137f);
        mantissa.Zip(exponent, (m, e) => MathF.ScaleB(m, (int)e)).Should().Equal(x);
    }

    [SkippableTheory]
    [VectorPaths]
    public void Split_exponent_is_the_same_at_every_width_for_any_bits(VectorPath path)
    {
        var random = new Random(8);
        float[] x = new float[Count];
        for (int i = 0; i < Count; i++)
            x[i] = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
        Values(9).AsSpan(0, 200).CopyTo(x);

        foreach (string operation in new[] { "mantissa", "exponent" })
            Kernels.Bits(Run(path, operation, x)).Should().Equal(Kernels.Bits(Run(VectorPath.Scalar, operation, x)));
    }

    private static float[] Values(int seed) => Kernels.WithSpecials(Count, seed);

    private static float[] Run(VectorPath path, string name, params float[][] inputs)
    {
        Kernels.Require(path);
        float[] y = new float[Count];
        float[][] four = [.. inputs, .. Enumerable.Repeat(inputs[0], 4 - inputs.Length)];
        fixed (float* a = four[0], b = four[1], c = four[2], d = four[3], target = y)
            Dispatch.Run(path, new Operation(name, a, b, c, d, target));
        return y;
    }

    private readonly struct Operation(string name, float* a, float* b, float* c, float* d, float* y) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T>
        {
            for (int i = 0; i < Count; i += LaneMath.Width)
            {
                T mantissa = T.SplitExponent(T.Load(a + i), out T exponent);
                T.Store(
                    name switch
                    {
                        "select" => T.SelectGreater(T.Load(a + i), T.Load(b + i), T.Load(c + i), T.Load(d + i)),
                        "abs" => T.Abs(T.Load(a + i)),
                        "copy sign" => T.CopySign(T.Load(a + i), T.Load(b + i)),
                        "mantissa" => mantissa,
                        _ => exponent,
                    },
                    y + i);
            }
        }
    }
}
