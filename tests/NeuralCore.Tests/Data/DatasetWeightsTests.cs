using NeuralCore.Data;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Data;

public class DatasetWeightsTests
{
    private const int Count = 40;

    private static readonly float[] RowWeights = Enumerable.Range(0, Count).Select(row => row / 4f).ToArray();

    [Fact]
    public void Weights_stay_with_their_samples()
    {
        Dataset<int> data = TestData.Classes(Count, [3], 4).WithWeights(RowWeights);

        data.Weights.ToArray().Should().Equal(RowWeights);
        data.Take(7).Weights.ToArray().Should().Equal(RowWeights[..7]);
        data.Subset([5, 0, 5, 39]).Weights.ToArray().Should().Equal(1.25f, 0, 1.25f, 9.75f);
        data.Subset([5, 0, 5, 39]).Subset([3, 0]).Weights.ToArray().Should().Equal(9.75f, 1.25f);
        data.ToOneHot(4).Weights.ToArray().Should().Equal(RowWeights);
        data.ToString().Should().Be("40 samples [3], 4 classes, weighted");
        foreach (Split split in new[] { Split.Tail(0.25), Split.Shuffled(0.25), Split.Stratified(0.25) })
        {
            (Dataset<int> training, Dataset<int> validation) = data.Split(split);
            training.Weights.ToArray().Concat(validation.Weights.ToArray()).Order().Should().Equal(RowWeights);
            // The first feature of each row tells which it is.
            (FirstFeatures(training), training.Weights.ToArray()).Should().BeEquivalentTo(Expected(data, training));
        }
    }

    [Fact]
    public void Without_weights_there_are_none()
    {
        Dataset<int> data = TestData.Classes(Count, [3], 4);
        foreach (Dataset<int> one in new[] { data, data.Take(3), data.Subset([1]) })
            one.Weights.IsEmpty.Should().BeTrue();
        data.ToOneHot(4).Weights.IsEmpty.Should().BeTrue();
        data.ToString().Should().Be("40 samples [3], 4 classes");
    }

    [Fact]
    public void Weights_are_copied_and_replace_earlier_ones()
    {
        float[] weights = [.. RowWeights];
        Dataset<int> data = TestData.Classes(Count, [3], 4).WithWeights(weights);
        weights[3] = 100;
        data.Weights[3].Should().Be(0.75f);
        data.WithWeights(weights).Weights[3].Should().Be(100);
        data.Weights[3].Should().Be(0.75f);
    }

    [Theory]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Wrong_weights_are_refused_with_their_row(float weight)
    {
        float[] weights = [.. RowWeights];
        weights[17] = weight;
        TestData.Classes(Count, [3], 4).Invoking(data => data.WithWeights(weights)).Should().Throw<ArgumentException>()
            .WithMessage($"The weight of row 17 is {weight}: expected a finite number of at least 0. Use 0 to leave it out.*");
    }

    [Fact]
    public void Each_sample_needs_a_weight() => TestData.Classes(Count, [3], 4).Invoking(data => data.WithWeights([1, 2])).Should()
        .Throw<ArgumentException>().WithMessage("There are 40 samples but 2 weights: each sample needs one.*");

    [Fact]
    public void Balanced_weights_need_samples_of_every_class()
    {
        FluentActions.Invoking(() => ClassWeights.Balanced([0, 2, 2])).Should().Throw<ArgumentException>()
            .WithMessage("Class 1 has no sample among 3 labels of 3 classes*Number the classes without gaps.*");
        FluentActions.Invoking(() => ClassWeights.Balanced([])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ClassWeights.Balanced([0, -1])).Should().Throw<ArgumentException>().WithMessage("*row 1 is -1*");
        FluentActions.Invoking(() => ClassWeights.Balanced(Dataset.From([1f, 2f], [1], [0.5f, 1f], 1))).Should()
            .Throw<ArgumentException>()
            .WithMessage("Class weights need the class of each sample, which ArrayTargets: 2 x 1 does not give*");
    }

    private static float[] FirstFeatures(Dataset<int> data)
    {
        float[] values = new float[data.Count * 3];
        data.Features.Gather(Enumerable.Range(0, data.Count).ToArray(), values);
        return values.Where((_, i) => i % 3 == 0).ToArray();
    }

    private static (float[], float[]) Expected(Dataset<int> whole, Dataset<int> part)
    {
        float[] all = FirstFeatures(whole);
        float[] first = FirstFeatures(part);
        return (first, first.Select(value => RowWeights[Array.IndexOf(all, value)]).ToArray());
    }
}
