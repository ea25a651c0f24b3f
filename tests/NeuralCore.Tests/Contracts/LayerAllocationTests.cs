using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Regularization;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Contracts;

/// <summary>Steps with normalization, noise, embeddings, penalties and constraints allocate nothing either.</summary>
public class LayerAllocationTests
{
    [Fact]
    public void A_step_and_a_prediction_allocate_nothing()
    {
        Sequential model = new(
            [3],
            [
                new Embedding([2], 40, embeddingsRegularizer: new L1(1e-3)), new GaussianNoise(0.1), new BatchNormalization(),
                new Dense(90, new ReLU(), kernelRegularizer: new L2(1e-3), kernelConstraint: new MaxNorm(1)), new LayerNormalization(),
                new Dense(5), new BatchNormalization { Trainable = false }, new Softmax(),
            ]);
        float[] input = Enumerable.Range(0, 3 * 70).Select(i => (float)(i % 2)).ToArray();
        int[] labels = TestData.Labels(70, 5);
        float[] output = new float[70 * 5];
        using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy());

        long allocated = 0;
        for (int step = 0; step < 300; step++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            trainer.TrainStep(input, labels, threads: 1);
            model.Predict(input, output);
            allocated += step < 100 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
        }

        allocated.Should().Be(0);
    }
}
