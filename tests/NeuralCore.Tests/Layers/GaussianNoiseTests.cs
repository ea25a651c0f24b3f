using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Optimizers;
using NeuralCore.Randomness;
using NeuralCore.Tests.Numerics;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Layers;

public unsafe class GaussianNoiseTests
{
    private static RandomStream Stream => RandomStream.Derive(1, "GaussianNoise.noise");

    [SkippableTheory]
    [VectorPaths]
    public void Is_the_normal_number_of_each_step_row_and_column(VectorPath path)
    {
        Kernels.Require(path);
        float[] noise = Noise(path, 5, 70, firstRow: 3, step: 1L << 33);
        for (int i = 0; i < noise.Length; i++)
        {
            uint word = Stream.UInt32At(1UL << 33, 3 + i / 70, i % 70);
            double expected = NormalDistribution.InverseCdf((((int)word >> 8) + (1 << 23) + 0.5) / (1 << 24));
            ((double)noise[i]).Should().BeApproximately(expected, 1e-6 * Math.Abs(expected) + 1e-7);
        }
    }

    [SkippableTheory]
    [VectorPaths]
    public void Normal_numbers_from_bits_are_right_everywhere(VectorPath path)
    {
        Kernels.Require(path);
        List<uint> words = [0, uint.MaxValue, int.MaxValue, 0x80000000, 256, 511, 0x7FFFFF00];
        for (uint word = 0; word < uint.MaxValue - 600_000; word += 524_287)
            words.Add(word);
        float[] bits = words.Select(BitConverter.UInt32BitsToSingle).ToArray();
        float[] normals = Normals(path, bits);
        for (int i = 0; i < bits.Length; i++)
        {
            double expected = NormalDistribution.InverseCdf((((int)words[i] >> 8) + (1 << 23) + 0.5) / (1 << 24));
            ((double)normals[i]).Should().BeApproximately(expected, 1e-6 * Math.Abs(expected), "bits {0:X8}", words[i]);
        }
        Kernels.Bits(normals).Should().Equal(Kernels.Bits(Normals(VectorPath.Scalar, bits)));
    }

    [Fact]
    public void Has_the_moments_of_the_distribution()
    {
        float[] noise = Noise(InstructionSet.Current, 500, 400, firstRow: 0, step: 7);
        double[] z = TestData.Doubles(noise);
        double n = z.Length;
        z.Average().Should().BeApproximately(0, 4 / Math.Sqrt(n));
        z.Average(value => value * value).Should().BeApproximately(1, 4 * Math.Sqrt(2 / n));
        z.Average(value => Math.Pow(value, 4)).Should().BeApproximately(3, 4 * Math.Sqrt(96 / n));
        z.Count(value => Math.Abs(value) > 3).Should().BeInRange(440, 640, "0.27 % of 200,000 are 540");
    }

    [SkippableTheory]
    [VectorPaths]
    public void Every_split_of_the_rows_gives_the_same_bits_within_its_array(VectorPath path)
    {
        Kernels.Require(path);
        using GuardedMemory target = new(4096);
        foreach (int columns in new[] { 1, 3, 15, 16, 17, 31, 32, 33, 48, 50 })
        {
            float[] whole = Noise(VectorPath.Scalar, 4, columns, firstRow: 0, step: 5);
            for (int row = 0; row < 4; row++)
            {
                target.Reset();
                float* y = target.FloatsAtEnd(columns);
                new Span<float>(y, columns).Clear();
                NoiseKernel.Add(path, y, y, 1, columns, row, 5, Stream.Key, 1);
                Kernels.Bits(new ReadOnlySpan<float>(y, columns)).Should().Equal(Kernels.Bits(whole.AsSpan(row * columns, columns)));
                target.IsUntouchedOutside(y, columns * sizeof(float)).Should().BeTrue();
            }
        }
    }

    [Fact]
    public void Noise_is_added_in_training_only_and_the_gradient_passes_through()
    {
        float[] x = TestData.Normals(4 * 37);
        LayerRun run = new(new GaussianNoise(0.5), [37], rows: 4);
        float[] y = run.Forward(x);
        y.Zip(x, (a, b) => (double)(a - b)).Select(Math.Abs).Average().Should().BeInRange(0.3, 0.5, "0.5 sqrt(2 / pi) is 0.4");
        run.Backward(x).Should().Equal(x);
        run.Model.Predict(x).Should().Equal(x);
        new LayerRun(new GaussianNoise(0), [37], rows: 4).Forward(x).Should().Equal(x);
    }

    [Fact]
    public void The_promises_hold() => new Promises<int>
    {
        Model = () => new Sequential(
            [12], [new GaussianNoise(0.1), new Dense(40), new GaussianNoise(0.2), new ReLU(), new Dense(4, new Softmax())], seed: 3),
        Optimizer = () => new Adam(0.01f),
        Loss = new SparseCategoricalCrossEntropy(),
        Data = TestData.Classes(70, [12], 4),
    }.ShouldHold();

    [Fact]
    public void Wrong_settings_are_refused()
    {
        foreach (double deviation in new[] { -0.1, double.NaN, double.PositiveInfinity })
            FluentActions.Invoking(() => new GaussianNoise(deviation)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static float[] Noise(VectorPath path, int rows, int columns, int firstRow, long step)
    {
        float[] values = new float[rows * columns];
        fixed (float* p = values)
            NoiseKernel.Add(path, p, p, rows, columns, firstRow, (ulong)step, Stream.Key, 1);
        return values;
    }

    private static float[] Normals(VectorPath path, float[] bits)
    {
        float[] result = new float[bits.Length];
        fixed (float* x = bits, y = result)
            Dispatch.Run(path, new FromBits(x, y, bits.Length));
        return result;
    }

    private readonly struct FromBits(float* x, float* y, int n) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T>
        {
            for (int i = 0; i < n; i += LaneMath.Width)
            {
                int count = Math.Min(LaneMath.Width, n - i);
                ColumnLanes.Store(NormalLanes.FromBits(ColumnLanes.Load<T>(x + i, count)), y + i, count);
            }
        }
    }
}
