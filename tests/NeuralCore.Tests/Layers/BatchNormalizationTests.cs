using System.Text.Json;
using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Layers;

public class BatchNormalizationTests
{
    [Fact]
    public void Training_and_evaluation_are_PyTorch_s()
    {
        JsonElement peer = PeerFixture.Load("layers").GetProperty("batchNormalization");
        int rows = peer.GetProperty("rows").GetInt32();
        LayerRun run = new(new BatchNormalization(momentum: 0.9), [peer.GetProperty("columns").GetInt32()], rows);
        peer.Floats("gamma").CopyTo(run["gamma"].Values);
        peer.Floats("beta").CopyTo(run["beta"].Values);
        double[] biased = [1, 1, 1, 1, 1];
        double[] unbiased = [1, 1, 1, 1, 1];
        foreach (JsonElement step in peer.GetProperty("steps").EnumerateArray())
        {
            run.Forward(step.Floats("x")).ShouldBeNear(step.Doubles("y"));
            run.Backward(step.Floats("dy")).ShouldBeNear(step.Doubles("dx"));
            run.Gradient("gamma").ShouldBeNear(step.Doubles("dgamma"));
            run.Gradient("beta").ShouldBeNear(step.Doubles("dbeta"));
            run["moving_mean"].Values.ToArray().ShouldBeNear(step.Doubles("mean"));
            // PyTorch's running variance takes in n / (n - 1) of what this one does.
            double[] next = step.Doubles("unbiasedVariance");
            biased = biased.Select((moving, j) => 0.9 * moving + (next[j] - 0.9 * unbiased[j]) * (rows - 1) / rows).ToArray();
            unbiased = next;
            run["moving_variance"].Values.ToArray().ShouldBeNear(biased);
        }

        // With PyTorch's variance in place, its predictions.
        for (int j = 0; j < unbiased.Length; j++)
            run["moving_variance"].Values[j] = (float)unbiased[j];
        JsonElement evaluation = peer.GetProperty("evaluation");
        run.Model.Predict(evaluation.Floats("x")).ShouldBeNear(evaluation.Doubles("y"));
    }

    // Far from zero the mean itself is rounded, by half of 6e-5 at 1000.
    [Theory]
    [InlineData(2, 17, 0, 5e-6)]
    [InlineData(40, 33, 0, 2e-6)]
    [InlineData(1000, 70, 0, 2e-6)]
    [InlineData(1000, 70, 1000, 6e-5)]
    public void Is_the_formula_in_double(int rows, int columns, float offset, double tolerance)
    {
        float[] x = Array.ConvertAll(TestData.Normals(rows * columns), value => offset + value);
        float[] dy = TestData.Normals(rows * columns, 8);
        LayerRun run = new(new BatchNormalization(), [columns], rows);
        TestData.Normals(columns, 9).CopyTo(run["gamma"].Values);
        TestData.Normals(columns, 10).CopyTo(run["beta"].Values);
        (double[] y, double[] dx, double[] dgamma, double[] dbeta) = Naive(
            x, dy, run["gamma"].Values.ToArray(), run["beta"].Values.ToArray(), rows, columns);

        run.Forward(x).ShouldBeNear(y, tolerance);
        run.Backward(dy).ShouldBeNear(dx, tolerance);
        run.Gradient("gamma").ShouldBeNear(dgamma, tolerance);
        run.Gradient("beta").ShouldBeNear(dbeta, tolerance);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void A_constant_column_gives_beta_and_no_gradient(int rows)
    {
        float[] constants = [0.1f, 123456.7f, -1e9f, 1e30f];
        float[] x = Enumerable.Repeat(constants, rows).SelectMany(value => value).ToArray();
        LayerRun run = new(new BatchNormalization(), [4], rows);
        run["beta"].Values.Fill(3);

        run.Forward(x).Should().OnlyContain(value => value == 3);
        float[] dx = run.Backward(TestData.Normals(4 * rows));

        dx.Should().OnlyContain(value => float.IsFinite(value));
        if (rows == 1)
            dx.Should().OnlyContain(value => value == 0);
        run["moving_variance"].Values.ToArray().Should().OnlyContain(value => value == 1 - 0.01f);
        run["moving_mean"].Values[1].Should().Be(123456.7f * 0.01f);
    }

    [Fact]
    public void A_frozen_layer_uses_the_moving_averages_and_keeps_them()
    {
        Sequential model = new(
            [3], [new Dense(4), new BatchNormalization { Trainable = false }, new Dense(2, new Softmax())], seed: 2);
        Set(model, "moving_mean", [1, 2, 3, 4]);
        Set(model, "moving_variance", [0.5f, 1, 2, 4]);
        float[] frozen = [.. Of(model, "moving_mean"), .. Of(model, "moving_variance"), .. Of(model, "gamma")];
        float[] x = TestData.Normals(15);
        float[] predictions = model.Predict(x);
        using Trainer<int> trainer = model.Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy());

        double loss = trainer.TrainStep(x, [0, 1, 1, 0, 1]);

        double expected = -Enumerable.Range(0, 5).Average(row => Math.Log(predictions[2 * row + (row is 0 or 3 ? 0 : 1)]));
        loss.Should().BeApproximately(expected, 1e-6);
        float[] after = [.. Of(model, "moving_mean"), .. Of(model, "moving_variance"), .. Of(model, "gamma")];
        after.Should().Equal(frozen);
        Of(model, "kernel").Should().NotBeEmpty();
    }

    [Fact]
    public void A_prediction_does_not_depend_on_the_rows_beside_it()
    {
        Sequential model = new([20], [new BatchNormalization(), new Dense(3)], seed: 2);
        Set(model, "moving_mean", TestData.Normals(20, 3));
        float[] x = TestData.Normals(20 * 50);
        float[] all = model.Predict(x);
        for (int row = 0; row < 50; row++)
            model.Predict(x.AsSpan(20 * row, 20)).Should().Equal(all[(3 * row)..(3 * row + 3)]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_ReLU_is_fused_on_either_side_with_the_same_bits(bool reluBefore)
    {
        string fused = Train(new ReLU(), reluBefore);
        string separate = Train(new PlainReLU(), reluBefore);
        fused.Should().Be(separate);

        static string Train(Activation relu, bool before)
        {
            Layer[] middle = before ? [relu, new BatchNormalization()] : [new BatchNormalization(), relu];
            Sequential model = new(
                [4, 5], [new Flatten(), new Dense(33), .. middle, new Flatten(), new Dropout(0.2), new Dense(4, new Softmax())], 5);
            using Trainer<int> trainer = model.Compile(new Adam(0.01f), new SparseCategoricalCrossEntropy());
            trainer.Fit(TestData.Classes(300, [4, 5], 4), new() { Epochs = 2, BatchSize = 128, Threads = 2 });
            return Weights.Hash(model) + string.Join(' ', model.Predict(TestData.Normals(40)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_promises_hold_with_dropout_and_a_frozen_layer(bool isFrozen) => new Promises<int>
    {
        Model = () => new Sequential(
            [12], [new BatchNormalization(center: false), new Dense(40, new ReLU()), new BatchNormalization { Trainable = !isFrozen },
                new Dropout(0.2), new Dense(7, useBias: false), new BatchNormalization(0.9, 1e-5, scale: false), new ReLU(),
                new Dense(4, new Softmax())], seed: 3),
        Optimizer = () => new Adam(0.01f),
        Loss = new SparseCategoricalCrossEntropy(),
        // The last batch has one row.
        Data = TestData.Classes(65, [12], 4),
        Options = () => new() { Epochs = 3, BatchSize = 16, Validation = TestData.Classes(20, [12], 4, 9) },
    }.ShouldHold();

    [Fact]
    public void Learns_what_it_should_on_many_threads()
    {
        Dataset<int> data = TestData.Classes(900, [36], 4);
        string[] hashes = new[] { 1, 2, 7 }.Select(threads =>
        {
            Sequential model = new(
                [36], [new Dense(48), new BatchNormalization(), new ReLU(), new Dense(40, new ReLU()), new BatchNormalization(),
                    new Dense(4, new Softmax())], seed: 6);
            using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy());
            // Large enough for the work to be shared.
            TrainingHistory history = trainer.Fit(data, new() { Epochs = 6, BatchSize = 400, Threads = threads });
            history.Epochs[^1].Training.Loss.Should().BeLessThan(history.Epochs[0].Training.Loss);
            return Weights.Hash(model);
        }).ToArray();
        hashes.Distinct().Should().ContainSingle();
    }

    [Fact]
    public void Wrong_settings_are_refused()
    {
        foreach (double momentum in new[] { -0.1, 1, double.NaN })
            FluentActions.Invoking(() => new BatchNormalization(momentum)).Should().Throw<ArgumentOutOfRangeException>();
        foreach (double epsilon in new[] { 0, -1, 1e-60, double.NaN, double.PositiveInfinity })
            FluentActions.Invoking(() => new BatchNormalization(epsilon: epsilon)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Sequential([3, 4], [new BatchNormalization()])).Should().Throw<ShapeException>()
            .WithMessage("batchnormalization: BatchNormalization(momentum: 0.99, epsilon: 0.001) expects a vector, got [3, 4]. "
                + "Put a Flatten before it.");
    }

    private static void Set(Sequential model, string name, float[] values) =>
        values.CopyTo(model.Parameters.Single(p => p.Name == name).Values);

    private static float[] Of(Sequential model, string name) => model.Parameters.First(p => p.Name == name).Values.ToArray();

    private static (double[] Y, double[] Dx, double[] Dgamma, double[] Dbeta) Naive(
        float[] x, float[] dy, float[] gamma, float[] beta, int rows, int columns)
    {
        double[] y = new double[x.Length];
        double[] dx = new double[x.Length];
        double[] dgamma = new double[columns];
        double[] dbeta = new double[columns];
        for (int j = 0; j < columns; j++)
        {
            int[] column = Enumerable.Range(0, rows).Select(row => row * columns + j).ToArray();
            double mean = column.Average(i => (double)x[i]);
            double deviation = Math.Sqrt(column.Average(i => (x[i] - mean) * (x[i] - mean)) + 1e-3);
            double Normalized(int i) => (x[i] - mean) / deviation;
            dgamma[j] = column.Sum(i => dy[i] * Normalized(i));
            dbeta[j] = column.Sum(i => (double)dy[i]);
            foreach (int i in column)
            {
                y[i] = Normalized(i) * gamma[j] + beta[j];
                dx[i] = gamma[j] / deviation * (dy[i] - dbeta[j] / rows - Normalized(i) * dgamma[j] / rows);
            }
        }
        return (y, dx, dgamma, dbeta);
    }

    /// <summary>A ReLU that nothing fuses.</summary>
    private sealed class PlainReLU() : Activation
    {
        public override string Kind => "ReLU";

        protected internal override Shape Build(Shape input, LayerBuilder builder) => input;

        protected internal override void Forward(in ForwardPass pass)
        {
            for (int i = 0; i < pass.Output.Length; i++)
                pass.Output[i] = pass.Input[i] > 0 ? pass.Input[i] : 0;
        }

        protected internal override void Backward(in BackwardPass pass)
        {
            for (int i = 0; i < pass.InputGradient.Length; i++)
                pass.InputGradient[i] = pass.Output[i] > 0 ? pass.OutputGradient[i] : 0;
        }

        protected internal override LayerDescription Describe() => new("ReLU");
    }
}
