using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests;

/// <summary>The whole story, on the real MNIST where NEURALCORE_DATA names its folder.</summary>
public class SmokeTests
{
    [SkippableFact]
    public void Two_epochs_of_the_baseline_network_recognise_digits()
    {
        Sequential model = Baseline(seed: 42);
        using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy(), new Accuracy());

        TrainingHistory history = trainer.Fit(MnistData.TrainingSet(), new() { Epochs = 2, BatchSize = 512 });
        Evaluation result = trainer.Evaluate(MnistData.TestSet());

        history.Epochs[1].Training.Loss.Should().BeLessThan(history.Epochs[0].Training.Loss);
        result.Accuracy.Should().BeGreaterThan(0.94);
        result.Loss.Should().BeLessThan(0.2);
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Ten_epochs_reach_what_the_network_can(long seed)
    {
        Sequential model = Baseline(seed);
        using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy(), new Accuracy());

        trainer.Fit(MnistData.TrainingSet(), new() { Epochs = 10, BatchSize = 512 });

        trainer.Evaluate(MnistData.TestSet()).Accuracy.Should().BeGreaterThanOrEqualTo(0.975);
    }

    [Fact]
    public void A_small_network_learns_a_rule()
    {
        // Four classes: the signs of the first two of eight values.
        float[] features = TestData.Normals(2000 * 8);
        int[] labels = Enumerable.Range(0, 2000).Select(row =>
            (features[row * 8] > 0 ? 1 : 0) + (features[row * 8 + 1] > 0 ? 2 : 0)).ToArray();
        Sequential model = new([8], [new Dense(32, new ReLU()), new Dense(4, new Softmax())], seed: 1);
        using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy(), new Accuracy());

        TrainingHistory history = trainer.Fit(Dataset.From(features, [8], labels),
            new() { Epochs = 20, Validation = Split.Stratified(0.1) });

        history.Epochs[^1].Training.Loss.Should().BeLessThan(0.5 * history.Epochs[0].Training.Loss);
        history.Epochs[^1].Training.Accuracy.Should().BeGreaterThan(0.95);
        history.Epochs[^1].Validation!.Accuracy.Should().BeGreaterThan(0.93);
    }

    private static Sequential Baseline(long seed) =>
        new([28, 28], [new Flatten(), new Dense(128, new ReLU()), new Dense(128, new ReLU()), new Dropout(0.2),
            new Dense(10, new Softmax())], seed);
}
