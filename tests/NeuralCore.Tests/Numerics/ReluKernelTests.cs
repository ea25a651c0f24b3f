using NeuralCore.Numerics;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Numerics;

public unsafe class ReluKernelTests
{
    [SkippableTheory]
    [VectorPaths(-0f, 0f)]
    [VectorPaths(float.NaN, float.NaN)]
    [VectorPaths(-1f, 0f)]
    [VectorPaths(2f, 2f)]
    [VectorPaths(float.Epsilon, float.Epsilon)]
    [VectorPaths(-float.Epsilon, 0f)]
    [VectorPaths(float.PositiveInfinity, float.PositiveInfinity)]
    [VectorPaths(float.NegativeInfinity, 0f)]
    public void Forward_keeps_the_sign_rules_at_every_position(VectorPath path, float value, float expected)
    {
        Kernels.Require(path);
        float[] x = Enumerable.Repeat(value, 37).ToArray();
        fixed (float* p = x)
            ReluKernel.Forward(path, p, p, x.Length);
        x.Select(v => Kernels.Bits(v)).Should().OnlyContain(bits => bits == Kernels.Bits(expected), "{0}", path);
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
