using System.Numerics.Tensors;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Models;

public class SequentialTests
{
    [Fact]
    public void A_wrong_shape_names_the_layer_what_it_expects_what_came_and_the_cure()
    {
        FluentActions.Invoking(() => new Sequential([28, 28], [new ReLU(), new Dense(128, name: "dense_1")])).Should()
            .Throw<ShapeException>()
            .WithMessage("dense_1: Dense(128) expects a vector, got [28, 28]. Put a Flatten before it.");
        FluentActions.Invoking(() => new Sequential([28, 28], [new Dense(128, new ReLU())])).Should().Throw<ShapeException>()
            .WithMessage("dense: Dense(128, ReLU) expects a vector, got [28, 28]. Put a Flatten before it.");
        FluentActions.Invoking(() => new Sequential([2, 2], [new Softmax()])).Should().Throw<ShapeException>()
            .WithMessage("softmax: Softmax expects*got [2, 2]*");
    }

    [Fact]
    public void Layers_can_be_used_again_once_the_mistake_is_mended()
    {
        ReLU relu = new();
        Dense dense = new(3, new Softmax());
        FluentActions.Invoking(() => new Sequential([2, 2], [relu, dense])).Should().Throw<ShapeException>();
        new Sequential([2, 2], [relu, new Flatten(), dense]).OutputShape.Should().Equal(3);
    }

    [Fact]
    public void A_layer_serves_one_model_which_stays_whole()
    {
        Dense dense = new(3);
        Sequential model = new([4], [dense], seed: 5);
        string before = Weights.Hash(model);

        FluentActions.Invoking(() => new Sequential([4], [dense])).Should().Throw<ArgumentException>()
            .WithMessage("dense: this Dense(3) object is already part of a model*Clone()*");
        FluentActions.Invoking(() => new Sequential([7], [new Dense(4), dense])).Should().Throw<ArgumentException>();
        Dense twice = new(4);
        FluentActions.Invoking(() => new Sequential([4], [twice, twice])).Should().Throw<ArgumentException>()
            .WithMessage("*already part of a model*");
        ReLU shared = new();
        FluentActions.Invoking(() => new Sequential([4], [new Dense(4, shared), new Dense(4, shared)])).Should().Throw<ArgumentException>();

        Weights.Hash(model).Should().Be(before);
        model.Predict(new float[4]).Should().Equal(0, 0, 0);
    }

    [Fact]
    public void Names_are_unique_and_numbered_from_the_second()
    {
        new Sequential([4], [new Dense(4), new Dense(4), new Dense(4, name: "dense_2"), new Dense(4)]).Layers.Select(l => l.Name)
            .Should().Equal("dense", "dense_1", "dense_2", "dense_3");
        FluentActions.Invoking(() => new Sequential([4], [new Dense(4, name: "a"), new ReLU("a")])).Should().Throw<ArgumentException>()
            .WithMessage("Two layers are named \"a\"*");
        FluentActions.Invoking(() => new Dense(4, name: " ")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_model_needs_layers()
    {
        FluentActions.Invoking(() => new Sequential([4], [])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new Sequential([4], [null!])).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Predict_checks_lengths()
    {
        Sequential model = new([4], [new Dense(3)]);
        model.Invoking(m => m.Predict(new float[5])).Should().Throw<ArgumentException>()
            .WithMessage("sequential: the input has 5 values, but one sample [4] has 4*");
        model.Invoking(m => m.Predict(new float[8], new float[5])).Should().Throw<ArgumentException>()
            .WithMessage("sequential: 2 samples give 2 x 3 = 6 predictions*room for 5*");
        model.Predict([]).Should().BeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-3)]
    public void Predictions_are_not_written_over_their_inputs(int shift)
    {
        Sequential model = new([4], [new Dense(4)], seed: 1);
        float[] memory = TestData.Normals(600);
        FluentActions.Invoking(() => model.Predict(memory.AsSpan(100, 400), memory.AsSpan(100 + shift, 400))).Should()
            .Throw<ArgumentException>()
            .WithMessage("sequential: output overlaps input*");
        model.Predict(memory.AsSpan(0, 300), memory.AsSpan(300, 300));
    }

    [Fact]
    public void A_prediction_of_wide_rows_takes_memory_for_few_of_them()
    {
        const int width = 3_000_000;
        Sequential model = new([width], [new ReLU()]);
        float[] input = new float[width], output = new float[width];
        input[^1] = 3;
        long before = GC.GetTotalAllocatedBytes(precise: true);
        model.Predict(input, output);
        (GC.GetTotalAllocatedBytes(precise: true) - before).Should().BeLessThan(3L * width * sizeof(float));
        output[^1].Should().Be(3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_layer_that_shares_memory_keeps_the_size(bool isView) =>
        FluentActions.Invoking(() => new Sequential([4], [new Dense(5), new Odd { IsView = isView, Output = [9] }])).Should()
            .Throw<InvalidOperationException>()
            .WithMessage($"odd: Odd sets {(isView ? "IsView" : "CanRunInPlace")}*[5] (5 values) into [9] (9 values)*");

    [Fact]
    public void A_layer_whose_description_or_shape_is_null_is_named()
    {
        FluentActions.Invoking(() => new Sequential([4], [new Odd { Output = null }])).Should().Throw<InvalidOperationException>()
            .WithMessage("odd: Odd.Build() returned null*");
        Sequential model = new([4], [new Odd { Output = [4], HasDescription = false }]);
        FluentActions.Invoking(() => model.Layers[0].ToString()).Should().Throw<InvalidOperationException>()
            .WithMessage("odd: Odd.Describe() returned null*");
        FluentActions.Invoking(() => model.Compile(new Sgd(), new SparseCategoricalCrossEntropy()).CreateCheckpoint())
            .Should().Throw<InvalidOperationException>().WithMessage("odd: Odd.Describe() returned null*");
    }

    [Fact]
    public void Tensors_predict_as_spans_do()
    {
        Sequential model = new([2, 2], [new Flatten(), new Dense(3)], seed: 1);
        float[] input = TestData.Normals(8);
        float[] output = new float[6];
        model.Predict(new ReadOnlyTensorSpan<float>(input, [2, 2, 2]), new TensorSpan<float>(output, [2, 3]));
        output.Should().Equal(model.Predict(input));
    }

    [Fact]
    public void A_clone_is_a_model_of_its_own()
    {
        Sequential model = new([4], [new Dense(5, new ReLU()), new Dropout(0.5), new Dense(3, name: "last") { Trainable = false }],
            seed: 9, name: "mine");
        model.Parameters[0].Values[0] = 42;
        Sequential clone = model.Clone();

        Weights.Hash(clone).Should().Be(Weights.Hash(model));
        clone.Summary().Should().Be(model.Summary());
        (clone.Seed, clone.Name).Should().Be((9, "mine"));
        clone.Parameters.Select(p => p.IsTrainable).Should().Equal(true, true, false, false);
        clone.Parameters[0].Values[0] = 1;
        model.Parameters[0].Values[0].Should().Be(42);
    }

    [Fact]
    public void Weights_keep_their_streams_when_other_layers_come_and_go()
    {
        float[] First(params Layer[] layers) => new Sequential([6], layers, seed: 4).Parameters[0].Values.ToArray();

        float[] expected = First(new Dense(8), new Dense(3));
        First(new Dropout(0.1), new Dense(8), new ReLU(), new Dense(5)).Should().Equal(expected);
        First(new Dense(8, new ReLU())).Should().Equal(expected);
        First(new Dense(7)).Should().NotEqual(expected[..42]);
        Sequential two = new([6], [new Dense(6), new Dense(6)], seed: 4);
        two.Parameters[0].Values.ToArray().Should().NotEqual(two.Parameters[2].Values.ToArray(), "two layers draw different weights");
    }

    [Fact]
    public void Dropout_does_nothing_in_prediction() =>
        new Sequential([100], [new Dropout(0.9)]).Predict(TestData.Normals(200)).Should().Equal(TestData.Normals(200));

    [Theory]
    [InlineData(typeof(GlorotUniform))]
    [InlineData(typeof(HeNormal))]
    public void Initializers_have_their_range_and_variance(Type type)
    {
        const int inputs = 300;
        const int units = 200;
        Initializer initializer = (Initializer)Activator.CreateInstance(type)!;
        float[] values = new Sequential([inputs], [new Dense(units, kernelInitializer: initializer)], seed: 2)
            .Parameters[0].Values.ToArray();

        (double variance, double limit) = initializer is GlorotUniform
            ? (2.0 / (inputs + units), Math.Sqrt(6.0 / (inputs + units)))
            : (2.0 / inputs, 2 * Math.Sqrt(2.0 / inputs) / 0.87962566103423978);
        values.Max(Math.Abs).Should().BeLessThanOrEqualTo((float)limit).And.BeGreaterThan(0.99f * (float)limit);
        // Five standard errors of 60,000 draws.
        values.Average().Should().BeApproximately(0, (float)(5 * Math.Sqrt(variance / values.Length)));
        values.Average(v => v * v).Should().BeApproximately((float)variance, (float)(5 * variance * Math.Sqrt(2.0 / values.Length)));
    }

    [Fact]
    public void Constant_and_zeros_fill()
    {
        Sequential model = new([2], [new Dense(2, kernelInitializer: new Constant(0.5f)), new Dense(2, biasInitializer: new Constant(-1))]);
        model.Parameters[0].Values.ToArray().Should().AllBeEquivalentTo(0.5f);
        model.Parameters[1].Values.ToArray().Should().AllBeEquivalentTo(0f);
        model.Parameters[3].Values.ToArray().Should().AllBeEquivalentTo(-1f);
        FluentActions.Invoking(() => new Constant(float.NaN)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private sealed class Odd : Layer
    {
        internal bool IsView { get; init; }

        internal Shape? Output { get; init; }

        internal bool HasDescription { get; init; } = true;

        protected internal override Shape Build(Shape input, LayerBuilder builder)
        {
            builder.IsView = IsView;
            builder.CanRunInPlace = !IsView;
            return Output!;
        }

        protected internal override void Forward(in ForwardPass pass) => pass.Output.Clear();

        protected internal override void Backward(in BackwardPass pass) => pass.InputGradient.Clear();

        protected internal override LayerDescription Describe() => HasDescription ? new("Odd") : null!;
    }
}
