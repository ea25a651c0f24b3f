using NeuralCore.Numerics;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Numerics;

/// <summary>
/// The contract of the kernels: every output is one chain of fused multiply-adds, whatever the path, the tile and the split.
/// </summary>
public sealed class GemmTests
{
    private static readonly int[] Sizes = [0, 1, 2, 3, 5, 7, 8, 11, 12, 13, 14, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 130];

    private static Func<float> Integers(Random random) => () => random.Next(-8, 9);

    private static Func<float> Normals(Random random) => () =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private static GemmCase RandomOptions(Random random, int m, int n, int k) => new()
    {
        M = m, N = n, K = k,
        TransposeA = random.Next(2) == 0, TransposeB = random.Next(2) == 0,
        Start = (GemmStart)random.Next(3), Epilogue = (GemmEpilogue)random.Next(3),
        AGap = random.Next(4), BGap = random.Next(4), CGap = random.Next(4), MaskGap = random.Next(4),
    };

    private static void Check(VectorPath path, GemmCase product)
    {
        float[] expected = product.Expected();
        product.Check(expected, product.Run(path, packed: true), $"{path} packed");
        if (!product.TransposeB)
            product.Check(expected, product.Run(path, packed: false), $"{path}");
    }

    [SkippableTheory]
    [VectorPaths]
    public void Integers_over_all_pairs_of_sizes_are_exact(VectorPath path)
    {
        Kernels.Require(path);
        var random = new Random(1);
        foreach (int x in Sizes)
        {
            foreach (int y in Sizes)
            {
                Check(path, RandomOptions(random, x, y, random.Next(5)).Fill(Integers(random)));
                Check(path, RandomOptions(random, x, random.Next(20), y).Fill(Integers(random)));
                Check(path, RandomOptions(random, random.Next(12), x, y).Fill(Integers(random)));
            }
        }
    }

    // 20,000 triples together, other ones on each path.
    [SkippableTheory]
    [VectorPaths]
    public void Integers_over_random_triples_are_exact(VectorPath path)
    {
        Kernels.Require(path);
        var random = new Random((int)path);
        for (int i = 0; i < 5_000; i++)
        {
            int Size() => Sizes[random.Next(Sizes.Length)];
            GemmCase product = RandomOptions(random, Size(), Size(), Size()).Fill(Integers(random));
            bool packed = random.Next(2) == 0;
            product.Check(product.Expected(), product.Run(path, packed), $"{path} {(packed ? "packed" : "")}");
        }
    }

    [SkippableTheory]
    [VectorPaths]
    public void Every_variant_of_every_tile_is_exact(VectorPath path)
    {
        Kernels.Require(path);
        var random = new Random(2);
        foreach (int m in (int[])[1, 2, 3, 4, 5, 6, 7, 8, 9, 21])
        {
            foreach (int n in (int[])[1, 3, 4, 8, 10, 16, 21, 32, 40, 48, 61, 128, 145])
            {
                for (int variant = 0; variant < 36; variant++)
                {
                    var product = new GemmCase
                    {
                        M = m, N = n, K = 6, TransposeA = variant % 2 == 1, TransposeB = variant / 2 % 2 == 1,
                        Start = (GemmStart)(variant / 4 % 3), Epilogue = (GemmEpilogue)(variant / 12),
                        CGap = 1, MaskGap = 2,
                    };
                    Check(path, product.Fill(Integers(random)));
                }
            }
        }
    }

    [SkippableTheory]
    [VectorPaths(37, 53, 101)]
    [VectorPaths(9, 129, 785)]
    [VectorPaths(300, 20, 1100)]
    [VectorPaths(1, 128, 784)]
    [VectorPaths(1, 139, 1500)]
    public void Normals_are_one_chain_in_order_on_every_path(VectorPath path, int m, int n, int k)
    {
        Kernels.Require(path);
        var random = new Random(m);
        for (int variant = 0; variant < 6; variant++)
        {
            var product = new GemmCase
            {
                M = m, N = n, K = k, TransposeA = variant % 2 == 1, TransposeB = variant / 2 == 1,
                Start = (GemmStart)(variant % 3), Epilogue = (GemmEpilogue)(variant / 2),
            };
            Check(path, product.Fill(Normals(random)));
        }
    }

    [SkippableTheory]
    [VectorPaths]
    public void Row_splits_and_single_rows_keep_the_bits(VectorPath path)
    {
        Kernels.Require(path);
        var random = new Random(4);
        foreach (bool transposeA in (bool[])[false, true])
        {
            GemmCase product = new GemmCase
            {
                M = 67, N = 77, K = transposeA ? 601 : 1101, TransposeA = transposeA, Start = GemmStart.Accumulate,
                    Epilogue = GemmEpilogue.ReLUMask,
            }.Fill(Normals(random));
            float[] whole = product.Run(VectorPath.Scalar, packed: false);
            foreach (int block in (int[])[1, 2, 5, 8, 13, 32, 66])
            {
                foreach (bool packed in (bool[])[false, true])
                {
                    float[] c = (float[])product.C.Clone();
                    for (int first = 0; first < product.M; first += block)
                        product.Run(path, packed, c, first, Math.Min(first + block, product.M));
                    product.Check(whole, c, $"{path}, blocks of {block}");
                }
            }
        }
    }

    [SkippableTheory]
    [VectorPaths]
    public void Error_stays_within_the_bound_of_a_sum(VectorPath path)
    {
        Kernels.Require(path);
        var random = new Random(5);
        foreach ((int m, int n, int k) in ((int, int, int)[])[(64, 128, 784), (128, 128, 512), (33, 10, 129), (1, 128, 784)])
        {
            GemmCase product = new GemmCase { M = m, N = n, K = k }.Fill(Normals(random));
            float[] c = product.Run(path, packed: false);
            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    double sum = 0, size = 0;
                    for (int p = 0; p < k; p++)
                    {
                        double term = (double)product.A[i * k + p] * product.B[p * n + j];
                        sum += term;
                        size += Math.Abs(term);
                    }
                    if (!(Math.Abs(c[i * n + j] - sum) <= 2 * k * Math.Pow(2, -24) * size))
                        Assert.Fail($"{path} {m}x{k}x{n}: C[{i}, {j}] is {c[i * n + j]}, expected {sum}");
                }
            }
        }
    }

    [SkippableTheory]
    [VectorPaths]
    public void Epilogues_treat_signed_zero_NaN_and_infinity_as_promised(VectorPath path)
    {
        Kernels.Require(path);
        float[] special = [-0f, 0f, float.NaN, -1f, 1f, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon];
        float[] relu = [0f, 0f, float.NaN, 0f, 1f, float.PositiveInfinity, 0f, float.Epsilon, 0f];
        bool[] isPositive = [false, false, false, false, true, true, false, true, false];
        foreach (int m in (int[])[1, 3, 8, 9])
        {
            foreach (int n in (int[])[9, 64, 135])
            {
                // k = 0: each output is its start value, then the epilogue.
                var product = new GemmCase { M = m, N = n, K = 0, Start = GemmStart.Accumulate, BGap = 1 }.Fill(() => 0);
                for (int i = 0; i < m * n; i++)
                {
                    product.C[i] = special[i % 9];
                    product.Mask[i] = special[i / 9 % 9];
                }
                foreach (bool packed in (bool[])[false, true])
                {
                    product.Epilogue = GemmEpilogue.None;
                    product.Check(product.C, product.Run(path, packed), $"{path}");
                    product.Epilogue = GemmEpilogue.ReLU;
                    product.Check([.. product.C.Select((_, i) => relu[i % 9])], product.Run(path, packed), $"{path}");
                    product.Epilogue = GemmEpilogue.ReLUMask;
                    product.Check([.. product.C.Select((c, i) =>
                        isPositive[i / 9 % 9] && c != 0 ? c : 0f)], product.Run(path, packed), $"{path}");
                }
            }
        }
    }

    [SkippableTheory]
    [VectorPaths]
    public void Non_finite_inputs_reach_only_their_own_outputs(VectorPath path)
    {
        Kernels.Require(path);
        GemmCase product = new GemmCase { M = 11, N = 53, K = 7 }.Fill(() => 1);
        product.A[4 * 7 + 3] = float.NaN;
        product.B[5 * 53 + 52] = float.PositiveInfinity;
        float[] c = product.Run(path, packed: false);
        for (int i = 0; i < c.Length; i++)
        {
            float expected = i / 53 == 4 ? float.NaN : i % 53 == 52 ? float.PositiveInfinity : 7;
            c[i].Should().Be(expected);
        }
    }
}
