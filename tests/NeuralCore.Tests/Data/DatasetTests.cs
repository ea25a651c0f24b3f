using NeuralCore.Data;

namespace NeuralCore.Tests.Data;

public class DatasetTests
{
    [Fact]
    public void Every_form_of_arrays_becomes_a_data_set()
    {
        Dataset.From(new float[8], [2, 2], [0, 1]).ToString().Should().Be("2 samples [2, 2], 2 classes");
        Dataset.From(new byte[8], [2, 2], [0, 1]).ToString().Should().Be("2 samples [2, 2], 2 classes");
        Dataset.From(new float[8], [4], new float[6], 3).ToString().Should().Be("2 samples [4], targets of 3");
        Dataset.From(new byte[8], [4], new float[2], 1).ToString().Should().Be("2 samples [4], targets of 1");
        Dataset.From(new byte[8], [4], [0, 1]).ToOneHot(10).ToString().Should().Be("2 samples [4], 10 classes (one-hot)");
        ((ByteFeatures)Dataset.From(new byte[8], [4], [0, 1]).Features).Scale.Should().Be(1f / 255f);
        ((ByteFeatures)Dataset.From(new byte[8], [4], [0, 1], 0.5f).Features).Scale.Should().Be(0.5f);
    }

    [Fact]
    public void Counts_must_agree_and_not_be_zero()
    {
        FluentActions.Invoking(() => Dataset.From(new float[8], [2, 2], [0, 1, 1])).Should().Throw<ArgumentException>()
            .WithMessage("There are 2 samples [2, 2] but 3 targets*");
        FluentActions.Invoking(() => Dataset.From(new float[0], [2], Array.Empty<int>())).Should().Throw<ArgumentException>()
            .WithMessage("A data set needs at least one sample*");
        FluentActions.Invoking(() => Dataset.From((float[])null!, [2], [0])).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => Dataset.From(new float[2], [2], (int[])null!)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Subset_keeps_inputs_and_targets_together()
    {
        Dataset<int> data = Numbered(1000);
        int[] rows = Enumerable.Range(0, 700).Select(i => i * 13 % 1000).ToArray();

        Dataset<int> subset = data.Subset(rows);
        Dataset<int> nested = subset.Subset([699, 0, 300]).Subset([2, 1, 0, 0]);

        Read(subset).Should().Equal(rows);
        Read(nested).Should().Equal(rows[300], rows[0], rows[699], rows[699]);
        Enumerable.Range(0, 4).Select(nested.Targets.ClassOf).Should().Equal(rows[300], rows[0], rows[699], rows[699]);
        nested.Targets.ClassCount.Should().Be(1000);
        Read(subset.Take(5)).Should().Equal(rows[..5]);
    }

    [Fact]
    public void Subset_owns_its_rows()
    {
        int[] rows = [3, 4];
        Dataset<int> subset = Numbered(10).Subset(rows);
        rows[0] = 99;
        Read(subset).Should().Equal(3, 4);
    }

    [Fact]
    public void Subset_and_take_check_their_arguments()
    {
        Dataset<int> data = Numbered(10);
        FluentActions.Invoking(() => data.Subset([])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => data.Subset([0, 10])).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Expected a row from 0 to 9, got 10*");
        FluentActions.Invoking(() => data.Take(0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => data.Take(11)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Expected 1 to 10 samples, got 11*");
        data.Take(10).Count.Should().Be(10);
    }

    [Fact]
    public void To_one_hot_agrees_with_the_labels()
    {
        Dataset<int> data = Numbered(5).Subset([4, 2]);
        Dataset<float> oneHot = data.ToOneHot(6);
        float[] rows = new float[12];
        oneHot.Targets.Gather([0, 1], rows);

        OneHot.Decode(rows, 6).Should().Equal(4, 2);
        oneHot.Features.Should().BeSameAs(data.Features);
        FluentActions.Invoking(() => data.ToOneHot(4)).Should().Throw<ArgumentException>()
            .WithMessage("The label of row 0 is 4: expected 0 to 3 for 4 classes*");
    }

    // Sample i is the value i and has the label i.
    private static Dataset<int> Numbered(int count) =>
        Dataset.From(Enumerable.Range(0, count).Select(i => (float)i).ToArray(), [1], Enumerable.Range(0, count).ToArray());

    private static int[] Read(Dataset<int> data)
    {
        int[] all = Enumerable.Range(0, data.Count).ToArray();
        float[] features = new float[data.Count];
        int[] labels = new int[data.Count];
        data.Features.Gather(all, features);
        data.Targets.Gather(all, labels);
        features.Should().Equal(labels.Select(label => (float)label));
        return labels;
    }
}
