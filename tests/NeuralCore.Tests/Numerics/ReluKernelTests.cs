using NeuralCore.Numerics;

namespace NeuralCore.Tests.Numerics;

public unsafe class ReluKernelTests
{
    [Theory]
    [InlineData(-0f, 0f)]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(-1f, 0f)]
    [InlineData(2f, 2f)]
    [InlineData(float.Epsilon, float.Epsilon)]
    [InlineData(-float.Epsilon, 0f)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, 0f)]
    public void Forward_keeps_the_sign_rules_at_every_position(float value, float expected)
    {
        foreach (VectorPath path in Kernels.Paths)
        {
            float[] x = Enumerable.Repeat(value, 37).ToArray();
            fixed (float* p = x)
                ReluKernel.Forward(path, p, p, x.Length);
            x.Select(v => Kernels.Bits(v)).Should().OnlyContain(bits => bits == Kernels.Bits(expected), "{0}", path);
        }
    }

    [Fact]
    public void Backward_passes_the_gradient_where_the_output_is_positive()
    {
        float[] y = Kernels.WithSpecials(130, 1);
        float[] dy = Kernels.WithSpecials(130, 2);
        float[] expected = y.Zip(dy, (output, gradient) => output > 0 ? gradient : 0f).ToArray();
        var dx = new float[130];

        fixed (float* py = y, pdy = dy, pdx = dx)
            ReluKernel.Backward(py, pdy, pdx, 130);

        Kernels.Bits(dx).Should().Equal(Kernels.Bits(expected));
    }
}
