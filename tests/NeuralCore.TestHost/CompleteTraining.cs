using NeuralCore.Data;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Regularization;
using NeuralCore.Training;

namespace NeuralCore.TestHost;

/// <summary>
/// A small training with every activation, normalization, noise, penalty and bound, clipping, a schedule, averaged weights, augmented
/// images, weights of samples and label smoothing, that must come out with the same bits everywhere.
/// </summary>
public static class CompleteTraining
{
    public const string Name = "complete";

    /// <summary>Trains it.</summary>
    /// <returns>The SHA-256 of all weights.</returns>
    public static string Run(int threads)
    {
        Dataset<int> data = FixedTraining.Data(FixedTraining.Small);
        float[] weights = new float[data.Count];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = 0.5f + i % 5 * 0.25f;
        data = data.WithWeights(weights);

        Sequential model = Model(data);
        AdamW optimizer = new(0.01) { Clipping = GradientClipping.ByGlobalNorm(0.5) };
        using Trainer<int> trainer = model.Compile(
            optimizer, new SparseCategoricalCrossEntropy(labelSmoothing: 0.1f), new Accuracy(), new RocAuc());
        trainer.Fit(data.Augment(new() { Shift = 1, Rotation = 10, Scale = 0.1f, ElasticAlpha = 2, ElasticSigma = 1.5f }, seed: 4), new()
        {
            Epochs = 3,
            BatchSize = 64,
            Threads = threads,
            Validation = Split.Stratified(0.2),
            Schedule = new CosineDecay(ScheduleDuration.OfEpochs(3)).WithWarmUp(ScheduleDuration.OfSteps(3), startFactor: 0.1),
            Callbacks = [new ExponentialMovingAverage(0.9)],
        });
        return FixedTraining.Hash(model);
    }

    private static Sequential Model(Dataset<int> data)
    {
        Layer[] layers =
        [
            new StandardScaler().Fit(data.Features),
            new Flatten(),
            new Dense(24, new GELU(), new HeUniform(), kernelRegularizer: new L1L2(1e-4, 1e-4)),
            new BatchNormalization(),
            new Dense(20, new SiLU(), new Orthogonal()),
            new LayerNormalization(),
            new GaussianNoise(0.1),
            new Dense(18, new Tanh(), new GlorotNormal(), kernelConstraint: new MaxNorm(2)),
            new Dense(17, new ELU(), new LeCunNormal()),
            new Dense(16, new Softplus(), new RandomUniform(-0.3, 0.3)),
            new Dense(16, new Mish(), new TruncatedNormal(0, 0.2)),
            new Dense(15, new GELU(approximate: true)),
            new Dense(14, new SELU(), new LeCunUniform()),
            new Dense(13, new LeakyReLU()),
            new Dense(12, new Sigmoid(), new RandomNormal(0, 0.3)),
            new Dropout(0.1),
            new Dense(FixedTraining.Classes, new Softmax()),
        ];
        return new Sequential(data.InputShape, layers, seed: 42);
    }
}
