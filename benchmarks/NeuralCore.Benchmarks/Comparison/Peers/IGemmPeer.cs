namespace NeuralCore.Benchmarks.Comparison.Peers;

/// <summary>Somebody who multiplies matrices on one thread.</summary>
internal interface IGemmPeer
{
    string Name { get; }

    /// <summary>Version and the code path it chose.</summary>
    string Version { get; }

    /// <summary>C = op(A) op(B). The arrays are pinned.</summary>
    void Multiply(float[] a, float[] b, float[] c, GemmShape shape);
}
