using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Contracts;

/// <summary>
/// The promise: gradients of whole networks are the true ones to single precision, relative distance at most 1e-5 for every tensor.
/// </summary>
public class GradientReferenceTests
{
    private const double Tolerance = 1e-5;
    private const int Classes = 10;

    public static TheoryData<string> Networks => new(Models.Keys);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Class_indices_after_softmax(string network)
    {
        Sequential model = Models[network](new Softmax());
        (float[] input, int[] labels) = Data(model, 100);

        Compare(model, new SparseCategoricalCrossEntropy(), input, labels, TestData.OneHotRows(labels, Classes), fromLogits: false);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Class_indices_from_logits(string network)
    {
        Sequential model = Models[network](null);
        (float[] input, int[] labels) = Data(model, 100);

        Compare(model, new SparseCategoricalCrossEntropy(fromLogits: true), input, labels, TestData.OneHotRows(labels, Classes),
            fromLogits: true);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Soft_targets_after_softmax(string network)
    {
        Sequential model = Models[network](new Softmax());
        (float[] input, _) = Data(model, 100);
        float[] targets = TestData.SoftRows(100, Classes);

        Compare(model, new CategoricalCrossEntropy(), input, targets, targets, fromLogits: false);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Soft_targets_from_logits(string network)
    {
        Sequential model = Models[network](null);
        (float[] input, _) = Data(model, 100);
        float[] targets = TestData.SoftRows(100, Classes);

        Compare(model, new CategoricalCrossEntropy(fromLogits: true), input, targets, targets, fromLogits: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(65)]
    public void Gradient_is_divided_by_the_rows_that_came(int rows)
    {
        Sequential model = Models["dropout"](new Softmax());
        (float[] input, int[] labels) = Data(model, rows);

        Compare(model, new SparseCategoricalCrossEntropy(), input, labels, TestData.OneHotRows(labels, Classes), fromLogits: false);
    }

    // The softmax keeps positive what ReLU would leave at zero: a loss on probabilities that nothing normalised.
    [Fact]
    public void Probabilities_that_no_fusion_touches()
    {
        Sequential model = new([12], [new Dense(16, new ReLU()), new Dense(Classes, new Softmax()), new Flatten()], seed: 3);
        (float[] input, int[] labels) = Data(model, 64);
        float[] soft = TestData.SoftRows(64, Classes);

        Compare(model, new SparseCategoricalCrossEntropy(), input, labels, TestData.OneHotRows(labels, Classes), fromLogits: false);
        Compare(model, new CategoricalCrossEntropy(), input, soft, soft, fromLogits: false);
    }

    private static Dictionary<string, Func<Activation?, Sequential>> Models { get; } = new()
    {
        ["one layer"] = last => new([20], [new Dense(Classes, last)], seed: 1),
        ["no bias"] = last => new([20], [new Dense(17, new ReLU(), useBias: false), new Dense(Classes, last, useBias: false)], seed: 2),
        ["flatten"] = last => new([6, 6], [new Flatten(), new Dense(24, new ReLU()), new Dense(Classes, last)], seed: 3),
        ["dropout"] = last => new(
            [6, 6], [new Dropout(0.1), new Flatten(), new Dense(33, new ReLU()), new Dropout(0.25), new Dense(19, new ReLU()),
                new Dropout(0.5), new Dense(Classes, last)], seed: 4),
        ["frozen first"] = last => new([20], [new Dense(16, new ReLU()) { Trainable = false }, new Dense(Classes, last)], seed: 5),
        ["frozen middle"] = last => new(
            [20], [new Dense(16, new ReLU()), new Dense(18, new ReLU()) { Trainable = false }, new Dense(12), new ReLU(),
                new Dense(Classes, last)], seed: 6),
        ["frozen last"] = last => new([20], [new Dense(16, new ReLU()), new Dense(Classes, last) { Trainable = false }], seed: 7),
        ["baseline"] = last => new(
            [28, 28], [new Flatten(), new Dense(128, new ReLU()), new Dense(128, new ReLU()), new Dropout(0.2), new Dense(Classes, last)],
                seed: 8),
    };

    private static (float[] Input, int[] Labels) Data(Sequential model, int rows) =>
        (TestData.Normals(rows * model.InputShape.Size), TestData.Labels(rows, Classes));

    private static void Compare<TTarget>(Sequential model, Loss<TTarget> loss, float[] input, TTarget[] targets, float[] targetRows,
        bool fromLogits)
        where TTarget : unmanaged
    {
        NaiveNetwork truth = new(model, fromLogits);
        (double expectedLoss, _) = truth.Gradients(TestData.Doubles(input), TestData.Doubles(targetRows));

        foreach (int threads in new[] { 1, 3 })
        {
            (double actualLoss, Dictionary<string, float[]> gradients) = LibraryGradients.Of(model, loss, input, targets, threads);

            actualLoss.Should().BeApproximately(expectedLoss, 1e-5 * expectedLoss);
            gradients.Keys.Should().Equal(model.Parameters.Where(p => p.IsTrainable).Select(p => p.FullName));
            foreach (NaiveParameter parameter in truth.Parameters.Where(p => gradients.ContainsKey(p.Name)))
                Weights.RelativeDistance(gradients[parameter.Name], parameter.Gradient).Should()
                    .BeLessThan(Tolerance, $"of {parameter.Name} on {threads} threads");
        }
    }
}
