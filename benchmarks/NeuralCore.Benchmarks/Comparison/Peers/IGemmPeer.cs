namespace NeuralCore.Benchmarks.Comparison.Peers;

/// <summary>A library that multiplies matrices on one thread.</summary>
internal interface IGemmPeer
{
    string Name { get; }

    /// <summary>The version and the code path that runs.</summary>
    string Version { get; }

    /// <summary>C = op(A) op(B). The arrays are pinned.</summary>
    void Multiply(float[] a, float[] b, float[] c, GemmShape shape);
}
