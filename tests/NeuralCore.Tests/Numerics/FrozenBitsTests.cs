using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NeuralCore.Numerics;
using NeuralCore.Randomness;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Numerics;

/// <summary>
/// One digest of what the kernels compute, the same on every processor, system, path and runtime switch. A change of it is a change of what
/// training gives: it belongs in the changelog.
/// </summary>
public unsafe class FrozenBitsTests
{
    private const string Digest = "86148C396B892C84145D36575FEA622FF252F5ABCA25BF122D441A5FC9A2D147";

    [SkippableTheory]
    [VectorPaths]
    public void Kernels_give_the_frozen_bits_on_every_path(VectorPath path)
    {
        Kernels.Require(path);
        Compute(path).Should().Be(Digest, "{0}", path);
    }

    private static string Compute(VectorPath path)
    {
        const int rows = 37, columns = 45, n = rows * columns;
        RandomStream stream = RandomStream.Derive(42, RandomPurpose.Diagnostics);
        float[] x = Draw(stream.NormalAt, 0), g = Draw(stream.TruncatedNormalAt, 1), w = Draw(stream.UniformAt, 2);
        float[] y = new float[n], p = new float[n], m = new float[n], v = new float[n], sums = new float[columns + 2];
        double[] losses = new double[2 * rows];
        int[] labels = Enumerable.Range(0, n).ToArray();
        stream.Shuffle(labels, 3);
        for (int i = 0; i < n; i++)
            labels[i] %= columns;

        fixed (float* px = x, pg = g, pw = w, py = y, pp = p, pm = m, pv = v, ps = sums)
        fixed (double* pl = losses)
        fixed (int* pi = labels)
        {
            CrossEntropyKernel.SoftmaxSparse(path, px, pi, pp, py, pl, rows, columns, 1f / rows);
            CrossEntropyKernel.Categorical(path, pp, pw, pg, pl + rows, rows, columns, 1f / rows);
            Reductions.ColumnSums(path, pg, rows, columns, columns, ps);
            ps[columns] = Reductions.Sum(path, pg, n);
            ps[columns + 1] = new ReadOnlySpan<float>(pg, n).ToArray().Max();
            for (ulong step = 1; step <= 5; step++)
            {
                DropoutKernel.Apply(path, py, py, rows, columns, 1, step, stream.Key, 0x40000000, 4f / 3);
                AdamKernel.Update(path, pw, py, pm, pv, n, 0.01f, 0.1f, 0.001f, 1e-7f);
                SgdKernel.Momentum(path, px, pw, pg, n, 0.01f, 0.9f, nesterov: true);
                SoftmaxKernel.Forward(path, px, px, rows, columns);
                SoftmaxKernel.Backward(path, px, pw, py, rows, columns);
                ReluKernel.Backward(path, pg, py, py, n);
            }
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (float[] values in new[] { x, g, w, y, p, m, v, sums })
        {
            values.Should().OnlyContain(value => float.IsFinite(value));
            hash.AppendData(MemoryMarshal.AsBytes<float>(values));
        }
        hash.AppendData(MemoryMarshal.AsBytes<double>(losses));
        return Convert.ToHexString(hash.GetHashAndReset());

        static float[] Draw(Func<ulong, float> at, ulong block) =>
            Enumerable.Range(0, n).Select(i => at(block * n + (ulong)i)).ToArray();
    }
}
