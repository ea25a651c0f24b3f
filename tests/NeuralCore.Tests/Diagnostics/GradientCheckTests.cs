using NeuralCore.Diagnostics;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Diagnostics;

/// <summary>The check must find what it is for: each planted bug, under its right name, and nothing in code without one.</summary>
public class GradientCheckTests
{
    private const int Units = 6;

    [Theory]
    [InlineData(Bug.InputGradientSign, "input")]
    [InlineData(Bug.InputGradientFactor, "input")]
    [InlineData(Bug.TransposedKernelInBackward, "input")]
    [InlineData(Bug.OneInputGradientElement, "input")]
    [InlineData(Bug.NaNInInputGradient, "input")]
    [InlineData(Bug.KernelGradientSign, "buggydense.kernel")]
    [InlineData(Bug.KernelGradientFactor, "buggydense.kernel")]
    [InlineData(Bug.OneKernelGradientElement, "buggydense.kernel")]
    [InlineData(Bug.NaNInKernelGradient, "buggydense.kernel")]
    [InlineData(Bug.BiasGradientForgotten, "buggydense.bias")]
    [InlineData(Bug.BiasForgottenInForward, "buggydense.bias")]
    [InlineData(Bug.InfiniteBiasGradient, "buggydense.bias")]
    public void Wrong_gradients_are_found_and_named(Bug bug, string tensor)
    {
        foreach (long seed in new long[] { 1, 2, 3, 4, 5 })
        {
            GradientReport report = GradientCheck.Layer(new BuggyDense(Units, bug), [Units], new() { Seed = seed });

            report.Passed.Should().BeFalse();
            report.Worst!.Value.Tensor.Should().Be(tensor);
            report.WorstByTensor.Where(element => element.Tensor != tensor).Should().OnlyContain(element =>
                element.Error <= 1, "the other gradients are right");
            report.Invoking(r => r.ThrowIfFailed()).Should().Throw<GradientCheckException>()
                .WithMessage($"*BuggyDense({Units}, {bug}): FAILED*WRONG {tensor}[*");
        }
    }

    [Theory]
    [InlineData(Bug.OneInputGradientElement, 2)]
    [InlineData(Bug.NaNInInputGradient, 3)]
    [InlineData(Bug.OneKernelGradientElement, 1 * Units + 2)]
    [InlineData(Bug.NaNInKernelGradient, 1 * Units + 2)]
    [InlineData(Bug.InfiniteBiasGradient, 1)]
    public void A_single_wrong_element_is_the_one_reported(Bug bug, int index) =>
        GradientCheck.Layer(new BuggyDense(Units, bug), [Units]).Worst!.Value.Index.Should().Be(index);

    [Theory]
    [InlineData(Bug.RowNumberInBlock, "output [*with all rows in one block and*must not depend on the rows beside it*")]
    [InlineData(Bug.MeanOverBlock, "the input's gradient[*with all rows in one block and*")]
    [InlineData(Bug.SliceStartIgnored, "the gradient of buggydense.kernel[*where a slice starts*")]
    [InlineData(Bug.SliceStartCounted, "the gradient of buggydense.kernel[*where a slice starts*")]
    [InlineData(Bug.GradientAddedToOldContent, "the gradient of buggydense.kernel[*")]
    public void Results_that_depend_on_the_split_are_found(Bug bug, string message)
    {
        GradientReport report = GradientCheck.Layer(new BuggyDense(Units, bug), [Units]);

        report.Passed.Should().BeFalse();
        report.ToString().Should().Match($"Gradient check of BuggyDense({Units}, {bug}): FAILED: {message}");
        report.Invoking(r => r.ThrowIfFailed()).Should().Throw<GradientCheckException>();
    }

    [Theory]
    [InlineData(Bug.InputGradientSign, "buggydense.kernel", "buggydense.bias")]
    [InlineData(Bug.KernelGradientFactor, "buggydense_1.kernel")]
    public void Bugs_are_found_inside_a_model(Bug bug, params string[] wrong)
    {
        Sequential model = new([5], [new BuggyDense(Units, Bug.None), new BuggyDense(Units, bug), new Dense(3), new Softmax()], seed: 3);

        GradientReport report = GradientCheck.Model(model, new SparseCategoricalCrossEntropy(), TestData.Normals(4 * 5),
            TestData.Labels(4, 3));

        report.Passed.Should().BeFalse();
        report.WorstByTensor.Where(element => element.Error > 1).Select(element => element.Tensor).Should().Contain(wrong);
    }

    [Fact]
    public void The_copy_without_a_bug_passes()
    {
        GradientReport report = GradientCheck.Layer(new BuggyDense(Units, Bug.None), [Units]).ThrowIfFailed();

        report.Passed.Should().BeTrue();
        report.CheckedElements.Should().Be(5 * Units + Units * Units + Units);
        report.WorstByTensor.Select(element => element.Tensor).Should().Equal("input", "buggydense.kernel", "buggydense.bias");
        report.ToString().Should().StartWith(
            $"Gradient check of BuggyDense({Units}, None): passed, {report.CheckedElements} elements, 0 at kinks");
    }

    [Fact]
    public void A_user_s_layer_of_any_shape_is_checked()
    {
        GradientCheck.Layer(new Scale(), [3, 4]).ThrowIfFailed();
        GradientCheck.Layer(new Scale(wrongFactor: 0.99f), [3, 4]).Worst!.Value.Tensor.Should().Be("input");
    }

    [Fact]
    public void A_forgotten_batch_divisor_is_found()
    {
        float[] predictions = TestData.Normals(20);
        float[] targets = TestData.Normals(20, seed: 8);

        GradientCheck.Loss(new SquaredDistance(), [5], predictions, targets).ThrowIfFailed();
        GradientReport forgotten = GradientCheck.Loss(new SquaredDistance(forgetsDivisor: true), [5], predictions, targets);
        forgotten.Passed.Should().BeFalse();
        forgotten.Worst!.Value.Tensor.Should().Be("predictions");
        (forgotten.Worst!.Value.Analytic / forgotten.Worst!.Value.Numeric).Should()
            .BeApproximately(4, 0.01, "four rows were not divided by");
        GradientCheck.Loss(new SquaredDistance(reducesOverBlock: true), [5], predictions, targets).ToString().Should()
            .Contain("FAILED: the gradient[");
    }

    [Fact]
    public void A_kink_is_recognised_and_left_out()
    {
        float[] input = TestData.Normals(5 * 8);
        input[4] = 0;
        GradientReport report = GradientCheck.Layer(new ReLU(), [8], new() { Input = input }).ThrowIfFailed();

        report.Kinks.Should().Be(1);
        report.CheckedElements.Should().Be(39);
    }

    [Fact]
    public void Nothing_but_kinks_is_no_success()
    {
        GradientReport report = GradientCheck.Layer(new ReLU(), [8], new() { Input = new float[5 * 8] });

        report.Passed.Should().BeFalse();
        report.ToString().Should().Contain("Too many elements lie at kinks to tell");
    }

    [Fact]
    public void A_check_puts_the_model_s_weights_back()
    {
        Sequential model = new([5], [new Dense(4, new ReLU()), new Dense(3, new Softmax())], seed: 3);
        string before = Weights.Hash(model);

        GradientCheck.Model(model, new SparseCategoricalCrossEntropy(), TestData.Normals(20), [0, 1, 2, 1]);

        Weights.Hash(model).Should().Be(before);
        using Trainer<int> trainer = model.Compile(new NeuralCore.Optimizers.Sgd(), new SparseCategoricalCrossEntropy());
        trainer.TrainStep(TestData.Normals(20), [0, 1, 2, 1]);
    }

    [Fact]
    public void Arguments_are_checked()
    {
        FluentActions.Invoking(() => GradientCheck.Layer(new ReLU(), [3], new() { Rows = 1 })).Should()
            .Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => GradientCheck.Layer(new ReLU(), [3], new() { RelativeTolerance = 0 })).Should()
            .Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => GradientCheck.Layer(new ReLU(), [3], new() { Input = new float[4] })).Should()
            .Throw<ArgumentException>()
            .WithMessage("A check needs one or more whole rows of 3 values; got 4.");
        FluentActions.Invoking(() => GradientCheck.Loss(new SparseCategoricalCrossEntropy(), [3], new float[6], [0, 1, 2])).Should()
            .Throw<ArgumentException>()
            .WithMessage("2 rows need 2 x 1 targets*");
        FluentActions.Invoking(() => GradientCheck.Loss(new SparseCategoricalCrossEntropy(), [3], new float[6], [0, 3])).Should()
            .Throw<ArgumentException>();
    }
}
