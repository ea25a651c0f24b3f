using NeuralCore.Numerics;
using NeuralCore.Randomness;
using NeuralCore.Tests.Numerics;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Randomness;

public unsafe class DropoutKernelTests
{
    private static readonly RandomStream Stream = RandomStream.Derive(42, RandomPurpose.Diagnostics);
    private const uint Half = 0x80000000;

    [SkippableTheory]
    [VectorPaths]
    public void Every_path_draws_the_documented_number_for_each_element(VectorPath path)
    {
        Kernels.Require(path);
        const ulong step = 0x1_0000_0003;
        const int rows = 3, firstRow = 5;
        const uint threshold = 0x40000000;
        for (int columns = 1; columns <= 130; columns++)
        {
            float[] x = Kernels.WithSpecials(rows * columns, columns);
            var expected = new float[x.Length];
            for (int i = 0; i < x.Length; i++)
                expected[i] = Stream.UInt32At(step, firstRow + i / columns, i % columns) < threshold ? 0f : x[i] * 1.25f;

            Kernels.Bits(Apply(path, x, rows, columns, firstRow, step, threshold, 1.25f))
                .Should().Equal(Kernels.Bits(expected), "{0}, {1} columns", path, columns);
        }
    }

    [Fact]
    public void Any_split_of_the_rows_gives_the_same_bits()
    {
        const int rows = 37, columns = 50;
        float[] x = Kernels.Normals(rows * columns, 1);
        float[] whole = Apply(InstructionSet.Current, x, rows, columns, 0, 7, Half, 2f);

        foreach (int[] split in new int[][] { [1, 36], [8, 8, 8, 8, 5], [20, 17] })
        {
            var parts = new List<float>();
            int first = 0;
            foreach (int count in split)
            {
                parts.AddRange(Apply(InstructionSet.Current, x[(first * columns)..((first + count) * columns)], count, columns, first, 7,
                    Half, 2f));
                first += count;
            }
            Kernels.Bits(parts.ToArray()).Should().Equal(Kernels.Bits(whole));
        }
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Drops_the_asked_share(double rate)
    {
        const int rows = 512, columns = 128;
        float[] x = Enumerable.Repeat(1f, rows * columns).ToArray();

        float[] y = Apply(InstructionSet.Current, x, rows, columns, 0, 1, (uint)(rate * 4294967296.0), 3f);

        y.Should().OnlyContain(value => value == 0f || value == 3f);
        double dropped = y.Count(value => value == 0f);
        dropped.Should().BeInRange(
            x.Length * rate - 5 * Math.Sqrt(x.Length * rate * (1 - rate)), x.Length * rate + 5 * Math.Sqrt(x.Length * rate * (1 - rate)));
    }

    [Fact]
    public void Steps_and_streams_give_other_masks()
    {
        float[] x = Enumerable.Repeat(1f, 1024).ToArray();
        float[] y = Apply(InstructionSet.Current, x, 8, 128, 0, 1, Half, 1f);

        y.Should().NotEqual(Apply(InstructionSet.Current, x, 8, 128, 0, 2, Half, 1f));
        y.Should().NotEqual(Apply(InstructionSet.Current, x, 8, 128, 0, 1UL << 32 | 1, Half, 1f));
        y.Should().NotEqual(Apply(InstructionSet.Current, x, 8, 128, 8, 1, Half, 1f));
    }

    [Fact]
    public void Threshold_zero_keeps_everything_and_the_largest_drops_all_but_one_in_2_to_the_32()
    {
        float[] x = Kernels.Normals(1000, 3);

        Apply(InstructionSet.Current, x, 10, 100, 0, 1, 0, 1f).Should().Equal(x);
        Apply(InstructionSet.Current, x, 10, 100, 0, 1, uint.MaxValue, 1f).Should().OnlyContain(value => value == 0f);
    }

    [SkippableTheory]
    [VectorPaths]
    public void Stays_inside_its_arrays(VectorPath path)
    {
        Kernels.Require(path);
        using var source = new GuardedMemory(4096);
        using var target = new GuardedMemory(4096);
        for (int columns = 0; columns <= 70; columns++)
        {
            const int rows = 2;
            int n = rows * columns;
            target.Reset();
            float* x = source.FloatsAtEnd(n);
            float* y = target.FloatsAtEnd(n);
            Kernels.Normals(n, columns).CopyTo(new Span<float>(x, n));
            DropoutKernel.Apply(path, x, y, rows, columns, 0, 1, Stream.Key, Half, 2f);
            target.IsUntouchedOutside(y, n * sizeof(float)).Should().BeTrue("{0}, {1} columns", path, columns);

            target.Reset();
            x = (float*)source.Start;
            y = (float*)target.Start;
            Kernels.Normals(n, columns).CopyTo(new Span<float>(x, n));
            DropoutKernel.Apply(path, x, y, rows, columns, 0, 1, Stream.Key, Half, 2f);
            target.IsUntouchedOutside(y, n * sizeof(float)).Should().BeTrue("{0}, {1} columns", path, columns);
        }
    }

    [Fact]
    public void Works_in_place()
    {
        float[] x = Kernels.Normals(300, 4);
        float[] expected = Apply(InstructionSet.Current, x, 3, 100, 0, 1, Half, 2f);

        fixed (float* p = x)
            DropoutKernel.Apply(p, p, 3, 100, 0, 1, Stream.Key, Half, 2f);

        x.Should().Equal(expected);
    }

    private static float[] Apply(VectorPath path, float[] x, int rows, int columns, int firstRow, ulong step, uint threshold, float scale)
    {
        var y = new float[x.Length];
        fixed (float* source = x, target = y)
            DropoutKernel.Apply(path, source, target, rows, columns, firstRow, step, Stream.Key, threshold, scale);
        return y;
    }
}
