using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Numerics;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Losses;

public class LabelSmoothingTests
{
    private const int Rows = 11;

    [Theory]
    [InlineData(2, true)]
    [InlineData(10, true)]
    [InlineData(16, true)]
    [InlineData(37, true)]
    [InlineData(2, false)]
    [InlineData(10, false)]
    [InlineData(37, false)]
    public void Class_indices_and_one_hot_rows_give_the_same_bits(int classes, bool fromLogits)
    {
        float[] y = fromLogits ? TestData.Normals(Rows * classes) : TestData.SoftRows(Rows, classes);
        int[] labels = TestData.Labels(Rows, classes);

        (double[] losses, float[] gradient) = Evaluate(new SparseCategoricalCrossEntropy(fromLogits, 0.1f), y, labels);
        (double[] otherLosses, float[] otherGradient) =
            Evaluate(new CategoricalCrossEntropy(fromLogits, 0.1f), y, TestData.OneHotRows(labels, classes));

        otherLosses.Should().Equal(losses);
        Kernels.Bits(otherGradient).Should().Equal(Kernels.Bits(gradient));
    }

    [Fact]
    public void Smoothed_targets_are_those_of_the_formula()
    {
        const int classes = 10;
        float[] logits = TestData.Normals(Rows * classes);
        int[] labels = TestData.Labels(Rows, classes);
        float[] smoothed = Array.ConvertAll(TestData.OneHotRows(labels, classes), t => t * (1 - 0.2f) + 0.2f / classes);

        (double[] losses, float[] gradient) = Evaluate(new SparseCategoricalCrossEntropy(true, 0.2f), logits, labels);
        (double[] expected, float[] expectedGradient) = Evaluate(new CategoricalCrossEntropy(true), logits, smoothed);

        losses.Zip(expected, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-6);
        Weights.RelativeDistance(gradient, TestData.Doubles(expectedGradient)).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Both_train_to_the_same_bits_fused_and_differ_from_no_smoothing()
    {
        string sparse = Train(new SparseCategoricalCrossEntropy(labelSmoothing: 0.1f), TestData.Classes(90, [7], 4));
        string categorical = Train(new CategoricalCrossEntropy(labelSmoothing: 0.1f), TestData.Classes(90, [7], 4).ToOneHot(4));

        categorical.Should().Be(sparse);
        Train(new SparseCategoricalCrossEntropy(labelSmoothing: 0), TestData.Classes(90, [7], 4)).Should()
            .Be(Train(new SparseCategoricalCrossEntropy(), TestData.Classes(90, [7], 4))).And.NotBe(sparse);
    }

    [Theory]
    [InlineData(1e4f)]
    [InlineData(1e30f)]
    public void Huge_logits_give_finite_losses_and_gradients_that_sum_to_zero(float size)
    {
        float[] logits = [size, -size, 0, size, 1];
        double[] losses = new double[1];
        float[] gradient = new float[5];
        new SparseCategoricalCrossEntropy(true, 0.1f).Evaluate(new()
        {
            Rows = 1, Predictions = logits, Targets = [2], RowLosses = losses, Gradient = gradient, GradientScale = 1,
        });

        // Below the largest logit are class 2 with 0.92 of the mass by one size, class 1 with 0.02 by two, and class 4 with 0.02 by one.
        losses[0].Should().BeApproximately(0.98 * size - 0.02 + Math.Log(2), 1e-6 * size);
        gradient.Sum().Should().BeApproximately(0, 1e-6f);
    }

    private static string Train<TTarget>(Loss<TTarget> loss, Dataset<TTarget> data)
        where TTarget : unmanaged
    {
        Sequential model = new([7], [new Dense(8, new ReLU()), new Dense(4, new Softmax())], seed: 5);
        using Trainer<TTarget> trainer = model.Compile(new Sgd(0.1f), loss);
        trainer.Fit(data, new() { Epochs = 2, Threads = 2 });
        return Weights.Hash(model);
    }

    private static (double[] Losses, float[] Gradient) Evaluate<TTarget>(Loss<TTarget> loss, float[] y, TTarget[] targets)
        where TTarget : unmanaged
    {
        double[] losses = new double[Rows];
        float[] gradient = new float[y.Length];
        loss.Evaluate(new()
        {
            Rows = Rows, Predictions = y, Targets = targets, RowLosses = losses, Gradient = gradient, GradientScale = 0.25f,
        });
        return (losses, gradient);
    }
}
