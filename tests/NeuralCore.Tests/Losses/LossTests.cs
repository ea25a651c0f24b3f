using NeuralCore.Losses;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Losses;

/// <summary>Both cross-entropies, from probabilities and from logits, against the naive reference in double.</summary>
public class LossTests
{
    private const int Rows = 9;
    private const int Classes = 5;

    [Theory]
    [InlineData(false, 1f)]
    [InlineData(false, 3f)]
    [InlineData(true, 1f)]
    [InlineData(true, 20f)]
    public void Loss_and_gradient_are_the_reference_s(bool fromLogits, float scale)
    {
        float[] predictions = Array.ConvertAll(fromLogits ? TestData.Normals(Rows * Classes) : TestData.SoftRows(Rows, Classes), value =>
            scale * value);
        int[] labels = TestData.Labels(Rows, Classes);
        float[] soft = TestData.SoftRows(Rows, Classes, seed: 8);

        Compare(new SparseCategoricalCrossEntropy(fromLogits), predictions, labels, TestData.OneHotRows(labels, Classes), fromLogits);
        Compare(new CategoricalCrossEntropy(fromLogits), predictions, TestData.OneHotRows(labels, Classes),
            TestData.OneHotRows(labels, Classes), fromLogits);
        Compare(new CategoricalCrossEntropy(fromLogits), predictions, soft, soft, fromLogits);
    }

    [Theory]
    [InlineData(1e4f)]
    [InlineData(1e30f)]
    public void Huge_logits_give_a_finite_loss_and_gradients_that_sum_to_zero(float size)
    {
        float[] logits = [size, -size, 0, size, 1, -size, -size, -size, -size, -size];
        double[] losses = new double[2];
        float[] gradient = new float[10];
        new SparseCategoricalCrossEntropy(fromLogits: true).Evaluate(new()
        {
            Rows = 2, Predictions = logits, Targets = [1, 4], RowLosses = losses, Gradient = gradient, GradientScale = 0.5f,
        });
        losses.Should().OnlyContain(loss => double.IsFinite(loss));
        losses[0].Should().BeApproximately(2.0 * size + Math.Log(2), 1e-6 * size);
        losses[1].Should().BeApproximately(Math.Log(5), 1e-6);
        gradient[..5].Sum().Should().BeApproximately(0, 1e-6f);
        gradient[5..].Sum().Should().BeApproximately(0, 1e-6f);
    }

    [Fact]
    public void A_loss_says_its_name_and_its_target_width()
    {
        new SparseCategoricalCrossEntropy().ToString().Should().Be("SparseCategoricalCrossEntropy");
        new SparseCategoricalCrossEntropy().TargetWidth([7]).Should().Be(1);
        new CategoricalCrossEntropy().TargetWidth([7]).Should().Be(7);
    }

    private static void Compare<TTarget>(Loss<TTarget> loss, float[] predictions, TTarget[] targets, float[] targetRows, bool fromLogits)
        where TTarget : unmanaged
    {
        double[] losses = new double[Rows];
        float[] gradient = new float[predictions.Length];
        loss.Evaluate(new() { Rows = Rows, Predictions = predictions, Targets = targets, RowLosses = losses, Gradient = gradient,
            GradientScale = 0.25f });
        List<double> expectedGradient = [];
        for (int row = 0; row < Rows; row++)
        {
            Range range = (row * Classes)..((row + 1) * Classes);
            double[] x = TestData.Doubles(predictions[range]);
            double[] t = TestData.Doubles(targetRows[range]);
            (double expectedLoss, double[] expected) = fromLogits ? NaiveLoss.Logits(x, t) : NaiveLoss.Probabilities(x, t);
            losses[row].Should().BeApproximately(expectedLoss, 1e-6 * Math.Max(1, expectedLoss));
            expectedGradient.AddRange(expected.Select(value => 0.25 * value));
        }
        Weights.RelativeDistance(gradient, expectedGradient.ToArray()).Should().BeLessThan(1e-5);
    }
}
