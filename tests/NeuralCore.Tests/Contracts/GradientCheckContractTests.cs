using NeuralCore.Data;
using NeuralCore.Diagnostics;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Tests.Layers;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Contracts;

/// <summary>The promise: every layer, loss and fusion that the library brings passes the check that users run on theirs.</summary>
public class GradientCheckContractTests
{
    private static readonly Dictionary<string, Func<long, GradientReport>> Cases = new()
    {
        ["Dense"] = seed => OfLayer(new Dense(7), [5], seed),
        ["Dense, wide"] = seed => OfLayer(new Dense(33), [70], seed),
        ["Dense without bias"] = seed => OfLayer(new Dense(4, useBias: false), [9], seed),
        ["Dense with ReLU"] = seed => OfLayer(new Dense(9, new ReLU()), [6], seed),
        ["Dense with Softmax"] = seed => OfLayer(new Dense(4, new Softmax()), [6], seed),
        ["Dense, frozen"] = seed => OfLayer(new Dense(7) { Trainable = false }, [5], seed),
        ["ReLU"] = seed => OfLayer(new ReLU(), [3, 7], seed),
        ["Softmax"] = seed => OfLayer(new Softmax(), [10], seed),
        ["Softmax of two"] = seed => OfLayer(new Softmax(), [2], seed),
        ["LogSoftmax"] = seed => OfLayer(new LogSoftmax(), [10], seed),
        ["Dense with LogSoftmax"] = seed => OfLayer(new Dense(4, new LogSoftmax()), [6], seed),
        ["Dropout"] = seed => OfLayer(new Dropout(0.4), [37], seed),
        ["Dropout of nothing"] = seed => OfLayer(new Dropout(0), [5], seed),
        ["BatchNormalization"] = seed => OfLayer(new BatchNormalization(), [37], seed),
        ["BatchNormalization of one column"] = seed => OfLayer(new BatchNormalization(epsilon: 1e-5), [1], seed),
        ["BatchNormalization without scale and center"] = seed => OfLayer(new BatchNormalization(center: false, scale: false), [5], seed),
        ["BatchNormalization, frozen"] = seed => OfLayer(new BatchNormalization { Trainable = false }, [18], seed),
        ["LayerNormalization"] = seed => OfLayer(new LayerNormalization(), [37], seed),
        ["LayerNormalization of several axes"] = seed => OfLayer(new LayerNormalization(center: false), [3, 5], seed),
        ["LayerNormalization without scale"] = seed => OfLayer(new LayerNormalization(scale: false), [16], seed),
        ["GaussianNoise"] = seed => OfLayer(new GaussianNoise(0.4), [37], seed),
        ["Embedding"] = seed => GradientCheck.Layer(
            new Embedding([4, 9], 3), [3], new() { Seed = seed, ChecksInput = false, Input = [0, 8, 0.5f, 3, 2, -1, 3, 2, 4, 1, 0, 2] }),
        ["whole, normalized on both sides of ReLUs"] = seed => OfModel(
            [new BatchNormalization(), new Dense(9, useBias: false), new BatchNormalization(), new ReLU(), new Dense(7, new ReLU()),
                new BatchNormalization(), new Dropout(0.3), new LayerNormalization(), new Dense(4, new Softmax())], [6],
            seed, sparse: true),
        ["whole, normalized and frozen in the middle"] = seed => OfModel(
            [new Dense(9, new ReLU()), new BatchNormalization { Trainable = false }, new Dense(7, new ReLU()),
                new LayerNormalization { Trainable = false }, new Dense(4, new Softmax())], [6], seed, sparse: true),
        ["Flatten"] = seed => OfLayer(new Flatten(), [3, 2, 4], seed),
        ["StandardScaler"] = seed => OfLayer(new StandardScaler().Fit(Rows(4)), [4], seed),
        ["MinMaxScaler"] = seed => OfLayer(new MinMaxScaler([1, 3], -1, 2).Fit(Rows(4)), [4], seed),
        ["Imputer"] = seed => OfLayer(new Imputer().Fit(Rows(4)), [4], seed),
        ["OneHotEncoder"] = seed => OfLayer(
            new OneHotEncoder([1]).Fit(new float[,] { { 0, 1, 2 }, { 0, 2, 5 } }), [3], seed),
        ["sparse, probabilities"] = seed => GradientCheck.Loss(
            new SparseCategoricalCrossEntropy(), [5], TestData.SoftRows(7, 5, (ulong)seed), TestData.Labels(7, 5, (ulong)seed)),
        ["sparse, probabilities that sum to 3"] = seed => GradientCheck.Loss(
            new SparseCategoricalCrossEntropy(), [5], Array.ConvertAll(TestData.SoftRows(7, 5, (ulong)seed), p =>
                3 * p), TestData.Labels(7, 5, (ulong)seed)),
        ["sparse, logits"] = seed => GradientCheck.Loss(
            new SparseCategoricalCrossEntropy(fromLogits: true), [5], TestData.Normals(35, (ulong)seed),
                TestData.Labels(7, 5, (ulong)seed)),
        ["categorical, probabilities"] = seed => GradientCheck.Loss(
            new CategoricalCrossEntropy(), [5], TestData.SoftRows(7, 5, (ulong)seed), TestData.SoftRows(7, 5, (ulong)seed + 9)),
        ["categorical, logits"] = seed => GradientCheck.Loss(
            new CategoricalCrossEntropy(fromLogits: true), [5], TestData.Normals(35, (ulong)seed),
                TestData.SoftRows(7, 5, (ulong)seed + 9)),
        ["sparse, fused"] = seed => OfModel([new Dense(8, new ReLU()), new Dense(4, new Softmax())], [6], seed, sparse: true),
        ["sparse, fused with a Softmax alone"] = seed => OfModel([new Softmax()], [4], seed, sparse: true),
        ["categorical, fused"] = seed => OfModel([new Dense(8, new ReLU()), new Dense(4), new Softmax()], [6], seed, sparse: false),
        ["sparse, unfused"] = seed => OfModel([new Dense(4, new Softmax()), new Flatten()], [6], seed, sparse: true),
        ["sparse, smoothed"] = seed => GradientCheck.Loss(
            new SparseCategoricalCrossEntropy(false, 0.1f), [5], TestData.SoftRows(7, 5, (ulong)seed), TestData.Labels(7, 5, (ulong)seed)),
        ["categorical, smoothed logits"] = seed => GradientCheck.Loss(
            new CategoricalCrossEntropy(true, 0.2f), [21], TestData.Normals(147, (ulong)seed), TestData.SoftRows(7, 21, (ulong)seed + 9)),
        ["sparse, smoothed, fused"] = seed => OfModel(
            [new Dense(8, new ReLU()), new Dense(4, new Softmax())], new SparseCategoricalCrossEntropy(labelSmoothing: 0.1f),
            TestData.Labels(5, 4, (ulong)seed), seed),
        ["divergence"] = seed => GradientCheck.Loss(
            new KLDivergence(), [5], TestData.SoftRows(7, 5, (ulong)seed), TestData.SoftRows(7, 5, (ulong)seed + 9)),
        ["divergence, fused"] = seed => OfModel(
            [new Dense(4, new Softmax())], new KLDivergence(), TestData.SoftRows(5, 4, (ulong)seed), seed),
        ["squared error"] = seed => OfRegression(new MeanSquaredError(), seed),
        ["squared error, wide"] = seed => OfRegression(new MeanSquaredError(), seed, outputs: 37),
        ["absolute error"] = seed => OfRegression(new MeanAbsoluteError(), seed),
        ["Huber"] = seed => OfRegression(new Huber(0.75f), seed),
        ["log-cosh"] = seed => OfRegression(new LogCosh(), seed),
        ["median"] = seed => OfRegression(new Quantile(0.5f), seed, outputs: 1),
        ["three quantiles"] = seed => OfRegression(new Quantile(0.1f, 0.5f, 0.9f), seed, outputs: 3, targets: 1),
        ["Poisson of logarithms"] = seed => GradientCheck.Loss(
            new Poisson(logInput: true), [4], TestData.Normals(28, (ulong)seed), Positive(28, (ulong)seed + 9)),
        ["Poisson of rates"] = seed => GradientCheck.Loss(
            new Poisson(), [4], Positive(28, (ulong)seed), Positive(28, (ulong)seed + 9)),
        ["Poisson of rates, whole"] = seed => OfModel(
            [new Dense(8, new ReLU()), new Dense(3, new Softplus())], new Poisson(), Positive(15, (ulong)seed), seed),
        ["binary, probabilities"] = seed => GradientCheck.Loss(
            new BinaryCrossEntropy(), [5], TestData.SoftRows(7, 5, (ulong)seed), TestData.SoftRows(7, 5, (ulong)seed + 9)),
        ["binary, logits"] = seed => GradientCheck.Loss(
            new BinaryCrossEntropy(true), [5], TestData.Normals(35, (ulong)seed), TestData.SoftRows(7, 5, (ulong)seed + 9)),
        ["binary, fused"] = seed => OfModel(
            [new Dense(8, new ReLU()), new Dense(4, new Sigmoid())], new BinaryCrossEntropy(), TestData.SoftRows(5, 4, (ulong)seed), seed),
        ["binary, unfused"] = seed => OfModel(
            [new Dense(4, new Sigmoid()), new Flatten()], new BinaryCrossEntropy(), TestData.SoftRows(5, 4, (ulong)seed), seed),
        ["sparse binary, fused"] = seed => OfModel(
            [new Dense(8, new ReLU()), new Dense(1, new Sigmoid())], new SparseBinaryCrossEntropy(), TestData.Labels(5, 2, (ulong)seed),
            seed),
        ["whole"] = seed => OfModel(
            [new Flatten(), new Dropout(0.1), new Dense(9, new ReLU()), new Dropout(0.3), new Dense(7), new ReLU(),
                new Dense(4, new Softmax())], [2, 5], seed, sparse: true),
        // Some outputs move by less than their last digit.
        ["whole, with leaky slopes"] = seed => OfModel(
            [new Dense(9, new LeakyReLU()), new Dense(8, new LeakyReLU()), new Dropout(0.2), new Dense(7, new LeakyReLU()),
                new Dense(4, new Softmax())], [6], seed, sparse: true),
        // The gradient of the first bias is 0 but for rounding.
        ["whole, normalized by batch"] = seed => OfModel(
            [new Dense(8), new BatchNormalization(), new ReLU(), new Dense(4, new Softmax())], [6], seed, sparse: true),
        ["whole, with missing values"] = WithMissingValues,
        ["whole, frozen in the middle"] = seed => OfModel(
            [new Flatten(), new Dense(9, new ReLU()), new Dense(7, new ReLU()) { Trainable = false }, new Dense(4, new Softmax())], [2, 5],
                seed, sparse: true),
        ["whole, all frozen but the first"] = seed => OfModel(
            [new Dense(9, new ReLU()), new Dense(7, new ReLU()) { Trainable = false }, new Dense(4, new Softmax()) { Trainable = false }],
                [6], seed, sparse: false),
        ["whole, the first frozen"] = seed => OfModel([new Dense(9, new ReLU()) { Trainable = false }, new Dense(4, new Softmax())], [6],
            seed, sparse: false),
    };

    public static TheoryData<string> Names => new(Cases.Keys);

    public static TheoryData<string> ActivationNames => new(Activations.All.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_are_right(string name)
    {
        for (long seed = 1; seed <= 5; seed++)
        {
            GradientReport report = Cases[name](seed).ThrowIfFailed();
            report.CheckedElements.Should().BePositive();
        }
    }

    [Theory]
    [MemberData(nameof(ActivationNames))]
    public void Gradients_of_activations_are_right(string name)
    {
        Func<Activation> create = Activations.All[name].Create;
        for (long seed = 1; seed <= 5; seed++)
        {
            GradientReport[] reports =
            [
                OfLayer(create(), [3, 7], seed),
                OfLayer(new Dense(9, create()), [6], seed),
                OfModel([new Dense(8, create()) { Trainable = false }, new Dense(4, new Softmax())], [6], seed, sparse: true),
                OfModel([create(), new Dense(4, new Softmax())], [6], seed, sparse: true),
            ];
            foreach (GradientReport report in reports)
                report.ThrowIfFailed().CheckedElements.Should().BePositive();
        }
    }

    private static ArrayFeatures Rows(int width) => new(TestData.Normals(20 * width), [width]);

    private static GradientReport OfLayer(Layer layer, Shape input, long seed) =>
        GradientCheck.Layer(layer, input, new() { Seed = seed, ElementsPerTensor = 300 });

    private static GradientReport OfModel<TTarget>(IEnumerable<Layer> layers, Loss<TTarget> loss, TTarget[] targets, long seed)
        where TTarget : unmanaged =>
        GradientCheck.Model<TTarget>(new Sequential([6], layers, seed), loss, TestData.Normals(5 * 6, (ulong)seed), targets);

    private static GradientReport OfRegression(Loss<float> loss, long seed, int outputs = 3, int? targets = null) => OfModel(
        [new Dense(8, new ReLU()), new Dense(outputs)], loss, TestData.Normals(5 * (targets ?? outputs), (ulong)seed + 9), seed);

    private static float[] Positive(int count, ulong seed) =>
        Array.ConvertAll(TestData.Normals(count, seed), value => (float)Math.Exp(value));

    private static GradientReport WithMissingValues(long seed)
    {
        float[] values = TestData.Normals(5 * 6, (ulong)seed);
        values[7] = values[21] = float.NaN;
        Layer[] layers = [.. Preprocessing.Fit(new ArrayFeatures(values, [6]), new Imputer(), new StandardScaler()), new Dense(4)];
        return GradientCheck.Model(
            new Sequential([6], layers, seed), new SparseCategoricalCrossEntropy(true), values, TestData.Labels(5, 4, (ulong)seed));
    }

    private static GradientReport OfModel(IEnumerable<Layer> layers, Shape input, long seed, bool sparse)
    {
        const int rows = 5;
        const int classes = 4;
        Sequential model = new(input, layers, seed);
        float[] values = TestData.Normals(rows * input.Size, (ulong)seed);
        return sparse
            ? GradientCheck.Model(model, new SparseCategoricalCrossEntropy(), values, TestData.Labels(rows, classes, (ulong)seed))
            : GradientCheck.Model(model, new CategoricalCrossEntropy(), values, TestData.SoftRows(rows, classes, (ulong)seed));
    }
}
