using NeuralCore.Data;

namespace NeuralCore.Tests.Data;

public class SplitTests
{
    public static TheoryData<string, double, int> Cases()
    {
        TheoryData<string, double, int> cases = [];
        foreach (string kind in new[] { "Stratified", "Shuffled", "Tail" })
        {
            foreach (double fraction in new[] { 0.001, 0.1, 0.29, 0.5, 0.9, 0.999 })
            {
                foreach (int count in new[] { 2, 3, 10, 101, 1000 })
                    cases.Add(kind, fraction, count);
            }
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Parts_are_disjoint_and_hold_everything_or_an_error_says_why(string kind, double fraction, int count)
    {
        Split split = Make(kind, fraction);
        int expected = (int)Math.Round(fraction * count, MidpointRounding.AwayFromZero);
        Func<(int[] Training, int[] Validation)> apply = () => split.Apply(count, row => row % 2, Shuffle(1));
        if (expected == 0 || expected == count)
        {
            string part = expected == 0 ? "validation" : "training";
            apply.Should().Throw<ArgumentException>().WithMessage($"{split} of {count} samples leaves the {part} part empty.*");
            return;
        }
        // Two rows in two classes: each class keeps its only row for training.
        if (kind == "Stratified" && count == 2)
        {
            apply.Should().Throw<ArgumentException>().WithMessage("*leaves the validation part empty.*");
            return;
        }

        (int[] training, int[] validation) = apply();

        training.Concat(validation).Order().Should().Equal(Enumerable.Range(0, count));
        training.Should().BeInAscendingOrder();
        validation.Should().BeInAscendingOrder();
        int most = kind == "Stratified" ? Math.Min(expected, count - 2) : expected;
        validation.Should().HaveCount(most);
    }

    [Fact]
    public void Tail_takes_the_last_rows_and_no_randomness()
    {
        (int[] training, int[] validation) = Split.Tail(0.3).Apply(10, _ => throw new InvalidOperationException(), _ =>
            throw new InvalidOperationException());
        training.Should().Equal(0, 1, 2, 3, 4, 5, 6);
        validation.Should().Equal(7, 8, 9);
    }

    [Fact]
    public void Shuffled_takes_the_first_rows_of_the_shuffled_order()
    {
        int[] order = Enumerable.Range(0, 100).ToArray();
        Shuffle(5)(order);
        (_, int[] validation) = Split.Shuffled(0.2).Apply(100, _ => throw new InvalidOperationException(), Shuffle(5));
        validation.Should().Equal(order[..20].Order());
    }

    [Theory]
    [InlineData("Stratified")]
    [InlineData("Shuffled")]
    public void Seed_decides(string kind)
    {
        int[] Validation(int seed) => Make(kind, 0.25).Apply(400, row => row % 7, Shuffle(seed)).Validation;
        Validation(1).Should().Equal(Validation(1));
        Validation(1).Should().NotEqual(Validation(2));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1.0 / 3)]
    [InlineData(0.77)]
    public void Stratified_keeps_the_proportions_to_within_one(double fraction)
    {
        // Classes of very different sizes, mixed up, with numbers that are not consecutive.
        int[] sizes = [500, 3, 77, 1, 10, 9];
        int[] labels = sizes.SelectMany((size, label) => Enumerable.Repeat(label * 10, size)).ToArray();
        Shuffle(3)(labels);

        (_, int[] validation) = Split.Stratified(fraction).Apply(labels.Length, row => labels[row], Shuffle(4));

        validation.Should().HaveCount((int)Math.Round(fraction * labels.Length, MidpointRounding.AwayFromZero));
        for (int label = 0; label < sizes.Length; label++)
        {
            int chosen = validation.Count(row => labels[row] == label * 10);
            Math.Abs(chosen - fraction * sizes[label]).Should().BeLessThan(1.0000001, "class {0}", label);
            chosen.Should().BeLessThan(sizes[label], "no class loses its last training sample");
        }
    }

    [Theory]
    // 1.25, 2 and 1.75 rows of 5 wanted: the largest remainder first.
    [InlineData(new[] { 5, 8, 7 }, new[] { 1, 2, 2 })]
    [InlineData(new[] { 7, 8, 5 }, new[] { 2, 2, 1 })]
    // 1.5 rows of each and 6 wanted: of equals the lower classes first.
    [InlineData(new[] { 6, 6, 6, 6 }, new[] { 2, 2, 1, 1 })]
    public void Stratified_gives_the_rows_left_over_to_the_largest_remainders(int[] sizes, int[] expected)
    {
        // The highest class comes first in the data.
        int[] labels = sizes.SelectMany((size, label) => Enumerable.Repeat(label, size)).Reverse().ToArray();

        (_, int[] validation) = Split.Stratified(0.25).Apply(labels.Length, row => labels[row], Shuffle(4));

        sizes.Select((_, label) => validation.Count(row => labels[row] == label)).Should().Equal(expected);
    }

    [Fact]
    public void Stratified_is_random_within_a_class()
    {
        (_, int[] validation) = Split.Stratified(0.5).Apply(200, row => row / 100, Shuffle(9));
        validation.Count(row => row < 100).Should().Be(50);
        validation.Where(row => row < 100).Should().NotEqual(Enumerable.Range(0, 50)).And.NotEqual(Enumerable.Range(50, 50));
    }

    [Fact]
    public void Data_set_is_divided_with_its_targets()
    {
        Dataset<int> data = Dataset.From(Enumerable.Range(0, 100).Select(i =>
            (float)i).ToArray(), [1], Enumerable.Range(0, 100).Select(i => i % 4).ToArray());

        (Dataset<int> training, Dataset<int> validation) = Split.Stratified(0.2).Apply(data, seed: 1);

        training.Count.Should().Be(80);
        validation.Count.Should().Be(20);
        float[] values = new float[20];
        validation.Features.Gather(Enumerable.Range(0, 20).ToArray(), values);
        values.Select(value => (int)value % 4).Should().Equal(Enumerable.Range(0, 20).Select(validation.Targets.ClassOf));
        values.GroupBy(value => (int)value % 4).Should().OnlyContain(group => group.Count() == 5);
    }

    [Fact]
    public void Stratified_needs_targets_with_classes()
    {
        Dataset<float> regression = Dataset.From(new float[10], [1], Enumerable.Repeat(0.3f, 10).ToArray(), 1);
        FluentActions.Invoking(() => Split.Stratified(0.5).Apply(regression, seed: 1)).Should().Throw<NotSupportedException>();
        Split.Shuffled(0.5).Apply(regression, seed: 1).Validation.Count.Should().Be(5);
    }

    [Fact]
    public void One_class_and_one_sample_have_defined_results()
    {
        Split.Stratified(0.2).Apply(10, _ => 3, Shuffle(1)).Validation.Should().HaveCount(2);
        foreach (string kind in new[] { "Stratified", "Shuffled", "Tail" })
        {
            FluentActions.Invoking(() => Make(kind, 0.5).Apply(1, _ => 0, Shuffle(1))).Should().Throw<ArgumentException>()
                .WithMessage("*of 1 sample leaves the training part empty*");
            FluentActions.Invoking(() => Make(kind, 0.5).Apply(0, _ => 0, Shuffle(1))).Should().Throw<ArgumentException>();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(10)]
    [InlineData(double.NaN)]
    public void Fraction_lies_between_0_and_1(double fraction)
    {
        foreach (string kind in new[] { "Stratified", "Shuffled", "Tail" })
            FluentActions.Invoking(() => Make(kind, fraction)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Prints_as_it_was_written() => Split.Stratified(0.1).ToString().Should().Be("Split.Stratified(0.1)");

    /// <summary>A Fisher-Yates shuffle that depends on the seed alone.</summary>
    internal static Action<Span<int>> Shuffle(int seed) => values =>
    {
        uint state = (uint)seed;
        for (int i = values.Length - 1; i > 0; i--)
        {
            state = state * 1664525 + 1013904223;
            int j = (int)((ulong)state * (uint)(i + 1) >> 32);
            (values[i], values[j]) = (values[j], values[i]);
        }
    };

    private static Split Make(string kind, double fraction) => kind switch
    {
        "Stratified" => Split.Stratified(fraction),
        "Shuffled" => Split.Shuffled(fraction),
        _ => Split.Tail(fraction),
    };
}
