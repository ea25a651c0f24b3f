using System.Text.Json;
using NeuralCore.Data;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Regularization;
using NeuralCore.Serialization;
using NeuralCore.Tests.Serialization;
using NeuralCore.Tests.Support;
using NeuralCore.Tests.Training;
using NeuralCore.Training;

namespace NeuralCore.Tests.Regularization;

public class RegularizationTests
{
    private static readonly float[] Input = TestData.Normals(9 * 12);
    private static readonly int[] Labels = TestData.Labels(9, 4);

    public static TheoryData<string, double, double> Regularizers => new()
    {
        { "L1(0.03)", 0.03, 0 },
        { "L2(0.2)", 0, 0.2 },
        { "L1L2(0.03, 0.2)", 0.03, 0.2 },
    };

    [Fact]
    public void Penalty_gradient_and_norm_are_PyTorch_s()
    {
        JsonElement peer = PeerFixture.Load("layers").GetProperty("regularization");
        float[] w = peer.Floats("w");
        L1L2 regularizer = new(0.03, 0.2);
        float[] gradient = new float[w.Length];
        regularizer.AddGradient(w, gradient);

        regularizer.Penalty(w).Should().BeApproximately(peer.GetProperty("penalty").GetDouble(), 1e-6);
        gradient.ShouldBeNear(peer.Doubles("gradient"), 1e-6);
        new MaxNorm(1.5).Apply(w, rows: 4, stride: 3, columns: 3);
        w.ShouldBeNear(peer.Doubles("renormed"), 1e-6);
    }

    [Theory]
    [MemberData(nameof(Regularizers))]
    public void Training_adds_the_penalty_to_the_loss_and_its_gradient_to_the_gradients(string text, double l1, double l2)
    {
        Regularizer regularizer = l1 == 0 ? new L2(l2) : l2 == 0 ? new L1(l1) : new L1L2(l1, l2);
        regularizer.ToString().Should().Be(text);
        Sequential plain = Model(null);
        Sequential penalized = Model(regularizer);
        // One weight of exactly 0, where |w| has no slope.
        plain.Parameters[0].Values[3] = penalized.Parameters[0].Values[3] = 0;
        (double loss, Dictionary<string, float[]> gradients) = LibraryGradients.Of(
            plain, new SparseCategoricalCrossEntropy(), Input, Labels);
        foreach (int threads in new[] { 1, 3 })
        {
            (double withPenalty, Dictionary<string, float[]> penalizedGradients) = LibraryGradients.Of(
                penalized, new SparseCategoricalCrossEntropy(), Input, Labels, threads);

            double penalty = 0;
            foreach (Parameter parameter in plain.Parameters)
            {
                double share = parameter.FullName is "dense.kernel" or "dense.bias" ? 1 : 0;
                double[] w = TestData.Doubles(parameter.Values.ToArray());
                penalty += share * w.Sum(value => l1 * Math.Abs(value) + l2 * value * value);
                double[] expected = w.Select((value, i) =>
                    gradients[parameter.FullName][i] + share * (l1 * Math.Sign(value) + 2 * l2 * value)).ToArray();
                penalizedGradients[parameter.FullName].ShouldBeNear(expected, 1e-6, parameter.FullName);
            }
            penalty.Should().BePositive();
            withPenalty.Should().BeApproximately(loss + penalty, 1e-6);
        }
    }

    [Fact]
    public void Evaluation_adds_the_penalty_as_well_and_frozen_parameters_have_none()
    {
        Dataset<int> data = Dataset.From(Input, [12], Labels);
        double Loss(Sequential model)
        {
            using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
            return trainer.Evaluate(data).Loss;
        }
        Sequential penalized = Model(new L2(0.2));
        double penalty = penalized.Parameters[0].Values.ToArray().Sum(value => 0.2 * value * value);
        Loss(penalized).Should().BeApproximately(Loss(Model(null)) + penalty, 1e-6);

        Sequential frozen = Model(new L2(0.2), isFrozen: true);
        Loss(frozen).Should().Be(Loss(Model(null)));
        using Trainer<int> trainer = frozen.Compile(new Sgd(0), new SparseCategoricalCrossEntropy());
        trainer.TrainStep(Input, Labels).Should().BeApproximately(Loss(Model(null)), 1e-6);
    }

    [Fact]
    public void A_fit_reports_the_loss_with_the_penalty_of_each_step_s_weights()
    {
        Dataset<int> data = Dataset.From(Input, [12], Labels);
        Sequential model = Model(new L2(0.2));
        using Trainer<int> trainer = model.Compile(new Sgd(0), new SparseCategoricalCrossEntropy());
        double whole = trainer.Evaluate(data).Loss;
        // Batches of 4, 4 and 1: a penalty for each row, whatever the batch.
        EpochResult epoch = trainer.Fit(data, new() { Epochs = 1, BatchSize = 4, Validation = data }).Epochs[0];
        epoch.Training.Loss.Should().BeApproximately(whole, 1e-6);
        epoch.Validation!.Loss.Should().Be(whole);
    }

    [Fact]
    public void PyTorch_s_weight_decay_is_L2_of_half()
    {
        Sequential model = Model(new L2(0.05));
        (_, Dictionary<string, float[]> gradients) = LibraryGradients.Of(Model(null), new SparseCategoricalCrossEntropy(), Input, Labels);
        double[] expected = model.Parameters[0].Values.ToArray().Select((w, i) =>
            w - 0.5 * (gradients["dense.kernel"][i] + 0.1 * w)).ToArray();
        using Trainer<int> trainer = model.Compile(new Sgd(0.5f), new SparseCategoricalCrossEntropy());
        trainer.TrainStep(Input, Labels);
        model.Parameters[0].Values.ToArray().ShouldBeNear(expected, 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Max_norm_bounds_each_column_after_the_update_and_leaves_the_others_bits(int threads)
    {
        static Sequential Build(Constraint? constraint) => new(
            [70], [new Dense(150, new ReLU(), kernelInitializer: new RandomNormal(0, 0.15), kernelConstraint: constraint),
                new Dense(4, new Softmax())], seed: 4);
        Sequential free = Build(null);
        Sequential bounded = Build(new MaxNorm(1.25));
        float[] input = TestData.Normals(300 * 70);
        int[] labels = TestData.Labels(300, 4);
        foreach (Sequential model in new[] { free, bounded })
        {
            using Trainer<int> trainer = model.Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy());
            trainer.TrainStep(input, labels, threads);
        }

        int scaled = 0;
        for (int column = 0; column < 150; column++)
        {
            double[] before = Column(free, column);
            double[] after = Column(bounded, column);
            double norm = Math.Sqrt(before.Sum(value => value * value));
            if (norm <= 1.25)
            {
                after.Should().Equal(before);
                continue;
            }
            scaled++;
            Math.Sqrt(after.Sum(value => value * value)).Should().BeApproximately(1.25, 1e-6);
            Array.ConvertAll(after, value => (float)value).ShouldBeNear(before.Select(value => value * 1.25 / norm).ToArray(), 1e-6);
        }
        scaled.Should().BeInRange(10, 140);
    }

    [Fact]
    public void Max_norm_leaves_columns_that_are_not_finite()
    {
        float[] w = [3, float.NaN, float.PositiveInfinity, 1e30f, 1e-30f, 4, 1, 1, 1, 0];
        new MaxNorm(1).Apply(w, rows: 2, stride: 5, columns: 5);
        w.Should().Equal(0.6f, float.NaN, float.PositiveInfinity, 1e30f, 1e-30f, 0.8f, 1, 1, 1, 0);
    }

    [Fact]
    public void The_promises_hold() => new Promises<int>
    {
        Model = () => new Sequential(
            [12],
            [
                new Dense(40, new ReLU(), kernelRegularizer: new L1L2(1e-3, 1e-3), biasRegularizer: new L2(0.1),
                    kernelConstraint: new MaxNorm(1)),
                new BatchNormalization(), new Dropout(0.2),
                new Dense(9, new ReLU(), kernelConstraint: new MaxNorm(0.5)) { Trainable = false },
                new Dense(4, new Softmax(), kernelRegularizer: new L1(1e-3)),
            ], seed: 3),
        Optimizer = () => new Adam(0.01f),
        Loss = new SparseCategoricalCrossEntropy(),
        Data = TestData.Classes(70, [12], 4),
        Options = () => new() { Epochs = 3, BatchSize = 16, Validation = TestData.Classes(20, [12], 4, 9) },
    }.ShouldHold();

    [Fact]
    public void Large_models_train_to_the_same_bits_on_any_number_of_threads()
    {
        Dataset<int> data = TestData.Classes(600, [90], 4);
        string[] results = new[] { 1, 2, 5 }.Select(threads =>
        {
            Sequential model = new(
                [90], [new Dense(130, new ReLU(), kernelRegularizer: new L2(1e-3), kernelConstraint: new MaxNorm(1)),
                    new Dense(4, new Softmax(), kernelRegularizer: new L1(1e-3))], seed: 6);
            using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy());
            TrainingHistory history = trainer.Fit(data, new() { Epochs = 3, BatchSize = 300, Threads = threads });
            return Weights.Hash(model) + history.Epochs[^1].Training.Loss.ToString("R");
        }).ToArray();
        results.Distinct().Should().ContainSingle();
    }

    [Fact]
    public void A_user_s_layer_declares_the_same()
    {
        OwnLinear layer = new();
        Sequential model = new([12], [layer, new Dense(4, new Softmax())], seed: 3);
        Parameter kernel = layer.Parameters[0];
        (kernel.Regularizer!.ToString(), kernel.Constraint!.ToString()).Should().Be(("L2(0.5)", "MaxNorm(0.25)"));
        double penalty = kernel.Values.ToArray().Sum(value => 0.5 * value * value);
        using Trainer<int> trainer = model.Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy());
        double plain = trainer.Evaluate(Dataset.From(Input, [12], Labels)).Loss;
        plain.Should().BeGreaterThan(penalty);
        trainer.TrainStep(Input, Labels).Should().BeApproximately(plain, 1e-6);
        double norm = Math.Sqrt(kernel.Values.ToArray().Sum(value => (double)value * value));
        norm.Should().BeApproximately(0.25, 1e-6, "a vector is one column");
    }

    [Fact]
    public void They_are_saved_shown_and_compared_when_a_fit_resumes()
    {
        using TemporaryFolder folder = new();
        Sequential model = new(
            [12], [new Dense(4, new Softmax(), kernelRegularizer: new L2(1e-4), kernelConstraint: new MaxNorm(3))], seed: 3);
        model.Save(folder.File("m"));
        Dense loaded = (Dense)Sequential.Load(folder.File("m")).Layers[0];
        loaded.ToString().Should().Be("Dense(4, Softmax, kernelRegularizer: L2(0.0001), kernelConstraint: MaxNorm(3))");
        loaded.KernelRegularizer!.L2Factor.Should().Be(1e-4);
        ((MaxNorm)loaded.KernelConstraint!).Maximum.Should().Be(3);
        ((Dense)model.Clone().Layers[0]).KernelRegularizer.Should().BeOfType<L2>();

        Dataset<int> data = Dataset.From(Input, [12], Labels);
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        trainer.Fit(data, new() { Epochs = 1 });
        Checkpoint checkpoint = Fits.ThroughDisk(trainer.CreateCheckpoint());
        Sequential other = new(
            [12], [new Dense(4, new Softmax(), kernelRegularizer: new L2(1e-3), kernelConstraint: new MaxNorm(3))], seed: 3);
        using Trainer<int> otherTrainer = other.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        otherTrainer.Invoking(t => t.Fit(data, new() { Epochs = 2, ResumeFrom = checkpoint })).Should().Throw<ArgumentException>()
            .WithMessage("*layer 1: *L2(l2=0.0001)*in the checkpoint, *L2(l2=0.001)*now*");
    }

    [Fact]
    public void Wrong_settings_are_refused()
    {
        foreach (double factor in new[] { -1, double.NaN, double.PositiveInfinity })
        {
            FluentActions.Invoking(() => new L1(factor)).Should().Throw<ArgumentOutOfRangeException>();
            FluentActions.Invoking(() => new L2(factor)).Should().Throw<ArgumentOutOfRangeException>();
            FluentActions.Invoking(() => new L1L2(1, factor)).Should().Throw<ArgumentOutOfRangeException>();
            FluentActions.Invoking(() => new MaxNorm(factor)).Should().Throw<ArgumentOutOfRangeException>();
        }
        FluentActions.Invoking(() => new MaxNorm(0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Regularizer.From(new LayerDescription("L3"))).Should().Throw<FormatException>()
            .WithMessage("L3 is not a regularizer; expected L1, L2 or L1L2.");
        FluentActions.Invoking(() => Constraint.From(new LayerDescription("L2"))).Should().Throw<FormatException>();
    }

    private static Sequential Model(Regularizer? regularizer, bool isFrozen = false) => new(
        [12], [new Dense(500, new ReLU(), kernelRegularizer: regularizer, biasRegularizer: regularizer) { Trainable = !isFrozen },
            new Dense(4, new Softmax())], seed: 3);

    private static double[] Column(Sequential model, int column) =>
        TestData.Doubles(Enumerable.Range(0, 70).Select(row => model.Parameters[0].Values[row * 150 + column]).ToArray());

    /// <summary>y = x s, with a penalty and a bound on s.</summary>
    private sealed class OwnLinear() : Layer
    {
        private Parameter? _scale;

        protected internal override Shape Build(Shape input, LayerBuilder builder)
        {
            _scale = builder.AddParameter("scale", input, new Constant(1), regularizer: new L2(0.5), constraint: new MaxNorm(0.25));
            return input;
        }

        protected internal override void Forward(in ForwardPass pass)
        {
            for (int i = 0; i < pass.Output.Length; i++)
                pass.Output[i] = pass.Input[i] * _scale!.Values[i % _scale.Values.Length];
        }

        protected internal override void Backward(in BackwardPass pass) => throw new NotSupportedException();

        protected internal override void ComputeParameterGradients(in GradientPass pass)
        {
            pass.Gradient.Clear();
            for (int i = 0; i < pass.Input.Length; i++)
                pass.Gradient[i % pass.Gradient.Length] += pass.Input[i] * pass.OutputGradient[i];
        }

        protected internal override LayerDescription Describe() => new("OwnLinear");
    }
}
