using NeuralCore.Numerics;

namespace NeuralCore.Tests.Numerics;

/// <summary>
/// One product with all its options, and its result by the definition: one chain of fused multiply-adds for each element.
/// </summary>
internal sealed unsafe class GemmCase
{
    public const float Canary = -12345.625f;

    public required int M, N, K;
    public bool TransposeA, TransposeB;
    public GemmStart Start;
    public GemmEpilogue Epilogue;
    public int AGap, BGap, CGap, MaskGap;

    public float[] A = [], B = [], C = [], Bias = [], Mask = [];

    public int AStride => (TransposeA ? M : K) + AGap;
    public int BStride => (TransposeB ? K : N) + BGap;
    public int CStride => N + CGap;
    public int MaskStride => N + MaskGap;


    /// <summary>Fills all operands with values of a generator; C's gaps hold a canary.</summary>
    public GemmCase Fill(Func<float> next)
    {
        float[] New(long length)
        {
            var array = new float[length];
            for (int i = 0; i < array.Length; i++)
                array[i] = next();
            return array;
        }
        A = New((long)(TransposeA ? K : M) * AStride);
        B = New((long)(TransposeB ? N : K) * BStride);
        C = New((long)M * CStride);
        for (int i = 0; i < C.Length; i++)
        {
            if (i % CStride >= N)
                C[i] = Canary;
        }
        Bias = New(N);
        Mask = New((long)M * MaskStride);
        return this;
    }

    public float[] Expected()
    {
        float[] c = (float[])C.Clone();
        var bt = new float[(long)N * K];
        for (int j = 0; j < N; j++)
        {
            for (int p = 0; p < K; p++)
                bt[j * K + p] = TransposeB ? B[j * BStride + p] : B[p * BStride + j];
        }
        var row = new float[K];
        for (int i = 0; i < M; i++)
        {
            for (int p = 0; p < K; p++)
                row[p] = TransposeA ? A[p * AStride + i] : A[i * AStride + p];
            for (int j = 0; j < N; j++)
            {
                float sum = Start switch { GemmStart.Zero => 0, GemmStart.Bias => Bias[j], _ => C[i * CStride + j] };
                ReadOnlySpan<float> column = bt.AsSpan(j * K, K);
                for (int p = 0; p < column.Length; p++)
                    sum = MathF.FusedMultiplyAdd(row[p], column[p], sum);
                c[i * CStride + j] = Epilogue switch
                {
                    GemmEpilogue.ReLU => sum <= 0 ? 0 : sum,
                    GemmEpilogue.ReLUMask => Mask[i * MaskStride + j] > 0 ? sum + 0f : 0,
                    _ => sum,
                };
            }
        }
        return c;
    }

    /// <summary>Runs rows [first, end) on a path, leaving the other rows of C as they are.</summary>
    public float[] Run(VectorPath path, bool packed, float[]? into = null, int first = 0, int end = -1)
    {
        float[] c = into ?? (float[])C.Clone();
        int rows = (end < 0 ? M : end) - first;
        var scratch = new float[Gemm.PackedLength(path, K, N) + 1];
        scratch.AsSpan().Fill(Canary);
        fixed (float* a = A, b = B, cc = c, bias = Bias, mask = Mask, s = scratch)
        {
            float* aRows = a + (TransposeA ? first : first * AStride);
            float* cRows = cc + first * CStride;
            float* maskRows = mask + first * MaskStride;
            if (packed || TransposeB)
            {
                // Backwards, since panels do not depend on each other.
                for (int panel = Gemm.PanelCount(path, N) - 1; panel >= 0; panel--)
                    Gemm.PackPanel(path, panel, K, N, b, BStride, TransposeB, s);
                Gemm.MultiplyPacked(path, rows, N, K, aRows, AStride, TransposeA, s, cRows, CStride, Start, bias, Epilogue, maskRows,
                    MaskStride);
            }
            else
            {
                Gemm.Multiply(path, rows, N, K, aRows, AStride, TransposeA, b, BStride, cRows, CStride, Start, bias, Epilogue, maskRows,
                    MaskStride);
            }
        }
        scratch[^1].Should().Be(Canary, "packing stays inside PackedLength");
        return c;
    }

    /// <summary>Bitwise comparison (any NaN equals any NaN), gaps included.</summary>
    public void Check(float[] expected, float[] actual, string how)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            bool same = BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i])
                || (float.IsNaN(expected[i]) && float.IsNaN(actual[i]));
            if (!same)
                Assert.Fail($"{how}, {this}: C[{i / CStride}, {i % CStride}] is {actual[i]:R}, expected {expected[i]:R}");
        }
    }

    public override string ToString() =>
        $"{M}x{K}x{N}{(TransposeA ? " At" : "")}{(TransposeB ? " Bt" : "")} {Start} {Epilogue} gaps {AGap} {BGap} {CGap} {MaskGap}";
}
