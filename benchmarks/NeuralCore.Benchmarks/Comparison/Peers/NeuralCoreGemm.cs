using NeuralCore.Numerics;

namespace NeuralCore.Benchmarks.Comparison.Peers;

/// <summary>The public product, as any user calls it.</summary>
internal sealed class NeuralCoreGemm : IGemmPeer
{
    public string Name => "NeuralCore";

    public string Version => Machine.NeuralCore;

    public void Multiply(float[] a, float[] b, float[] c, GemmShape shape) =>
        MatrixPrimitives.Multiply(a, b, c, shape.M, shape.N, shape.K, shape.TransposeA, shape.TransposeB, threads: 1);
}
