using NeuralCore.Layers;
using NeuralCore.Numerics;
using NeuralCore.Randomness;

namespace NeuralCore.TestHost;

/// <summary>Runs each hot kernel once in each shape that networks use, so that its machine code can be looked at.</summary>
internal static unsafe class KernelTour
{
    public static void Run()
    {
        const int length = 140 * 140;
        AlignedBuffer a = new(length), b = new(length), c = new(length), packed = new(length);
        foreach (int m in (ReadOnlySpan<int>)[1, 8, 13])
        {
            foreach (int n in (ReadOnlySpan<int>)[10, 32, 48, 64, 128])
            {
                foreach (bool transposed in (ReadOnlySpan<bool>)[false, true])
                {
                    int stride = transposed ? m : 40;
                    Gemm.Multiply(m, n, 40, a.Pointer, stride, transposed, b.Pointer, n, c.Pointer, n, GemmStart.Zero, null);
                    for (int panel = 0; panel < Gemm.PanelCount(n); panel++)
                        Gemm.PackPanel(panel, 40, n, b.Pointer, n, bTransposed: false, packed.Pointer);
                    Gemm.MultiplyPacked(m, n, 40, a.Pointer, stride, transposed, packed.Pointer, c.Pointer, n, GemmStart.Zero, null);
                }
                VectorPath path = InstructionSet.Current;
                foreach (bool asBytes in (ReadOnlySpan<bool>)[true, false])
                {
                    SparseInput samples = asBytes ? SparseInput.Of(new byte[m * 40], 1, default, 40)
                        : SparseInput.Of(new float[m * 40], default, 40);
                    ColumnBlockedInput kept = new(rows: m, columns: 40);
                    kept.Begin(samples);
                    samples.With(kept).Multiply(path, 0, m, n, b.Pointer, n, c.Pointer, n, GemmStart.Zero, null, GemmEpilogue.None);
                    SparseInput.KeptIn(kept).MultiplyTransposed(path, 0, 40, n, m, b.Pointer, n, c.Pointer, n);
                }
                SparseInput.MultiplyEachRow(path, m, n, 40, a.Pointer, 40, b.Pointer, n, c.Pointer, n, GemmStart.Zero, null,
                    GemmEpilogue.ReLU);
            }
        }

        ReluKernel.Forward(a.Pointer, b.Pointer, 100);
        ReluKernel.Backward(a.Pointer, b.Pointer, c.Pointer, 100);
        ElementwiseActivation[] activations =
        [
            new Sigmoid(), new Tanh(), new LeakyReLU(), new ELU(), new SELU(), new GELU(), new GELU(approximate: true), new SiLU(),
            new Mish(), new Softplus(),
        ];
        foreach (ElementwiseActivation activation in activations)
        {
            activation.Kernel.Forward(InstructionSet.Current, a.Pointer, b.Pointer, 100);
            activation.Kernel.Backward(InstructionSet.Current, a.Pointer, b.Pointer, c.Pointer, 100);
        }
        AdamKernel.Update(a.Pointer, b.Pointer, c.Pointer, packed.Pointer, 100, 0.1f, 0.1f, 0.001f, 1e-7f);
        SgdKernel.Update(a.Pointer, b.Pointer, 100, 0.1f);
        SgdKernel.Momentum(a.Pointer, b.Pointer, c.Pointer, 100, 0.1f, 0.9f, nesterov: true);
        Reductions.ColumnSums(a.Pointer, 8, 128, 128, c.Pointer);
        DropoutKernel.Apply(a.Pointer, b.Pointer, 8, 128, 0, 0, RandomStream.Derive(1, RandomPurpose.Diagnostics).Key, 1 << 30, 1.25f);
        byte[] bytes = new byte[100];
        fixed (byte* source = bytes)
            ByteKernel.Scale(source, a.Pointer, 100, 0.5f);
    }
}
