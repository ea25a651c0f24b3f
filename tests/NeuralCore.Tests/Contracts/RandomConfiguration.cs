using NeuralCore.Data;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Regularization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Contracts;

/// <summary>Draws parts of trainings; the same seed draws the same.</summary>
internal sealed class RandomConfiguration(int seed)
{
    private readonly Random _random = new(seed);

    internal int Integer(int from, int to) => _random.Next(from, to + 1);

    internal float Real(double from, double to) => (float)(from + _random.NextDouble() * (to - from));

    internal bool Chance(double probability) => _random.NextDouble() < probability;

    internal T OneOf<T>(params Func<T>[] choices) => choices[_random.Next(choices.Length)]();

    internal Layer[] Layers(IEnumerable<Layer> first, Dense last)
    {
        List<Layer> layers = [.. first];
        int count = Integer(0, 6);
        for (int i = 0; i < count; i++)
            layers.Add(Hidden());
        return [.. layers, last];
    }

    internal Optimizer Optimizer()
    {
        double rate = Math.Exp(Real(-9, -4));
        double decay = Chance(0.5) ? 0 : Real(0.0001, 0.1);
        bool option = Chance(0.5);
        GradientClipping? clipping = Chance(0.5) ? null : OneOf(
            () => GradientClipping.ByValue(Real(0.001, 1)), () => GradientClipping.ByNorm(Real(0.01, 1)),
            () => GradientClipping.ByGlobalNorm(Real(0.01, 1)));
        return OneOf<Optimizer>(
            () => new Adam(rate) { AmsGrad = option, EpsilonAfterCorrection = Chance(0.5), Clipping = clipping, WeightDecay = decay },
            () => new AdamW(rate) { AmsGrad = option, Clipping = clipping },
            () => new Lion(rate / 3) { Clipping = clipping, WeightDecay = decay },
            () => new Nadam(rate) { Clipping = clipping, WeightDecay = decay },
            () => new RmsProp(rate, momentum: Chance(0.5) ? 0.9 : 0, centered: option) { Clipping = clipping, WeightDecay = decay },
            () => new Sgd(rate, 0.9, option) { Clipping = clipping, WeightDecay = decay },
            () => new Sgd(rate) { Clipping = clipping, WeightDecay = decay });
    }

    internal LearningRateSchedule Schedule()
    {
        LearningRateSchedule schedule = OneOf<LearningRateSchedule>(
            () => new CosineDecay(Duration(), Real(0, 0.5), Chance(0.5)), () => new ExponentialDecay(Duration(), Real(0.3, 1)),
            () => new OneCycle(Duration(), Real(0, 0.9)), () => new PolynomialDecay(Duration(), Real(0.5, 3), Real(0, 0.5)),
            () => new StepDecay(Duration(), Real(0.1, 1)));
        return Chance(0.5) ? schedule.WithWarmUp(Duration(), 0.1) : schedule;
    }

    internal Callback[] Callbacks(bool hasSchedule, int epochs)
    {
        List<Callback> callbacks = [];
        if (!hasSchedule && Chance(0.5))
            callbacks.Add(new ReduceLearningRateOnPlateau(0.5, patience: 1, minDelta: Real(0, 1), monitor: Monitored.TrainingLoss));
        if (Chance(0.5))
        {
            callbacks.Add(new EarlyStopping(
                Integer(1, 2), Real(0, 0.1), monitor: Monitored.TrainingLoss, restoreBestWeights: Chance(0.5)));
        }
        if (Chance(0.5))
        {
            callbacks.Insert(Integer(0, callbacks.Count), OneOf<Callback>(
                () => new ExponentialMovingAverage(Real(0, 0.99), Chance(0.5), Chance(0.5), Chance(0.5)),
                () => new StochasticWeightAveraging(Integer(1, epochs), Integer(1, 2), Chance(0.5), Chance(0.5))));
        }
        return [.. callbacks];
    }

    /// <summary>
    /// Images, numbers, numbers with gaps, or category codes among numbers, with the layers that such data needs in front.
    /// </summary>
    internal (FeatureSource Features, Func<Layer[]> First) Features(int rows)
    {
        int kind = Integer(0, 3);
        Shape shape = kind == 0 ? [Integer(1, 8), Integer(1, 8)] : [Integer(2, 40)];
        float[] values = Enumerable.Range(0, rows * shape.Size).Select(_ => Real(-3, 3)).ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            if (kind == 2 && i >= shape.Size && Chance(0.1))
                values[i] = float.NaN;
            if (kind == 3 && i % shape.Size == 0)
                values[i] = Integer(0, 4);
        }
        ArrayFeatures features = new(values, shape);
        bool choice = Chance(0.5);
        return kind switch
        {
            0 => (
                choice ? new AugmentedImages(features, new() { Shift = 1, Rotation = 10, Scale = 0.1f, ElasticAlpha = 2 }) : features,
                () => [new StandardScaler().Fit(features), new Flatten()]),
            1 => (features, () => []),
            2 => (features, () => Preprocessing.Fit(features, new Imputer(), choice ? new StandardScaler() : new MinMaxScaler())),
            _ => (features, () => choice ? [new Embedding([5], 3)] : [new OneHotEncoder([0]).Fit(features)]),
        };
    }

    private Layer Hidden()
    {
        Layer layer = OneOf<Layer>(
            Dense, Dense, Dense, Activation, Activation, () => new BatchNormalization(Real(0, 0.99), center: Chance(0.8)),
            () => new LayerNormalization(scale: Chance(0.8)), () => new Dropout(Real(0, 0.5)), () => new GaussianNoise(Real(0, 0.5)));
        layer.Trainable = Chance(0.85);
        return layer;
    }

    private Dense Dense() => new(
        Integer(1, 40), Chance(0.5) ? Activation() : null, Chance(0.6) ? Initializer() : null, useBias: Chance(0.8),
        kernelRegularizer: Chance(0.3) ? OneOf<Regularizer>(() => new L1(0.001), () => new L2(0.01), () => new L1L2(1e-4, 1e-3)) : null,
        kernelConstraint: Chance(0.3) ? new MaxNorm(Real(0.2, 2)) : null);

    private Activation Activation() => OneOf<Activation>(
        () => new ReLU(), () => new ELU(Real(0.5, 1.5)), () => new GELU(), () => new GELU(approximate: true),
        () => new LeakyReLU(Real(0, 0.4)), () => new LogSoftmax(), () => new Mish(), () => new SELU(), () => new SiLU(),
        () => new Sigmoid(), () => new Softmax(), () => new Softplus(), () => new Tanh());

    private Initializer Initializer() => OneOf<Initializer>(
        () => new GlorotNormal(), () => new HeNormal(), () => new HeUniform(), () => new LeCunNormal(), () => new LeCunUniform(),
        () => new Orthogonal(), () => new RandomNormal(0, 0.2), () => new RandomUniform(-0.2, 0.2), () => new TruncatedNormal(0, 0.2),
        () => new VarianceScaling(2, FanMode.FanOut, ScaledDistribution.Uniform), () => new Constant(0.03f));

    private ScheduleDuration Duration() =>
        Chance(0.5) ? ScheduleDuration.OfEpochs(Integer(1, 3)) : ScheduleDuration.OfSteps(Integer(1, 20));
}
