using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Data;

/// <summary>Train, test and fold parts of a data set.</summary>
public class FoldTests
{
    [Theory]
    [InlineData("stratified")]
    [InlineData("shuffled")]
    [InlineData("tail")]
    public void A_split_takes_the_rows_that_a_fit_validates_on(string kind)
    {
        Split split = kind switch
        {
            "stratified" => Split.Stratified(0.25),
            "shuffled" => Split.Shuffled(0.25),
            _ => Split.Tail(0.25),
        };
        Dataset<int> data = TestModels.Data(120);
        (Dataset<int> train, Dataset<int> test) = data.Split(split, seed: 11);
        (train.Count, test.Count).Should().Be((90, 30));

        double[] inFit = Losses(trainer => trainer.Fit(data, new() { Epochs = 2, Validation = split }));
        double[] apart = Losses(trainer => trainer.Fit(train, new() { Epochs = 2, Validation = test }));

        apart.Should().Equal(inFit);
    }

    [Theory]
    [InlineData(5, 23)]
    [InlineData(2, 2)]
    [InlineData(7, 100)]
    [InlineData(10, 10)]
    public void Every_sample_is_tested_once(int count, int samples)
    {
        Dataset<int> data = Numbered(samples, _ => 0);
        var folds = data.Folds(count, seed: 3);

        folds.Should().HaveCount(count);
        folds.SelectMany(fold => Rows(fold.Test)).Order().Should().Equal(Enumerable.Range(0, samples));
        folds.Should().AllSatisfy(fold =>
        {
            fold.Test.Count.Should().BeInRange(samples / count, (samples + count - 1) / count);
            Rows(fold.Train).Concat(Rows(fold.Test)).Order().Should().Equal(Enumerable.Range(0, samples));
            Rows(fold.Train).Should().BeInAscendingOrder();
            Rows(fold.Test).Should().BeInAscendingOrder();
        });
    }

    [Fact]
    public void Stratified_folds_have_the_same_classes()
    {
        // 40 of class 0, 23 of class 1, 7 of class 2.
        Dataset<int> data = Numbered(70, row => row % 10 is 0 ? 2 : row % 3 == 1 ? 1 : 0);
        var folds = data.StratifiedFolds(5, seed: 1);
        foreach (int label in new[] { 0, 1, 2 })
        {
            int total = Enumerable.Range(0, 70).Count(row => data.Targets.ClassOf(row) == label);
            foreach (var (_, test) in folds)
                Enumerable.Range(0, test.Count).Count(row => test.Targets.ClassOf(row) == label)
                    .Should().BeInRange(total / 5, (total + 4) / 5);
        }
        folds.Select(fold => fold.Test.Count).Should().AllBeEquivalentTo(14);
        folds.SelectMany(fold => Rows(fold.Test)).Order().Should().Equal(Enumerable.Range(0, 70));
    }

    [Fact]
    public void The_seed_decides_the_folds()
    {
        Dataset<int> data = Numbered(50, row => row % 3);
        Rows(data.Folds(5, 1)[0].Test).Should().Equal(Rows(data.Folds(5, 1)[0].Test));
        Rows(data.Folds(5, 1)[0].Test).Should().NotEqual(Rows(data.Folds(5, 2)[0].Test));
        Rows(data.StratifiedFolds(5, 1)[0].Test).Should().NotEqual(Rows(data.StratifiedFolds(5, 2)[0].Test));
    }

    [Fact]
    public void Impossible_folds_are_refused()
    {
        Dataset<int> data = Numbered(6, row => row % 3);
        FluentActions.Invoking(() => data.Folds(1)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("Expected 2 to 6 folds*");
        FluentActions.Invoking(() => data.Folds(7)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => data.StratifiedFolds(3)).Should().Throw<ArgumentException>().WithMessage("Every class has fewer*");
        Dataset<float> regression = Dataset.From(new float[4], [1], [0.5f, 1, 2, 3]);
        FluentActions.Invoking(() => regression.StratifiedFolds(2)).Should().Throw<NotSupportedException>();
        regression.Folds(2).Should().HaveCount(2);
    }

    private static Dataset<int> Numbered(int count, Func<int, int> label) => Dataset.From(
        Enumerable.Range(0, count).Select(row => (float)row).ToArray(), [1], Enumerable.Range(0, count).Select(label).ToArray());

    private static int[] Rows(Dataset<int> data)
    {
        float[] values = new float[data.Count];
        data.Features.Gather(Enumerable.Range(0, data.Count).ToArray(), values);
        return Array.ConvertAll(values, value => (int)value);
    }

    private static double[] Losses(Func<Trainer<int>, TrainingHistory> fit)
    {
        Sequential model = new([4, 3], [new Flatten(), new Dense(3, new Softmax())], seed: 11);
        using Trainer<int> trainer = model.Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy());
        return fit(trainer).Epochs.SelectMany(epoch => new[] { epoch.Training.Loss, epoch.Validation!.Loss }).ToArray();
    }
}
