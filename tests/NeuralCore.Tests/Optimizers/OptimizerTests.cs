using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Optimizers;

/// <summary>
/// The published formulas in double, through the trainer. The loss is linear, so that its gradient is the batch itself whatever the weights
/// are.
/// </summary>
public class OptimizerTests
{
    private const int Steps = 200;
    private const int Size = 37;
    private const double Rate = 0.01;

    [Fact]
    public void Sgd() => Compare(new Sgd((float)Rate), () => (w, g, _) => w - (float)Rate * g);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Momentum(bool nesterov) => Compare(new Sgd((float)Rate, 0.9f, nesterov), () =>
    {
        double velocity = 0;
        return (w, g, _) =>
        {
            velocity = 0.9f * velocity - (float)Rate * g;
            return nesterov ? w + 0.9f * velocity - (float)Rate * g : w + velocity;
        };
    });

    [Theory]
    [InlineData(0.9, 0.999, 1e-7)]
    [InlineData(0.8, 0.99, 1e-3)]
    [InlineData(0, 0.9, 1e-8)]
    public void Adam(double beta1, double beta2, double epsilon) => Compare(new Adam((float)Rate, beta1, beta2, epsilon), () =>
    {
        double m = 0;
        double v = 0;
        return (w, g, t) =>
        {
            m += (g - m) * (1 - beta1);
            v += (g * g - v) * (1 - beta2);
            double alpha = (float)Rate * Math.Sqrt(1 - Math.Pow(beta2, t)) / (1 - Math.Pow(beta1, t));
            return w - m * alpha / (Math.Sqrt(v) + epsilon);
        };
    });

    [Theory]
    [InlineData(false, false, 0.1)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 0)]
    [InlineData(true, true, 0.1)]
    public void Adam_with_its_options(bool amsGrad, bool afterCorrection, double decay)
    {
        const double beta1 = 0.8, beta2 = 0.9, epsilon = 0.05;
        Adam optimizer = new AdamW(Rate, decay, beta1, beta2, epsilon) { AmsGrad = amsGrad, EpsilonAfterCorrection = afterCorrection };
        Compare(optimizer, () =>
        {
            double m = 0;
            double v = 0;
            double largest = 0;
            return (w, g, t) =>
            {
                m = beta1 * m + (1 - beta1) * g;
                v = beta2 * v + (1 - beta2) * g * g;
                largest = Math.Max(largest, v);
                (double correction1, double correction2) = (1 - Math.Pow(beta1, t), 1 - Math.Pow(beta2, t));
                double root = Math.Sqrt((amsGrad ? largest : v) / correction2);
                double added = afterCorrection ? epsilon : epsilon / Math.Sqrt(correction2);
                return w * (1 - (float)Rate * (float)decay) - (float)Rate * (m / correction1) / (root + added);
            };
        });
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.8, false)]
    [InlineData(0, true)]
    [InlineData(0.8, true)]
    public void RmsProp(double momentum, bool centered) => Compare(new RmsProp(Rate, 0.9, momentum, centered, 0.01), () =>
    {
        double v = 0;
        double a = 0;
        double u = 0;
        return (w, g, _) =>
        {
            v = 0.9 * v + 0.1 * g * g;
            a = 0.9 * a + 0.1 * g;
            u = momentum * u + Rate * g / Math.Sqrt(v - (centered ? a * a : 0) + 0.01);
            return w - u;
        };
    });

    [Theory]
    [InlineData(0.004)]
    [InlineData(1)]
    [InlineData(0)]
    public void Nadam(double decay) => Compare(new Nadam(Rate, 0.9, 0.99, 0.001, decay), () =>
    {
        double m = 0;
        double v = 0;
        double product = 1;
        return (w, g, t) =>
        {
            double mu = 0.9 * (1 - 0.5 * Math.Pow(0.96, t * decay));
            double next = 0.9 * (1 - 0.5 * Math.Pow(0.96, (t + 1) * decay));
            product *= mu;
            m = 0.9 * m + 0.1 * g;
            v = 0.99 * v + 0.01 * g * g;
            double mean = next * m / (1 - product * next) + (1 - mu) * g / (1 - product);
            return w - Rate * mean / (Math.Sqrt(v / (1 - Math.Pow(0.99, t))) + 0.001);
        };
    });

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void Lion(double decay) => Compare(new Lion(Rate) { WeightDecay = decay }, () =>
    {
        double m = 0;
        return (w, g, _) =>
        {
            double direction = Math.Sign(0.9 * m + 0.1 * g);
            m = 0.99 * m + 0.01 * g;
            return w * (1 - (float)Rate * (float)decay) - (float)Rate * direction;
        };
    });

    [Fact]
    public void Rates_given_as_float_and_as_double_are_one()
    {
        new Adam(0.001).LearningRate.Should().Be(new Adam(0.001f).LearningRate);
        new Sgd(0.01, 0.9).ToString().Should().Be(new Sgd(0.01f, 0.9f).ToString());
        new Sgd(0.01) { WeightDecay = 0.1 }.Settings.Should().Be(new Sgd(0.01) { WeightDecay = 0.1f }.Settings);
    }

    [Fact]
    public void AdamW_gives_the_bits_of_Adam_with_weight_decay()
    {
        string[] hashes = new Optimizer[] { new AdamW(0.01, 0.1), new Adam(0.01) { WeightDecay = 0.1 } }.Select(optimizer =>
        {
            Sequential model = new([6], [new Dense(21, new ReLU()), new Dense(3, new Softmax())], seed: 1);
            using Trainer<int> trainer = model.Compile(optimizer, new SparseCategoricalCrossEntropy());
            trainer.Fit(TestData.Classes(50, [6], 3));
            return Weights.Hash(model);
        }).ToArray();
        hashes[1].Should().Be(hashes[0]);
    }

    [Fact]
    public void The_rate_of_a_step_is_the_trainer_s()
    {
        Sequential model = Model();
        using Trainer<float> trainer = model.Compile(new Sgd(0), new LinearLoss());
        float[] before = model.Parameters[0].Values.ToArray();
        trainer.TrainStep(TestData.Normals(Size), [0]);
        model.Parameters[0].Values.ToArray().Should().Equal(before, "the rate is 0");
        trainer.LearningRate = 1;
        trainer.TrainStep(TestData.Normals(Size), [0]);
        model.Parameters[0].Values.ToArray().Should().Equal(before.Zip(TestData.Normals(Size), (w, g) => w - g));
    }

    [Fact]
    public void Frozen_parameters_never_move()
    {
        Sequential model = new([4], [new Dense(5, new ReLU()) { Trainable = false }, new Dense(3, new Softmax())], seed: 1);
        float[][] before = model.Parameters.Select(p => p.Values.ToArray()).ToArray();
        using Trainer<int> trainer = model.Compile(new Adam(0.1f), new SparseCategoricalCrossEntropy());
        trainer.Fit(TestData.Classes(50, [4], 3));
        for (int i = 0; i < 4; i++)
            model.Parameters[i].Values.ToArray().SequenceEqual(before[i]).Should().Be(i < 2);
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        foreach (Action make in new Action[]
        {
            () => _ = new Sgd(-1), () => _ = new Sgd(float.NaN), () => _ = new Sgd(0.1f, 1), () => _ = new Sgd(0.1f, -0.1f), () =>
                _ = new Sgd(0.1f, 0, nesterov: true),
            () => _ = new Sgd(1e300), () => _ = new Sgd(0.1, 0.99999999999), () => _ = new AdamW(weightDecay: -1),
            () => _ = new AdamW(weightDecay: 1e300), () => _ = new Adam(epsilon: 1e-60), () => _ = new RmsProp(rho: 1),
            () => _ = new RmsProp(momentum: -0.1), () => _ = new RmsProp(epsilon: 0), () => _ = new Nadam(beta1: 1),
            () => _ = new Nadam(momentumDecay: -1), () => _ = new Nadam(momentumDecay: double.NaN), () => _ = new Lion(beta2: 1),
            () => _ = new Lion(beta1: double.NaN), () => _ = GradientClipping.ByValue(0), () => _ = GradientClipping.ByNorm(double.NaN),
            () => _ = GradientClipping.ByGlobalNorm(double.PositiveInfinity),
            () => _ = new Adam(float.PositiveInfinity), () => _ = new Adam(beta1: 1), () => _ = new Adam(beta2: -0.1), () =>
                _ = new Adam(epsilon: 0),
        })
        {
            make.Should().Throw<ArgumentException>();
        }
    }

    private static Sequential Model() => new([Size], [new Dense(1, useBias: false, kernelInitializer: new GlorotUniform())], seed: 1);

    private static void Compare(Optimizer optimizer, Func<Func<double, double, int, double>> rule)
    {
        Sequential model = Model();
        double[] expected = TestData.Doubles(model.Parameters[0].Values.ToArray());
        Func<double, double, int, double>[] rules = expected.Select(_ => rule()).ToArray();
        using Trainer<float> trainer = model.Compile(optimizer, new LinearLoss());

        for (int step = 1; step <= Steps; step++)
        {
            float[] gradient = TestData.Normals(Size, (ulong)step);
            trainer.TrainStep(gradient, [0]);
            for (int i = 0; i < Size; i++)
                expected[i] = rules[i](expected[i], gradient[i], step);
        }

        trainer.StepCount.Should().Be(Steps);
        Weights.RelativeDistance(model.Parameters[0].Values, expected).Should().BeLessThan(1e-5);
        float[] store = model.Store.Values.Span.ToArray();
        store[Size..].Should().AllBeEquivalentTo(0f, "the padding between parameters stays zero");
    }
}
