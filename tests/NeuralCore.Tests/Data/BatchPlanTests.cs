using NeuralCore.Data;

namespace NeuralCore.Tests.Data;

public class BatchPlanTests
{
    [Theory]
    [InlineData(10, 5, false, new[] { 5, 5 })]
    [InlineData(10, 4, false, new[] { 4, 4, 2 })]
    [InlineData(10, 4, true, new[] { 4, 4 })]
    [InlineData(10, 10, true, new[] { 10 })]
    [InlineData(10, 11, false, new[] { 10 })]
    [InlineData(10, int.MaxValue, false, new[] { 10 })]
    [InlineData(3, 1, false, new[] { 1, 1, 1 })]
    [InlineData(1, 1, true, new[] { 1 })]
    public void Batches_cover_the_rows_in_order(int count, int batchSize, bool dropLast, int[] sizes)
    {
        BatchPlan plan = new(count, batchSize, dropLast);
        plan.BeginEpoch();

        int[][] batches = All(plan);

        batches.Select(batch => batch.Length).Should().Equal(sizes);
        batches.SelectMany(batch => batch).Should().Equal(Enumerable.Range(0, sizes.Sum()));
        plan.SamplesPerEpoch.Should().Be(sizes.Sum());
        plan.LargestBatch.Should().Be(sizes.Max());
    }

    [Fact]
    public void Shuffled_epoch_holds_every_row_once_and_forgets_earlier_epochs()
    {
        BatchPlan fresh = new(100, 7);
        SplitTests.Shuffle(2)(fresh.BeginEpoch());
        int[] expected = All(fresh).SelectMany(batch => batch).ToArray();
        expected.Order().Should().Equal(Enumerable.Range(0, 100));
        expected.Should().NotEqual(Enumerable.Range(0, 100));

        BatchPlan used = new(100, 7);
        SplitTests.Shuffle(1)(used.BeginEpoch());
        All(used).SelectMany(batch => batch).Should().NotEqual(expected);
        SplitTests.Shuffle(2)(used.BeginEpoch());
        All(used).SelectMany(batch => batch).Should().Equal(expected);
        used.BeginEpoch();
        All(used).SelectMany(batch => batch).Should().Equal(Enumerable.Range(0, 100));
    }

    [Fact]
    public void Handing_out_batches_allocates_nothing()
    {
        BatchPlan plan = new(1000, 32);
        Action<Span<int>> shuffle = SplitTests.Shuffle(1);
        shuffle(plan.BeginEpoch());
        int sum = 0;

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int epoch = 0; epoch < 10; epoch++)
        {
            shuffle(plan.BeginEpoch());
            for (int batch = 0; batch < plan.BatchCount; batch++)
                sum += plan[batch].Length;
        }
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        sum.Should().Be(10_000);
    }

    [Fact]
    public void Arguments_are_checked()
    {
        FluentActions.Invoking(() => new BatchPlan(0, 5)).Should().Throw<ArgumentException>().WithMessage("There are no samples*");
        FluentActions.Invoking(() => new BatchPlan(5, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new BatchPlan(5, 6, dropLast: true)).Should().Throw<ArgumentException>()
            .WithMessage("5 samples do not fill one batch of 6*");
        FluentActions.Invoking(() => new BatchPlan(5, 2)[3].Length).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new BatchPlan(5, 2)[-1].Length).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static int[][] All(BatchPlan plan) => Enumerable.Range(0, plan.BatchCount).Select(batch => plan[batch].ToArray()).ToArray();
}
