using NeuralCore.Numerics;

namespace NeuralCore.Benchmarks.Comparison.Peers;

/// <summary>NeuralCore's public matrix product.</summary>
internal sealed class NeuralCoreGemm : IGemmPeer
{
    public string Name => "NeuralCore";

    public string Version => Machine.NeuralCore;

    public void Multiply(float[] a, float[] b, float[] c, GemmShape shape) =>
        MatrixPrimitives.Multiply(a, b, c, shape.M, shape.N, shape.K, shape.TransposeA, shape.TransposeB, threads: 1);
}
