using NeuralCore.Data;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Regularization;
using NeuralCore.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Serialization;

/// <summary>A model with every kind of layer and setting and with names, and a checkpoint with every kind of state.</summary>
internal static class EverythingFiles
{
    internal static byte[] Model()
    {
        using TemporaryFolder folder = new();
        Sequential model = Build();
        model.Save(folder.File("m"));
        return File.ReadAllBytes(folder.File("m"));
    }

    /// <summary>In the middle of the second epoch.</summary>
    internal static byte[] Checkpoint()
    {
        using TemporaryFolder folder = new();
        using Trainer<int> trainer = Compile();
        using CancellationTokenSource source = new();
        FluentActions.Invoking(() => trainer.Fit(Data(), Options() with
        {
            Callbacks = [.. Options().Callbacks, new CancelAt(11, source)],
            CancellationToken = source.Token,
        })).Should().Throw<OperationCanceledException>();
        trainer.CreateCheckpoint().Save(folder.File("c"));
        return File.ReadAllBytes(folder.File("c"));
    }

    internal static Trainer<int> Compile() => Build().Compile(
        new Adam(0.01f) { Clipping = GradientClipping.ByGlobalNorm(1) }, new SparseCategoricalCrossEntropy(labelSmoothing: 0.1f),
        new Accuracy(), new RocAuc(), new F1Score(Averaging.Macro), new TopKAccuracy(2));

    internal static FitOptions<int> Options() => new()
    {
        Epochs = 3,
        BatchSize = 24,
        Threads = 1,
        Validation = Split.Stratified(0.1),
        Callbacks =
        [
            new EarlyStopping(patience: 100), new ReduceLearningRateOnPlateau(patience: 5, cooldown: 2), new ExponentialMovingAverage(),
        ],
    };

    internal static Dataset<int> Data()
    {
        int[] labels = new int[200];
        float[] rows = new float[200 * 4];
        for (int row = 0; row < 200; row++)
        {
            labels[row] = row % 3;
            (rows[row * 4], rows[row * 4 + 1]) = (row % 3 == 0 ? row % 2 : row % 5, row % 4);
            (rows[row * 4 + 2], rows[row * 4 + 3]) = (row % 17 == 0 ? float.NaN : row * 0.1f % 3, row % 3 - row % 7 * 0.2f);
        }
        return Dataset.From(rows, [4], labels);
    }

    private static Sequential Build()
    {
        FeatureSource features = Data().Features;
        return new Sequential([4],
        [
            new Imputer(ImputeStrategy.Median, [2, 3]).Fit(features),
            new Imputer(ImputeStrategy.Constant, fillValue: 2),
            new StandardScaler([2]).Fit(features),
            new MinMaxScaler([3], -1, 1).Fit(features),
            new OneHotEncoder([0]).Fit(features),
            new Embedding([2, 2], 2, new TruncatedNormal(0, 0.1), new L2(0.001)),
            new Dense(7, new ELU(0.5f), new HeNormal(), kernelRegularizer: new L1L2(0.001, 0.002), kernelConstraint: new MaxNorm(3)),
            new BatchNormalization(0.9, 1e-4),
            new LeakyReLU(0.2f),
            new GaussianNoise(0.01),
            new Dense(6, null, new Orthogonal(), useBias: false, kernelRegularizer: new L1(0.001)),
            new LayerNormalization(),
            new GELU(),
            new Dropout(0.1),
            new Dense(5, new SELU(), new LeCunNormal(), new Constant(0.1f), biasRegularizer: new L2(0.01)),
            new Dense(5, new SiLU(), new VarianceScaling()),
            new Dense(5, new Mish(), new RandomUniform()),
            new Dense(5, new Softplus(), new RandomNormal()),
            new Dense(5, new Sigmoid(), new GlorotNormal()),
            new Dense(5, new Tanh(), new LeCunUniform()),
            new Flatten(),
            new Dense(3, new Softmax(), new HeUniform()),
        ], 5, "everything")
        {
            DataNames = new DataNames
            {
                Inputs = ["a", "b", "c", "d"],
                Classes = ["x", "y", "z"],
                Categories = new Dictionary<int, IReadOnlyList<string>> { [0] = ["p", "q", "r", "s", "t"] },
            },
        };
    }

    private sealed class CancelAt(int step, CancellationTokenSource source) : Callback
    {
        private int _steps;

        public override void OnStepEnd(FitContext context)
        {
            if (++_steps == step)
                source.Cancel();
        }
    }
}
