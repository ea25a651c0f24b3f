using System.Numerics.Tensors;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary>What a custom optimizer and a user see of the gradients, and what the base class does with the weights.</summary>
public class OptimizerPassTests
{
    private static readonly float[] Input = TestData.Normals(200 * 90);
    private static readonly int[] Labels = TestData.Labels(200, 4);

    [Fact]
    public void The_global_norm_is_that_of_all_gradients_on_any_number_of_threads()
    {
        double[] norms = new[] { 1, 2, 3, 7 }.Select(threads =>
        {
            Sequential model = Model();
            Clipping optimizer = new(limit: 0.5);
            using Trainer<int> trainer = model.Compile(optimizer, new SparseCategoricalCrossEntropy());
            trainer.TrainStep(Input, Labels, threads);
            double squares = model.Parameters.Where(p => p.IsTrainable).Sum(p => trainer.GradientOf(p).ToArray().Sum(g => (double)g * g));
            optimizer.Norm.Should().BeApproximately(Math.Sqrt(squares), 1e-12 * Math.Sqrt(squares));
            return optimizer.Norm;
        }).ToArray();
        norms.Distinct().Should().ContainSingle("chunks do not depend on workers");
    }

    [Fact]
    public void An_optimizer_that_clips_by_global_norm_trains_to_the_same_bits_on_any_number_of_threads()
    {
        string[] hashes = new[] { 1, 2, 5 }.Select(threads =>
        {
            Sequential model = Model();
            using Trainer<int> trainer = model.Compile(new Clipping(limit: 0.01), new SparseCategoricalCrossEntropy());
            for (int step = 0; step < 5; step++)
                trainer.TrainStep(Input, Labels, threads);
            return Weights.Hash(model);
        }).ToArray();
        hashes.Distinct().Should().ContainSingle();
    }

    [Fact]
    public void Each_range_belongs_to_one_parameter_and_all_are_covered()
    {
        Sequential model = Model();
        Watching optimizer = new();
        using Trainer<int> trainer = model.Compile(optimizer, new SparseCategoricalCrossEntropy());
        trainer.TrainStep(Input, Labels, threads: 1);

        foreach (Parameter parameter in model.Parameters)
        {
            (int Start, float[] Gradients)[] ranges = optimizer.Ranges.Where(range => range.Parameter == parameter).Select(range =>
                (range.Start, range.Gradients)).OrderBy(range => range.Start).ToArray();
            if (!parameter.IsTrainable)
            {
                ranges.Should().BeEmpty();
                continue;
            }
            ranges.Aggregate(0, (end, range) =>
            {
                range.Start.Should().Be(end);
                return end + range.Gradients.Length;
            }).Should().Be(parameter.Shape.Size);
            ranges.SelectMany(range => range.Gradients).Should().Equal(trainer.GradientOf(parameter).ToArray());
        }
    }

    [Fact]
    public void Gradients_can_be_read_after_a_step_only()
    {
        Sequential model = Model();
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        Parameter kernel = model.Parameters[0];
        trainer.Invoking(t => t.GradientOf(kernel).Length).Should().Throw<InvalidOperationException>();
        float[] before = kernel.Values.ToArray();
        trainer.TrainStep(Input, Labels);
        float[] expected = before.Zip(trainer.GradientOf(kernel).ToArray(), (w, g) => MathF.FusedMultiplyAdd(-0.01f, g, w)).ToArray();
        kernel.Values.ToArray().Should().Equal(expected);

        trainer.Invoking(t => t.GradientOf(model.Parameters[^1]).Length).Should().Throw<ArgumentException>("the last layer is frozen");
        trainer.Invoking(t => t.GradientOf(Model().Parameters[0]).Length).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Weight_decay_shrinks_kernels_and_leaves_biases_alone(bool adam)
    {
        // With a loss whose gradient is zero only the decay acts.
        Sequential model = Model();
        foreach (Parameter parameter in model.Parameters)
            parameter.Values.Fill(2);
        Optimizer optimizer = adam ? new Adam(0.1f) { WeightDecay = 0.5f } : new Sgd(0.1f) { WeightDecay = 0.5f };
        using Trainer<float> trainer = model.Compile(optimizer, new Nothing());
        trainer.TrainStep(new float[90], [0]);

        foreach (Parameter parameter in model.Parameters)
            parameter.Values.ToArray().Should().AllBeEquivalentTo(parameter is { IsDecayed: true, IsTrainable: true } ? 1.9f : 2f,
                parameter.FullName);
    }

    [Fact]
    public void A_checkpoint_tells_another_weight_decay()
    {
        using Trainer<int> trainer = Model().Compile(new Sgd { WeightDecay = 0.5f }, new SparseCategoricalCrossEntropy());
        Checkpoint checkpoint = trainer.CreateCheckpoint();
        using Trainer<int> other = Model().Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        other.Invoking(t => t.Restore(checkpoint)).Should().Throw<ArgumentException>().WithMessage("*weightDecay: 0.5 in the checkpoint*");
        FluentActions.Invoking(() => new Sgd { WeightDecay = -1 }).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static Sequential Model() =>
        new([90], [new Dense(70, new ReLU()), new Dense(30, new ReLU()), new Dense(4, new Softmax()) { Trainable = false }], seed: 2);

    private sealed class Clipping(double limit) : Optimizer(0.1f)
    {
        internal double Norm { get; private set; }

        public override bool NeedsGradientNorm => true;

        protected internal override bool Update(in UpdatePass pass)
        {
            Norm = pass.GradientNorm;
            float scale = (float)Math.Min(1, limit / pass.GradientNorm);
            for (int i = 0; i < pass.Values.Length; i++)
                pass.Values[i] -= pass.LearningRate * scale * pass.Gradients[i];
            return true;
        }
    }

    private sealed class Watching() : Optimizer(0.1f)
    {
        internal List<(Parameter Parameter, int Start, float[] Gradients)> Ranges { get; } = [];

        protected internal override bool Update(in UpdatePass pass)
        {
            Ranges.Add((pass.Parameter, pass.Start, pass.Gradients.ToArray()));
            return TensorPrimitives.IndexOfMaxMagnitude(pass.Values) >= 0;
        }
    }

    private sealed class Nothing : Loss<float>
    {
        public override int TargetWidth(Shape prediction) => 1;

        protected internal override void CheckTargets(ReadOnlySpan<float> targets, Shape prediction, int firstRow)
        {
        }

        protected internal override void Evaluate(in LossPass<float> pass)
        {
            pass.RowLosses.Clear();
            pass.Gradient.Clear();
        }
    }
}
