using NeuralCore.Numerics;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Numerics;

/// <summary>Samples that are bytes: what is skipped changes no bit, on no path, and all of them are kept for the gradient.</summary>
public sealed unsafe class SampleBytesTests
{
    private const int Columns = 128;
    private const float Scale = 1f / 255;

    // One row, groups that are full and not; blocks of 16 columns that are full and not, and more inputs than are listed at once (1,024).
    private static readonly (int Rows, int Size)[] Shapes = [(1, 1), (2, 64), (3, 65), (31, 100), (32, 128), (33, 784), (66, 47),
        (97, 130), (6, 1100)];

    public static TheoryData<double> ShareOfZeros => [0, 0.3, 0.5, 0.8, 0.99, 1];

    [SkippableTheory]
    [VectorPaths(Member = nameof(ShareOfZeros))]
    public void Every_path_gives_the_bits_of_the_full_product(VectorPath path, double zeros)
    {
        Kernels.Require(path);
        Random random = new(21);
        foreach ((int rows, int size) in Shapes)
        {
            byte[] bytes = Sparse(random, (rows + 3) * size, zeros);
            float[] weights = Enumerable.Range(0, size * Columns).Select(_ => random.NextSingle() * 2 - 1).ToArray();
            float[] bias = Enumerable.Range(0, Columns).Select(_ => random.NextSingle() - 0.5f).ToArray();
            // Rows are picked in any order, some twice; three more are named than multiplied.
            int[] indices = Enumerable.Range(0, rows + 3).Select(_ => random.Next(rows + 3)).ToArray();
            foreach (int[] order in (int[][])[indices, []])
            {
                float[] a = Enumerable.Range(0, rows).SelectMany(row =>
                    Row(bytes, order.Length == 0 ? row : order[row], size)).Select(value => value * Scale).ToArray();
                foreach (GemmEpilogue epilogue in (GemmEpilogue[])[GemmEpilogue.None, GemmEpilogue.ReLU])
                {
                    float[] expected = new float[rows * Columns];
                    fixed (float* pa = a, pb = weights, pc = expected, pbias = bias)
                        Gemm.Multiply(VectorPath.Scalar, rows, Columns, size, pa, size, aTransposed: false, pb, Columns, pc, Columns,
                            GemmStart.Bias, pbias, epilogue);
                    // The sign of a zero is all that the full product may have of its own.
                    int[] bits = expected.Select(value => BitConverter.SingleToInt32Bits(value + 0f)).ToArray();
                    ColumnBlockedInput kept = new(rows + 9, size);
                    float[] c = Product(path, SparseInput.Of(bytes, Scale, order, size), kept, firstRow: 5, rows, weights, bias, epilogue);
                    c.Select(BitConverter.SingleToInt32Bits).Should().Equal(bits, $"{path} {rows} x {size}, zeros {zeros}, {epilogue}");
                    for (int row = -5; row < rows + 4; row++)
                    {
                        byte[] expectedRow = row < 0 || row >= rows ? [] : Row(bytes, order.Length == 0 ? row : order[row], size);
                        KeptRow(kept, 5 + row, size).Should().Equal(
                            expectedRow.Concat(new byte[KeptLength(size) - expectedRow.Length]),
                                $"{path}: row {row} is kept, with zeros behind it, and no other");
                    }
                }
            }
        }
    }

    [SkippableTheory]
    [VectorPaths]
    public void An_underflow_before_a_zero_leaves_no_minus_zero_on_any_path(VectorPath path)
    {
        Kernels.Require(path);
        // fma(x, -denormal, 0) is -0. Going on with fma(0, b, -0) gives +0 for b > 0 and -0 for b < 0; leaving that out would keep -0.
        const int rows = 6, size = 70;
        byte[] bytes = new byte[rows * size];
        for (int row = 0; row < rows; row++)
            bytes[row * size + 3] = 1;
        float[] weights = Enumerable.Range(0, size * Columns).Select(i => i / Columns > 3 && i % 2 == 0 ? 1 : -float.Epsilon).ToArray();
        foreach (GemmEpilogue epilogue in (GemmEpilogue[])[GemmEpilogue.None, GemmEpilogue.ReLU])
        {
            Product(path, SparseInput.Of(bytes, Scale, default, size), null, 0, rows, weights, null, epilogue)
                .Should().OnlyContain(x => x == 0 && !float.IsNegative(x), $"{path} {epilogue}");
            Product(path, SparseInput.Of(bytes.Select(value =>
                value * Scale).ToArray(), default, size), null, 0, rows, weights, null, epilogue)
                .Should().OnlyContain(x => x == 0 && !float.IsNegative(x), $"{path} {epilogue}, floats");
        }
    }

    [SkippableTheory]
    [VectorPaths]
    public void Nothing_outside_the_matrices_is_touched(VectorPath path)
    {
        Kernels.Require(path);
        const int mostRows = 97, mostSize = 1100;
        using GuardedMemory samples = new(mostRows * mostSize), b = new(4 * mostSize * Columns), c = new(4 * mostRows * Columns),
            bias = new(4 * Columns);
        // Zeros enough to be skipped.
        for (byte* x = samples.Start; x < samples.End; x++)
            *x = (byte)((x - samples.Start) % 5 == 0 ? 1 : 0);
        foreach ((int rows, int size) in Shapes)
        {
            foreach (bool atEnd in (bool[])[true, false])
            {
                byte* bytes = atEnd ? samples.End - rows * size : samples.Start;
                ColumnBlockedInput kept = new(rows, size);
                SparseInput source = SparseInput.Of(new ReadOnlySpan<byte>(bytes, rows * size), Scale, default, size);
                kept.Begin(source);
                source.With(kept).Multiply(
                    path, 0, rows, Columns, b.Place(size * Columns, atEnd), Columns, c.Place(rows * Columns, atEnd), Columns,
                    GemmStart.Bias, bias.Place(Columns, atEnd), GemmEpilogue.None);
            }
        }
        foreach (GuardedMemory memory in (GuardedMemory[])[samples, b, c, bias])
            memory.CheckGuards();
    }

    private static byte[] Sparse(Random random, int count, double zeros) =>
        Enumerable.Range(0, count).Select(_ => random.NextDouble() < zeros ? (byte)0 : (byte)random.Next(1, 256)).ToArray();

    private static byte[] Row(byte[] bytes, int row, int size) => bytes.AsSpan(row * size, size).ToArray();

    private static int KeptLength(int size) => (size + ColumnBlockedInput.Width - 1) / ColumnBlockedInput.Width * ColumnBlockedInput.Width;

    private static byte[] KeptRow(ColumnBlockedInput kept, int row, int size) =>
        Enumerable.Range(0, KeptLength(size)).Select(column =>
            kept.Row(column / ColumnBlockedInput.Width, row)[column % ColumnBlockedInput.Width]).ToArray();

    private static float[] Product(
        VectorPath path, SparseInput samples, ColumnBlockedInput? kept, int firstRow, int rows, float[] weights, float[]? bias,
            GemmEpilogue epilogue)
    {
        float[] c = new float[rows * Columns];
        kept?.Begin(samples);
        fixed (float* pb = weights, pc = c, pbias = bias)
        {
            samples.With(kept).Multiply(
                path, firstRow, rows, Columns, pb, Columns, pc, Columns, bias is null ? GemmStart.Zero : GemmStart.Bias, pbias, epilogue);
        }
        return c;
    }
}
