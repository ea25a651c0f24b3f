using NeuralCore.Data;
using NeuralCore.Diagnostics;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Tests.Training;
using NeuralCore.Training;

namespace NeuralCore.Tests.Contracts;

/// <summary>
/// A layer of the user's may mix rows: it reduces columns over the batch, between the parts of the rows, with the same bits on any number
/// of threads.
/// </summary>
public class BatchReductionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(40)]
    public void Gradients_of_a_layer_that_mixes_rows_pass_the_check(int width) =>
        GradientCheck.Layer(new BatchCentering(), [width]).ThrowIfFailed();

    [Fact]
    public void Gradients_of_a_network_with_several_such_layers_pass_the_check()
    {
        // A bias before a layer that subtracts the mean has no gradient but rounding.
        Sequential model = new(
            [6],
            [new BatchCentering(), new Dense(8, new ReLU()), new Dropout(0.25), new Dense(5, useBias: false), new BatchCentering("second"),
                new ReLU(), new Dense(4, new Softmax())],
            seed: 6);
        GradientCheck.Model(model, new SparseCategoricalCrossEntropy(), TestData.Normals(7 * 6), TestData.Labels(7, 4)).ThrowIfFailed();
    }

    [Fact]
    public void The_forward_pass_is_the_formula()
    {
        Sequential model = new([3], [new BatchCentering(), new Dense(2, new Softmax())], seed: 4);
        float[] input = TestData.Normals(12);
        float[] weights = model.Parameters.Single(p => p.FullName == "dense.kernel").Values.ToArray();
        double loss = 0;
        for (int row = 0; row < 4; row++)
        {
            double[] centred = Enumerable.Range(0, 3).Select(j => input[row * 3 + j] - Enumerable.Range(0, 4).Average(r =>
                (double)input[r * 3 + j])).ToArray();
            double[] logits = Enumerable.Range(0, 2).Select(k => Enumerable.Range(0, 3).Sum(j =>
                centred[j] * weights[j * 2 + k])).ToArray();
            loss += Math.Log(Math.Exp(logits[0]) + Math.Exp(logits[1])) - logits[row % 2];
        }
        using Trainer<int> trainer = model.Compile(new Sgd(0), new SparseCategoricalCrossEntropy());
        trainer.TrainStep(input, [0, 1, 0, 1]).Should().BeApproximately(loss / 4, 1e-6);
    }

    [Fact]
    public void Any_number_of_threads_trains_to_the_same_bits()
    {
        Dataset<int> data = TestData.Classes(700, [36], 4);
        string[] hashes = new[] { 1, 2, 3, 4, 7, 16 }.Select(threads =>
        {
            Sequential model = Model();
            using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy());
            // Large enough for the work to be shared.
            trainer.Fit(data, new() { Epochs = 2, BatchSize = 300, Threads = threads });
            return Weights.Hash(model);
        }).ToArray();
        hashes.Distinct().Should().ContainSingle();
    }

    [Fact]
    public void Statistics_move_once_a_step_and_serve_predictions()
    {
        BatchCentering layer = new();
        Sequential model = new([2], [layer, new Dense(2, new Softmax())], seed: 1);
        using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy());
        trainer.TrainStep([1, 10, 3, 30], [0, 1]);
        layer.StatisticsUpdates.Should().Be(1);
        Parameter mean = model.Parameters.Single(p => p.IsStatistic);
        mean.Values.ToArray().Should().Equal(0.5f, 5);
        (mean.FullName, mean.IsTrainable).Should().Be(("batchcentering.mean", false));

        float[] expected = model.Predict([1, 2]);
        model.Predict([1, 2, 8, 9, -3, 4])[..2].Should().Equal(expected, "a prediction does not mix rows");
        trainer.Evaluate(Dataset.From([1f, 2f], [2], [0])).Loss.Should().BeApproximately(-Math.Log(expected[0]), 1e-6);
        layer.StatisticsUpdates.Should().Be(1);
    }

    [Fact]
    public void Statistics_stay_when_the_loss_is_not_finite_or_the_layer_is_frozen()
    {
        BatchCentering layer = new();
        Sequential model = new([2], [layer, new Dense(2, new Softmax())], seed: 1);
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        string before = Weights.Hash(model);
        trainer.Invoking(t => t.TrainStep([1, float.NaN, 3, 4], [0, 1])).Should().Throw<NonFiniteException>();
        Weights.Hash(model).Should().Be(before);
        layer.StatisticsUpdates.Should().Be(0);

        BatchCentering frozen = new() { Trainable = false };
        Sequential other = new([2], [frozen, new Dense(2, new Softmax())], seed: 1);
        using Trainer<int> otherTrainer = other.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        otherTrainer.TrainStep([1, 2, 3, 4], [0, 1]);
        frozen.StatisticsUpdates.Should().Be(0);
    }

    [Fact]
    public void A_resumed_fit_has_the_bits_of_an_uninterrupted_one_statistics_included()
    {
        Dataset<int> data = TestData.Classes(100, [36], 4);
        FitOptions<int> options = new() { Epochs = 4, BatchSize = 30 };
        Sequential whole = Model();
        using Trainer<int> trainer = whole.Compile(new Adam(), new SparseCategoricalCrossEntropy());
        trainer.Fit(data, options);

        using Trainer<int> first = Model().Compile(new Adam(), new SparseCategoricalCrossEntropy());
        first.Fit(data, options with { Epochs = 2 });
        Sequential rest = Model();
        using Trainer<int> second = rest.Compile(new Adam(), new SparseCategoricalCrossEntropy());
        second.Fit(data, options with { ResumeFrom = Fits.ThroughDisk(first.CreateCheckpoint()) });
        Weights.Hash(rest).Should().Be(Weights.Hash(whole));
    }

    private static Sequential Model() => new(
        [36], [new BatchCentering(), new Dense(48, new ReLU()), new Dropout(0.25), new Dense(40), new BatchCentering("second"), new ReLU(),
            new Dense(4, new Softmax())], seed: 6);
}
