using NeuralCore.Randomness;

namespace NeuralCore.Tests.Randomness;

public class RandomStreamTests
{
    private const int Draws = 200_000;

    [Fact]
    public void Derivation_is_the_documented_one()
    {
        PhiloxBlock expected = Philox4x32.Block(new PhiloxKey(0x89ABCDEF, 0x01234567), (uint)RandomPurpose.Diagnostics, 0, 3, 0);

        RandomStream stream = RandomStream.Derive(0x0123456789ABCDEF, RandomPurpose.Diagnostics, 3);

        stream.Key.Should().Be(new PhiloxKey(expected.Word0, expected.Word1));
    }

    [Fact]
    public void Named_derivation_is_the_documented_one()
    {
        // FNV-1a 64 of the bytes 'a', 0: ((offset ^ 0x61) * prime ^ 0) * prime.
        ulong hash = unchecked((0xCBF29CE484222325UL ^ 0x61) * 0x100000001B3UL * 0x100000001B3UL);
        PhiloxBlock expected = Philox4x32.Block(new PhiloxKey(42, 0), (uint)hash, (uint)(hash >> 32), 1, 1);

        RandomStream.Derive(42, "a", 1).Key.Should().Be(new PhiloxKey(expected.Word0, expected.Word1));
    }

    [Fact]
    public void First_numbers_never_change()
    {
        // From a separate implementation of the documented derivation (Python integers).
        RandomStream stream = RandomStream.Derive(42, (RandomPurpose)1);

        new[] { stream.UInt32At(0), stream.UInt32At(1), stream.UInt32At(5), stream.UInt32At(1UL << 40) }
            .Should().Equal(3729728444u, 959099428u, 786230370u, 3053917269u);
    }

    [Fact]
    public void Seeds_purposes_names_and_ordinals_give_different_streams()
    {
        RandomStream[] streams =
        [
            RandomStream.Derive(1, RandomPurpose.Diagnostics), RandomStream.Derive(1UL << 32, RandomPurpose.Diagnostics),
            RandomStream.Derive(1, RandomPurpose.Shuffle), RandomStream.Derive(1, RandomPurpose.Diagnostics, 1),
            RandomStream.Derive(1, "Dropout"), RandomStream.Derive(1, "dropout"), RandomStream.Derive(1, "Dropout", 1),
        ];

        streams.Distinct().Should().HaveCount(streams.Length);
        streams.Select(stream => stream.UInt32At(0)).Distinct().Should().HaveCount(streams.Length);
        (streams[0] == RandomStream.Derive(1, RandomPurpose.Diagnostics)).Should().BeTrue();
    }

    [Fact]
    public void Rejects_bad_arguments()
    {
        FluentActions.Invoking(() => RandomStream.Derive(1, RandomPurpose.Diagnostics, -1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => RandomStream.Derive(1, "x", -1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => RandomStream.Derive(1, "")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => default(RandomStream).UInt32At(0, -1, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => default(RandomStream).UInt32At(0, 0, -1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Uniform_numbers_lie_in_range_and_fill_it_evenly()
    {
        RandomStream stream = RandomStream.Derive(7, RandomPurpose.Diagnostics);
        var bins = new int[20];
        double sum = 0;
        for (ulong i = 0; i < Draws; i++)
        {
            float u = stream.UniformAt(i);
            u.Should().BeInRange(0f, 0.99999994f);
            bins[(int)(u * bins.Length)]++;
            sum += u;
        }

        // Mean: 5 standard errors of sqrt(1/12). Bins: chi-square with 19 degrees of freedom exceeds 50 once in 8,000 seeds.
        (sum / Draws).Should().BeApproximately(0.5, 5 * Math.Sqrt(1.0 / 12 / Draws));
        double expected = (double)Draws / bins.Length;
        bins.Sum(count => (count - expected) * (count - expected) / expected).Should().BeLessThan(50);
    }

    [Fact]
    public void Uniform_of_all_ones_stays_below_one() => ((uint.MaxValue >> 8) * (1f / (1 << 24))).Should().BeLessThan(1f);

    [Fact]
    public void Normal_numbers_have_the_moments_of_the_distribution()
    {
        RandomStream stream = RandomStream.Derive(8, RandomPurpose.Diagnostics);

        Moments moments = Measure(stream.NormalAt);

        moments.Mean.Should().BeApproximately(0, 5 / Math.Sqrt(Draws));
        moments.Variance.Should().BeApproximately(1, 5 * Math.Sqrt(2.0 / Draws));
        moments.FourthMoment.Should().BeApproximately(3, 5 * Math.Sqrt(96.0 / Draws));
    }

    [Fact]
    public void Truncated_normal_numbers_stay_within_two_and_have_the_documented_deviation()
    {
        RandomStream stream = RandomStream.Derive(9, RandomPurpose.Diagnostics);

        Moments moments = Measure(stream.TruncatedNormalAt);

        moments.Largest.Should().BeInRange(1.99, 2.0);
        moments.Mean.Should().BeApproximately(0, 5 * RandomStream.TruncatedNormalDeviation / Math.Sqrt(Draws));
        double variance = RandomStream.TruncatedNormalDeviation * RandomStream.TruncatedNormalDeviation;
        // The fourth moment of the cut normal is 1.41616, so a square has the variance 1.41616 - 0.77374^2.
        moments.Variance.Should().BeApproximately(variance, 5 * Math.Sqrt((1.41616 - variance * variance) / Draws));
    }

    [Fact]
    public void Neighbouring_numbers_do_not_correlate()
    {
        RandomStream stream = RandomStream.Derive(10, RandomPurpose.Diagnostics);
        foreach (ulong lag in new ulong[] { 1, 2, 3, 4, 64 })
        {
            double sum = 0;
            for (ulong i = 0; i < Draws; i++)
                sum += (stream.UniformAt(i) - 0.5) * (stream.UniformAt(i + lag) - 0.5);
            (sum / Draws * 12).Should().BeApproximately(0, 5 / Math.Sqrt(Draws), "lag {0}", lag);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Shuffle_is_a_permutation_that_the_epoch_decides(int n)
    {
        RandomStream stream = RandomStream.Derive(42, RandomPurpose.Shuffle);

        int[] first = Shuffled(stream, n, 0);

        first.Order().Should().Equal(Enumerable.Range(0, n));
        first.Should().Equal(Shuffled(stream, n, 0));
        if (n > 2)
        {
            first.Should().NotEqual(Enumerable.Range(0, n));
            first.Should().NotEqual(Shuffled(stream, n, 1));
            first.Should().NotEqual(Shuffled(stream, n, 1UL << 32));
            first.Should().NotEqual(Shuffled(RandomStream.Derive(43, RandomPurpose.Shuffle), n, 0));
        }
    }

    [Fact]
    public void Every_order_of_four_is_equally_likely()
    {
        RandomStream stream = RandomStream.Derive(11, RandomPurpose.Shuffle);
        const int shuffles = 48_000;
        var counts = new Dictionary<string, int>();
        for (ulong epoch = 0; epoch < shuffles; epoch++)
        {
            string order = string.Join(',', Shuffled(stream, 4, epoch));
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        // Chi-square with 23 degrees of freedom exceeds 57 once in 10,000 seeds.
        counts.Should().HaveCount(24);
        counts.Values.Sum(count => (count - shuffles / 24.0) * (count - shuffles / 24.0) / (shuffles / 24.0)).Should().BeLessThan(57);
    }

    [Fact]
    public void Bounded_numbers_refuse_the_surplus_words()
    {
        // With a bound of 3 * 2^29, eight words in a row should give three numbers twice: 2^32 = 2 * bound + 2^30 words.
        const uint bound = 3u << 29;
        var numbers = new List<int>();
        for (uint word = 0; word < 8; word++)
        {
            if (RandomStream.TryBound(word, bound, out int number))
                numbers.Add(number);
        }

        numbers.Should().Equal(0, 0, 1, 1, 2, 2);
        RandomStream.TryBound(uint.MaxValue, bound, out int last).Should().BeTrue();
        last.Should().Be((int)bound - 1);
    }

    [Fact]
    public void Bounded_numbers_of_a_power_of_two_use_every_word()
    {
        for (uint word = 0; word < 1000; word++)
            RandomStream.TryBound(word, 64, out _).Should().BeTrue();
    }

    [Fact]
    public void Drawing_and_shuffling_allocate_nothing()
    {
        RandomStream stream = RandomStream.Derive(1, RandomPurpose.Shuffle);
        var items = new int[100];
        float sum = 0;
        stream.Shuffle(items, 0);
        sum += stream.NormalAt(0);

        long before = GC.GetAllocatedBytesForCurrentThread();
        stream.Shuffle(items, 1);
        sum += stream.NormalAt(1);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        allocated.Should().Be(0);
        sum.Should().NotBe(0);
    }

    private static int[] Shuffled(RandomStream stream, int n, ulong epoch)
    {
        int[] items = Enumerable.Range(0, n).ToArray();
        stream.Shuffle(items, epoch);
        return items;
    }

    private static Moments Measure(Func<ulong, float> draw)
    {
        double first = 0, second = 0, fourth = 0, largest = 0;
        for (ulong i = 0; i < Draws; i++)
        {
            double x = draw(i);
            first += x;
            second += x * x;
            fourth += x * x * x * x;
            largest = Math.Max(largest, Math.Abs(x));
        }
        double mean = first / Draws;
        return new Moments(mean, second / Draws - mean * mean, fourth / Draws, largest);
    }

    private readonly record struct Moments(double Mean, double Variance, double FourthMoment, double Largest);
}
