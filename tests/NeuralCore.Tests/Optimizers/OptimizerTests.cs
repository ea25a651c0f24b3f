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

    [Fact]
    public void The_rate_of_a_step_is_the_trainer_s()
    {
        Sequential model = Model();
        using Trainer<float> trainer = model.Compile(new Sgd(0), new Linear());
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
        using Trainer<float> trainer = model.Compile(optimizer, new Linear());

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

    // The mean prediction itself.
    private sealed class Linear : Loss<float>
    {
        public override int TargetWidth(Shape prediction) => 1;

        protected internal override void CheckTargets(ReadOnlySpan<float> targets, Shape prediction, int firstRow)
        {
        }

        protected internal override void Evaluate(in LossPass<float> pass)
        {
            for (int row = 0; row < pass.Rows; row++)
                pass.RowLosses[row] = pass.Predictions[row];
            if (!pass.Gradient.IsEmpty)
                pass.Gradient.Fill(pass.GradientScale);
        }
    }
}
