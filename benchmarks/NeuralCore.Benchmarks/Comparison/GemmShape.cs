namespace NeuralCore.Benchmarks.Comparison;

/// <summary>One product C[M x N] = op(A)[M x K] op(B)[K x N]; row-major and dense.</summary>
internal sealed record GemmShape(int M, int K, int N, bool TransposeA = false, bool TransposeB = false)
{
    /// <summary>
    /// The layers of the networks, a batch of 512 forward and backward; single samples; a large one; two with awkward edges.
    /// </summary>
    internal static readonly GemmShape[] All =
    [
        new(512, 784, 128),
        new(512, 128, 128),
        new(512, 128, 10),
        new(784, 512, 128, TransposeA: true),
        new(128, 512, 128, TransposeA: true),
        new(512, 128, 128, TransposeB: true),
        new(512, 784, 300),
        new(512, 300, 100),
        new(1, 784, 128),
        new(64, 784, 128),
        new(1024, 1024, 1024),
        new(37, 101, 53),
        new(513, 785, 129),
    ];

    internal double Flops => 2.0 * M * K * N;

    /// <summary>Floats from one stored row to the next.</summary>
    internal int StrideA => TransposeA ? M : K;

    internal int StrideB => TransposeB ? K : N;

    public override string ToString() => $"{M}x{K}x{N}{(TransposeA ? " A^T" : "")}{(TransposeB ? " B^T" : "")}";
}
