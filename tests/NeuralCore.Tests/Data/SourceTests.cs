using NeuralCore.Data;

namespace NeuralCore.Tests.Data;

public class SourceTests
{
    private static readonly byte[] AllBytes = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray();

    [Fact]
    public void Array_rows_are_gathered_in_the_order_asked()
    {
        ArrayFeatures features = new(new float[] { 0, 1, 2, 10, 11, 12, 20, 21, 22 }, [3]);
        float[] destination = Enumerable.Repeat(-1f, 14).ToArray();

        features.Gather([2, 0, 2, 1], destination);

        features.Count.Should().Be(3);
        destination.Should().Equal(20, 21, 22, 0, 1, 2, 20, 21, 22, 10, 11, 12, -1, -1);
    }

    [Theory]
    [InlineData(ByteFeatures.DefaultScale)]
    [InlineData(1f)]
    [InlineData(-0.3f)]
    public void Bytes_are_scaled_exactly(float scale)
    {
        ByteFeatures features = new(AllBytes, [16, 16], scale);
        float[] destination = new float[256];

        features.Gather([0], destination);

        destination.Should().Equal(AllBytes.Select(value => value * scale));
        features.Scale.Should().Be(scale);
    }

    [Fact]
    public void Another_scale_shares_the_bytes()
    {
        byte[] bytes = [1, 2];
        ByteFeatures doubled = new ByteFeatures(bytes, [2]).WithScale(2f);
        bytes[0] = 5;
        float[] destination = new float[2];
        doubled.Gather([0], destination);
        destination.Should().Equal(10, 4);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Scale_must_be_usable(float scale)
    {
        FluentActions.Invoking(() => new ByteFeatures(AllBytes, [1], scale)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ByteFeatures(AllBytes, [1]).WithScale(scale)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Values_must_be_whole_rows()
    {
        FluentActions.Invoking(() => new ArrayFeatures(new float[10], [2, 2])).Should().Throw<ArgumentException>()
            .WithMessage("10 values are not a whole number of samples [2, 2] of 4 values: 2 are left over.*");
        FluentActions.Invoking(() => new ByteFeatures(new byte[5], [2])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new ArrayTargets(new float[5], 2)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new ArrayTargets(new float[5], 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ArrayFeatures(new float[4], null!)).Should().Throw<ArgumentNullException>();
    }

    public static TheoryData<string, Action<int[], int>> Gathers() => new()
    {
        { "array", (rows, length) => new ArrayFeatures(new float[10], [2]).Gather(rows, new float[length]) },
        { "bytes", (rows, length) => new ByteFeatures(new byte[10], [2]).Gather(rows, new float[length]) },
        { "one-hot", (rows, length) => new OneHotLabels(new int[5], 2).Gather(rows, new float[length]) },
        { "targets", (rows, length) => new ArrayTargets(new float[10], 2).Gather(rows, new float[length]) },
        { "labels", (rows, length) => new ClassLabels(new int[5]).Gather(rows, new int[length / 2]) },
        { "subset", (rows, length) => Five().Subset([1, 1, 2, 3, 0]).Features.Gather(rows, new float[length]) },
        { "subset targets", (rows, length) => Five().Subset([1, 1, 2, 3, 0]).Targets.Gather(rows, new int[length / 2]) },
    };

    [Theory]
    [MemberData(nameof(Gathers))]
    public void Gather_checks_its_arguments(string name, Action<int[], int> gather)
    {
        gather([4, 0], 4);
        gather([], 0);
        FluentActions.Invoking(() => gather([0, 5], 4)).Should().Throw<ArgumentOutOfRangeException>(name)
            .WithMessage("Expected a row from 0 to 4, got 5.*");
        FluentActions.Invoking(() => gather([-1], 4)).Should().Throw<ArgumentOutOfRangeException>(name);
        FluentActions.Invoking(() => gather([0, 1], 3)).Should().Throw<ArgumentException>(name)
            .WithMessage("2 rows of * need a destination of *");
    }

    [Fact]
    public void Labels_know_their_classes()
    {
        ClassLabels labels = new([3, 0, 3, 1]);
        int[] destination = new int[2];

        labels.Gather([3, 0], destination);

        destination.Should().Equal(1, 3);
        labels.ClassOf(2).Should().Be(3);
        labels.ClassCount.Should().Be(4);
        labels.Width.Should().Be(1);
        new ClassLabels([0], classes: 10).ClassCount.Should().Be(10);
    }

    [Fact]
    public void Labels_are_copied_so_that_the_check_holds()
    {
        int[] given = [0, 1];
        ClassLabels labels = new(given);
        OneHotLabels oneHot = new(given, 2);
        given[0] = -7;
        labels.ClassOf(0).Should().Be(0);
        oneHot.ClassOf(0).Should().Be(0);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(10)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void Label_out_of_range_is_named_with_its_row(int label)
    {
        string message = $"The label of row 2 is {label}: expected 0 to 9 for 10 classes.*";
        FluentActions.Invoking(() => new OneHotLabels([0, 9, label, -5], 10)).Should().Throw<ArgumentException>().WithMessage(message);
        FluentActions.Invoking(() => new ClassLabels([0, 9, label, -5], 10)).Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Without_a_class_count_labels_must_not_be_negative() =>
        FluentActions.Invoking(() => new ClassLabels([5, -1])).Should().Throw<ArgumentException>().WithMessage("The label of row 1 is -1*");

    [Fact]
    public void One_hot_rows_overwrite_what_was_there()
    {
        OneHotLabels labels = new([2, 0], 3);
        float[] destination = [9, 9, 9, 9, 9, 9, 9, 9, 9, 7];

        labels.Gather([0, 1, 0], destination);

        destination.Should().Equal(0, 0, 1, 1, 0, 0, 0, 0, 1, 7);
        labels.ClassCount.Should().Be(3);
    }

    [Fact]
    public void Class_of_a_float_row_is_its_largest_or_its_bit()
    {
        ArrayTargets rows = new(new float[] { 0, 1, 0, 0, 0, 1 }, 3);
        rows.ClassOf(0).Should().Be(1);
        rows.ClassOf(1).Should().Be(2);
        ArrayTargets bits = new(new float[] { 0, 1, 0.5f }, 1);
        bits.ClassOf(0).Should().Be(0);
        bits.ClassOf(1).Should().Be(1);
        FluentActions.Invoking(() => bits.ClassOf(2)).Should().Throw<NotSupportedException>().WithMessage("*row 2 is 0.5*");
    }

    [Fact]
    public void Users_write_their_own_sources()
    {
        Dataset<int> dataset = Dataset.From(new Formula(1000), new Parity(1000));
        float[] destination = new float[4];

        dataset.Features.Gather([999, 3], destination);

        destination.Should().Equal(999, 998001, 3, 9);
        dataset.InputShape.Should().Equal(2);
        FluentActions.Invoking(() => dataset.Targets.ClassOf(1)).Should().Throw<NotSupportedException>()
            .WithMessage("Parity has no classes*");
        dataset.ToOneHot(2).Targets.ClassOf(3).Should().Be(1);
    }

    [Fact]
    public void Gathering_from_many_threads_gives_the_same_and_allocates_nothing()
    {
        byte[] images = Enumerable.Range(0, 700 * 20).Select(i => (byte)(i * 31)).ToArray();
        Dataset<float> data = Dataset.From(images, [20], new int[700]).Subset(Enumerable.Range(0, 700).Reverse().ToArray()).ToOneHot(10);
        int[] rows = Enumerable.Range(0, 600).Select(i => i * 7 % 700).ToArray();
        float[] expected = new float[rows.Length * 20];
        data.Features.Gather(rows, expected);

        Parallel.For(0, 8, _ =>
        {
            float[] features = new float[expected.Length];
            float[] targets = new float[rows.Length * 10];
            for (int i = 0; i < 20; i++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                data.Features.Gather(rows, features);
                data.Targets.Gather(rows, targets);
                (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
                features.AsSpan().SequenceEqual(expected).Should().BeTrue();
            }
        });
    }

    private static Dataset<int> Five() => Dataset.From(new float[10], [2], [0, 1, 2, 3, 4]);

    private sealed class Formula(int count) : FeatureSource(count, [2])
    {
        public override void Gather(ReadOnlySpan<int> rows, Span<float> destination)
        {
            CheckGather(rows, destination);
            for (int r = 0; r < rows.Length; r++)
            {
                destination[2 * r] = rows[r];
                destination[2 * r + 1] = (float)rows[r] * rows[r];
            }
        }
    }

    private sealed class Parity(int count) : TargetSource<int>(count, 1)
    {
        public override void Gather(ReadOnlySpan<int> rows, Span<int> destination)
        {
            for (int r = 0; r < rows.Length; r++)
                destination[r] = rows[r] % 2;
        }
    }
}
