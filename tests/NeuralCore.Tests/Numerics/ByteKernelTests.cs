using NeuralCore.Numerics;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Numerics;

public unsafe class ByteKernelTests
{
    [SkippableTheory]
    [VectorPaths]
    public void Scales_every_byte_value(VectorPath path)
    {
        Kernels.Require(path);
        byte[] source = Enumerable.Range(0, 256).Concat(Enumerable.Range(0, 11)).Select(i => (byte)i).ToArray();
        var destination = new float[source.Length];
        fixed (byte* from = source)
        fixed (float* to = destination)
            ByteKernel.Scale(path, from, to, source.Length, 1 / 255f);

        Kernels.Bits(destination).Should().Equal(source.Select(b => Kernels.Bits(b * (1 / 255f))), "{0}", path);
    }
}
