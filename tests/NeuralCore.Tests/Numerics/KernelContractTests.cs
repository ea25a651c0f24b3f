using NeuralCore.Losses;
using NeuralCore.Numerics;
using NeuralCore.Tests.Layers;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Numerics;

/// <summary>
/// What every kernel promises: the same bits on every path, at every length, wherever its arrays lie, and no touch outside them.
/// What the bits should be is checked in the tests of each kernel.
/// </summary>
public unsafe class KernelContractTests
{
    private const int LongestRow = 130;
    private const int Rows = 3;
    private const int MostBytes = 2 * 4096;

    private static readonly KernelCase[] Cases =
    [
        new("relu", n => [n, n], (path, p, n) => ReluKernel.Forward(path, p[0], p[1], n)),
        new("relu in place", n => [n], (path, p, n) => ReluKernel.Forward(path, p[0], p[0], n)),
        new("relu backward", n => [n, n, n], (path, p, n) => ReluKernel.Backward(path, p[0], p[1], p[2], n)),
        new("relu backward in place", n => [n, n], (path, p, n) => ReluKernel.Backward(path, p[0], p[1], p[1], n)),
        new("softmax", n => [Rows * n, Rows * n], (path, p, n) => SoftmaxKernel.Forward(path, p[0], p[1], Rows, n)),
        new("softmax in place", n => [Rows * n], (path, p, n) => SoftmaxKernel.Forward(path, p[0], p[0], Rows, n)),
        new("softmax backward", n => [Rows * n, Rows * n, Rows * n], (path, p, n) =>
            SoftmaxKernel.Backward(path, p[0], p[1], p[2], Rows, n)),
        new("softmax backward in place", n => [Rows * n, Rows * n], (path, p, n) =>
            SoftmaxKernel.Backward(path, p[0], p[1], p[1], Rows, n)),
        new("log-softmax", n => [Rows * n, Rows * n], (path, p, n) => LogSoftmaxKernel.Forward(path, p[0], p[1], Rows, n)),
        new("log-softmax in place", n => [Rows * n], (path, p, n) => LogSoftmaxKernel.Forward(path, p[0], p[0], Rows, n)),
        new("log-softmax backward", n => [Rows * n, Rows * n, Rows * n], (path, p, n) =>
            LogSoftmaxKernel.Backward(path, p[0], p[1], p[2], Rows, n)),
        new("log-softmax backward in place", n => [Rows * n, Rows * n], (path, p, n) =>
            LogSoftmaxKernel.Backward(path, p[0], p[1], p[1], Rows, n)),
        new("softmax sparse", n => [Rows * n, Labels(n), Rows * n, Rows * n, Losses(n)],
            (path, p, n) => CrossEntropyKernel.SoftmaxSparse(path, p[0], LabelsAt(p[1], n), p[2], p[3], LossesAt(p[4]), RowsOf(n), n,
                0.25f)),
        new("softmax sparse, loss only", n => [Rows * n, Labels(n), Losses(n)],
            (path, p, n) => CrossEntropyKernel.SoftmaxSparse(path, p[0], LabelsAt(p[1], n), null, null, LossesAt(p[2]), RowsOf(n), n,
                0.25f)),
        new("softmax sparse, gradient in place", n => [Rows * n, Labels(n), Losses(n)],
            (path, p, n) => CrossEntropyKernel.SoftmaxSparse(path, p[0], LabelsAt(p[1], n), null, p[0], LossesAt(p[2]), RowsOf(n), n,
                0.25f)),
        new("softmax categorical", n => [Rows * n, Rows * n, Rows * n, Rows * n, Losses(n)],
            (path, p, n) => CrossEntropyKernel.SoftmaxCategorical(path, p[0], p[1], p[2], p[3], LossesAt(p[4]), RowsOf(n), n, 0.25f)),
        new("softmax categorical, probabilities in place", n => [Rows * n, Rows * n, Rows * n, Losses(n)],
            (path, p, n) => CrossEntropyKernel.SoftmaxCategorical(path, p[0], p[1], p[0], p[2], LossesAt(p[3]), RowsOf(n), n, 0.25f)),
        new("sparse", n => [Rows * n, Labels(n), Rows * n, Losses(n)],
            (path, p, n) => CrossEntropyKernel.Sparse(path, p[0], LabelsAt(p[1], n), p[2], LossesAt(p[3]), RowsOf(n), n, 0.25f)),
        new("categorical", n => [Rows * n, Rows * n, Rows * n, Losses(n)],
            (path, p, n) => CrossEntropyKernel.Categorical(path, p[0], p[1], p[2], LossesAt(p[3]), RowsOf(n), n, 0.25f)),
        ElementwiseLoss("squared error", default(MeanSquaredError.Formula)),
        ElementwiseLoss("absolute error", default(MeanAbsoluteError.Formula)),
        ElementwiseLoss("Huber", new Huber.Formula(0.75f)),
        ElementwiseLoss("log-cosh", default(LogCosh.Formula)),
        ElementwiseLoss("binary, logits", default(BinaryLoss<float>.LogitFormula)),
        ElementwiseLoss("binary, probabilities", default(BinaryLoss<float>.ProbabilityFormula)),
        ElementwiseLoss("Poisson, rates", default(Poisson.RateFormula)),
        ElementwiseLoss("Poisson, logarithms", default(Poisson.LogFormula)),
        new("squared error, one column", n => [n, n, n, 2 * n], (path, p, n) => ElementwiseLossKernel.Run(
            path, default(MeanSquaredError.Formula), p[0], p[1], null, p[2], LossesAt(p[3]), n, 1, 0.25f)),
        new("binary, fused, in place", n => [Rows * n, Rows * n, Rows * n, Losses(n)], (path, p, n) => ElementwiseLossKernel.Run(
            path, default(BinaryLoss<float>.LogitFormula), p[0], p[1], p[0], p[2], LossesAt(p[3]), RowsOf(n), n, 0.25f)),
        new("binary, one column, loss only", n => [n, n, 2 * n], (path, p, n) => ElementwiseLossKernel.Run(
            path, default(BinaryLoss<float>.LogitFormula), p[0], p[1], null, null, LossesAt(p[2]), n, 1, 0.25f)),
        new("smoothed softmax sparse", n => [Rows * n, Labels(n), Rows * n, Rows * n, Losses(n)], (path, p, n) =>
            SmoothedCrossEntropyKernel.Softmax(
                path, new IndexTargets(LabelsAt(p[1], n)), 0.1f, p[0], p[2], p[3], LossesAt(p[4]), RowsOf(n), n, 0.25f)),
        new("smoothed softmax categorical, gradient in place", n => [Rows * n, Rows * n, Losses(n)], (path, p, n) =>
            SmoothedCrossEntropyKernel.Softmax(
                path, new RowTargets(p[1], n), 0.1f, p[0], null, p[0], LossesAt(p[2]), RowsOf(n), n, 0.25f)),
        new("smoothed probabilities", n => [Rows * n, Rows * n, Rows * n, Losses(n)], (path, p, n) =>
            SmoothedCrossEntropyKernel.Probabilities(
                path, new RowTargets(p[1], n), 0.1f, p[0], p[2], LossesAt(p[3]), RowsOf(n), n, 0.25f)),
        new("sum", n => [n, 1], (path, p, n) => *p[1] = Reductions.Sum(path, p[0], n)),
        new("argmax", n => [n, 1], (path, p, n) => *p[1] = Reductions.ArgMax(path, p[0], n)),
        new("column sums", n => [n == 0 ? 0 : (Rows - 1) * (n + 5) + n, n], (path, p, n) =>
            Reductions.ColumnSums(path, p[0], Rows, n + 5, n, p[1])),
        new("adam", n => [n, n, n, n, 1], (path, p, n) =>
            *p[4] = AdamKernel.Update(path, p[0], p[1], p[2], p[3], n, 0.01f, 0.1f, 0.001f, 1e-7f) ? 1 : 0),
        new("sgd", n => [n, n, 1], (path, p, n) => *p[2] = SgdKernel.Update(path, p[0], p[1], n, 0.01f) ? 1 : 0),
        new("momentum", n => [n, n, n, 1], (path, p, n) =>
            *p[3] = SgdKernel.Momentum(path, p[0], p[1], p[2], n, 0.01f, 0.9f, false) ? 1 : 0),
        new("nesterov", n => [n, n, n, 1], (path, p, n) =>
            *p[3] = SgdKernel.Momentum(path, p[0], p[1], p[2], n, 0.01f, 0.9f, true) ? 1 : 0),
        // n floats as 4 n bytes, and as many of them as leave no byte outside.
        new("bytes", n => [(n + 3) / 4, n], (path, p, n) => ByteKernel.Scale(path, (byte*)(p[0] + (n + 3) / 4) - n, p[1], n, 1 / 255f)),
        .. ActivationCases,
    ];

    private static IEnumerable<KernelCase> ActivationCases => Activations.All.SelectMany(named =>
    {
        (string name, ElementwiseKernel kernel) = (named.Key, named.Value.Create().Kernel);
        return new KernelCase[]
        {
            new(name, n => [n, n], (path, p, n) => kernel.Forward(path, p[0], p[1], n)),
            new($"{name} in place", n => [n], (path, p, n) => kernel.Forward(path, p[0], p[0], n)),
            new($"{name} backward", n => [n, n, n], (path, p, n) => kernel.Backward(path, p[0], p[1], p[2], n)),
            new($"{name} backward in place", n => [n, n], (path, p, n) => kernel.Backward(path, p[0], p[1], p[1], n)),
        };
    });

    public static TheoryData<string, bool> CaseNames()
    {
        var names = new TheoryData<string, bool>();
        foreach (KernelCase test in Cases)
        {
            names.Add(test.Name, false);
            names.Add(test.Name, true);
        }
        return names;
    }

    [SkippableTheory]
    [VectorPaths(Member = nameof(CaseNames))]
    public void Every_path_gives_the_bits_of_the_scalar_one_and_stays_inside_its_arrays(VectorPath path, string name, bool specials)
    {
        Kernels.Require(path);
        KernelCase test = Cases.Single(candidate => candidate.Name == name);
        GuardedMemory[] memory = test.Lengths(0).Select(_ => new GuardedMemory(MostBytes)).ToArray();
        try
        {
            for (int n = 0; n <= LongestRow; n++)
            {
                int[][] expected = Run(test, VectorPath.Scalar, n, specials, atEnd: true, memory);
                foreach (bool atEnd in new[] { true, false })
                {
                    int[][] actual = Run(test, path, n, specials, atEnd, memory);
                    for (int array = 0; array < actual.Length; array++)
                    {
                        if (!actual[array].AsSpan().SequenceEqual(expected[array]))
                            actual[array].Should().Equal(expected[array], "array {0}, {1}, n = {2}, at the end: {3}", array, path, n,
                                atEnd);
                    }
                }
            }
        }
        finally
        {
            foreach (GuardedMemory block in memory)
                block.Dispose();
        }
    }

    private static int[][] Run(KernelCase test, VectorPath path, int n, bool specials, bool atEnd, GuardedMemory[] memory)
    {
        int[] lengths = test.Lengths(n);
        float** pointers = stackalloc float*[lengths.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            memory[i].Reset();
            pointers[i] = atEnd ? memory[i].FloatsAtEnd(lengths[i]) : (float*)memory[i].Start;
            float[] values = specials ? Kernels.WithSpecials(lengths[i], 100 * n + i) : Kernels.Normals(lengths[i], 100 * n + i);
            values.CopyTo(new Span<float>(pointers[i], lengths[i]));
        }

        test.Run(path, pointers, n);

        var results = new int[lengths.Length][];
        for (int i = 0; i < lengths.Length; i++)
        {
            results[i] = Kernels.Bits(new ReadOnlySpan<float>(pointers[i], lengths[i]));
            if (!memory[i].IsUntouchedOutside(pointers[i], lengths[i] * sizeof(float)))
                Assert.Fail($"array {i} was written outside: {path}, n = {n}, at the end: {atEnd}");
        }
        return results;
    }

    private static KernelCase ElementwiseLoss<TLoss>(string name, TLoss loss)
        where TLoss : struct, IElementwiseLoss =>
        new(name, n => [Rows * n, Rows * n, Rows * n, Losses(n)], (path, p, n) => ElementwiseLossKernel.Run(
            path, loss, p[0], p[1], null, p[2], LossesAt(p[3]), RowsOf(n), n, 0.25f));

    // Rows without columns cannot hold a label.
    private static int RowsOf(int n) => n == 0 ? 0 : Rows;

    private static int Labels(int n) => RowsOf(n);

    private static int Losses(int n) => 2 * RowsOf(n);

    private static double* LossesAt(float* place) => (double*)place;

    private static int* LabelsAt(float* place, int n)
    {
        for (int row = 0; row < RowsOf(n); row++)
            ((int*)place)[row] = (7 * row + n - 1) % n;
        return (int*)place;
    }

    private delegate void Kernel(VectorPath path, float** arrays, int n);

    private sealed record KernelCase(string Name, Func<int, int[]> Lengths, Kernel Run);
}
