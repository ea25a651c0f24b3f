using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Numerics;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Losses;

public class BinaryCrossEntropyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(600)]
    public void Class_indices_give_the_bits_of_zeros_and_ones(int rows)
    {
        int[] labels = TestData.Labels(rows, 2);
        float[] targets = Array.ConvertAll(labels, label => (float)label);
        foreach (bool fromLogits in new[] { false, true })
        {
            float[] y = fromLogits ? TestData.Normals(rows) : TestData.SoftRows(rows, 2)[..rows];
            (double[] losses, float[] gradient) = Evaluate(new SparseBinaryCrossEntropy(fromLogits), y, labels);
            (double[] expected, float[] expectedGradient) = Evaluate(new BinaryCrossEntropy(fromLogits), y, targets);
            losses.Should().Equal(expected);
            gradient.Should().Equal(expectedGradient);
        }
    }

    [Theory]
    [InlineData(1e4f)]
    [InlineData(1e30f)]
    [InlineData(float.MaxValue)]
    public void Huge_logits_give_finite_losses(float size)
    {
        (double[] losses, float[] gradient) = Evaluate(new BinaryCrossEntropy(true), [size, size, -size, -size], [1f, 0, 1, 0]);

        losses.Should().Equal(0, size, size, 0);
        gradient.Should().Equal(0, 0.25f, -0.25f, 0);
    }

    [Fact]
    public void Probabilities_of_exactly_0_and_1_are_clipped_as_in_Keras()
    {
        (double[] losses, float[] gradient) = Evaluate(new BinaryCrossEntropy(), [1, 1, 0, 0], [1f, 0, 1, 0]);

        losses[0].Should().BeApproximately(1.19e-7, 1e-8);
        losses[1].Should().BeApproximately(-Math.Log(1.1920929e-7), 1e-5);
        losses[2].Should().BeApproximately(-Math.Log(1e-7), 1e-5);
        losses[3].Should().BeApproximately(1e-7, 3e-8);
        gradient.Should().OnlyContain(value => value == 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Fused_and_unfused_agree_and_predictions_are_the_sigmoid_s_bits(int outputs)
    {
        float[] targets = Array.ConvertAll(TestData.Labels(40 * outputs, 2), label => (float)label);
        float[] input = TestData.Normals(40 * 6);
        Sequential fused = new([6], [new Dense(outputs, new Sigmoid())], seed: 2);
        Sequential unfused = new([6], [new Dense(outputs, new Sigmoid()), new Flatten()], seed: 2);
        Sequential logits = new([6], [new Dense(outputs)], seed: 2);

        (double loss, Dictionary<string, float[]> gradients) = LibraryGradients.Of(fused, new BinaryCrossEntropy(), input, targets);
        (double other, Dictionary<string, float[]> others) = LibraryGradients.Of(unfused, new BinaryCrossEntropy(), input, targets);
        (double third, Dictionary<string, float[]> thirds) = LibraryGradients.Of(logits, new BinaryCrossEntropy(true), input, targets);

        other.Should().BeApproximately(loss, 1e-6);
        third.Should().Be(loss);
        foreach (string name in gradients.Keys)
        {
            Weights.RelativeDistance(others[name], TestData.Doubles(gradients[name])).Should().BeLessThan(1e-5);
            thirds[name].Should().Equal(gradients[name]);
        }

        float[] predictions = new float[40 * outputs];
        FusedLoss<float> fusion = new BinaryCrossEntropy().FuseWith(fused.ExpandedLayers[^1])!;
        fusion.Evaluate(new()
        {
            Rows = 40, LayerInput = logits.Predict(input), Targets = targets, Predictions = predictions, RowLosses = new double[40],
        });
        Kernels.Bits(predictions).Should().Equal(Kernels.Bits(fused.Predict(input)));
    }

    [Fact]
    public void Networks_that_end_wrongly_do_not_compile()
    {
        Refuses([new Dense(2)], new BinaryCrossEntropy(),
            "BinaryCrossEntropy: expects probabilities, but the network ends with dense: Dense(2). "
            + "End it with a Sigmoid, or, if its outputs are logits, pass fromLogits: new BinaryCrossEntropy(fromLogits: true).");
        Refuses([new Dense(2, new ReLU())], new BinaryCrossEntropy(), "BinaryCrossEntropy: expects probabilities*dense.relu*");
        Refuses([new Dense(2, new Sigmoid())], new BinaryCrossEntropy(true), "BinaryCrossEntropy: fromLogits is set*Remove the Sigmoid*");
        Refuses([new Dense(2, new Softmax())], new BinaryCrossEntropy(true), "BinaryCrossEntropy: fromLogits is set*Remove the Softmax*");
        Refuses([new Dense(1, new Softmax())], new BinaryCrossEntropy(),
            "BinaryCrossEntropy: *a softmax of one output, which is always 1*");
        Refuses([new Dense(1)], new SparseBinaryCrossEntropy(), "SparseBinaryCrossEntropy: expects probabilities*");
        Refuses([new Dense(2, new Sigmoid())], new SparseBinaryCrossEntropy(), "SparseBinaryCrossEntropy: expects one output*got*[2]*");
        Refuses([new Dense(2)], new Poisson(),
            "Poisson: expects rates*dense: Dense(2). End it with a Softplus*new Poisson(logInput: true).");
        Refuses([new Dense(2)], new KLDivergence(), "KLDivergence: expects probabilities*");
        new Sequential([6], [new Dense(2, new Softmax())]).Compile(new Sgd(), new BinaryCrossEntropy()).Dispose();
        new Sequential([6], [new Dense(2)]).Compile(new Sgd(), new BinaryCrossEntropy(true)).Dispose();
        new Sequential([6], [new Dense(2, new ReLU())]).Compile(new Sgd(), new Poisson()).Dispose();
    }

    [Fact]
    public void It_learns_labels_that_do_not_exclude_each_other()
    {
        float[] input = TestData.Normals(400 * 2);
        float[] targets = Array.ConvertAll(input, value => value > 0 ? 1f : 0);
        Sequential model = new([2], [new Dense(2, new Sigmoid())], seed: 1);
        using Trainer<float> trainer = model.Compile(new Adam(0.1f), new BinaryCrossEntropy());

        trainer.Fit(Dataset.From(input, [2], targets, 2), new() { Epochs = 20 });

        model.Predict(input).Zip(targets, (y, t) => (y > 0.5f ? 1f : 0) == t).Count(right => right).Should().BeGreaterThan(780);
    }

    private static void Refuses<TTarget>(Layer[] layers, Loss<TTarget> loss, string message)
        where TTarget : unmanaged => new Sequential([6], layers).Invoking(model => model.Compile(new Sgd(), loss)).Should()
        .Throw<ArgumentException>().WithMessage(message);

    private static (double[] Losses, float[] Gradient) Evaluate<TTarget>(Loss<TTarget> loss, float[] y, TTarget[] targets)
        where TTarget : unmanaged
    {
        double[] losses = new double[y.Length];
        float[] gradient = new float[y.Length];
        loss.Evaluate(new()
        {
            Rows = y.Length, Predictions = y, Targets = targets, RowLosses = losses, Gradient = gradient, GradientScale = 0.25f,
        });
        return (losses, gradient);
    }
}
