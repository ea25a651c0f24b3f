using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Tests.Support;

/// <summary>
/// The reference itself against central differences, so that a mistake in it cannot agree with one in the library unseen.
/// </summary>
public class NaiveNetworkTests
{
    private const double Step = 1e-6;
    private const int Rows = 6;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gradients_agree_with_differences(bool fromLogits)
    {
        Sequential model = fromLogits
            ? new([2, 4], [new Flatten(), new Dense(6, new ReLU()), new Dropout(0.3), new Dense(5, new ReLU()), new Dense(4)], seed: 5)
            : new([2, 4], [new Flatten(), new Dense(6, new ReLU()), new Dropout(0.3), new Dense(4), new Softmax()], seed: 5);
        NaiveNetwork network = new(model, fromLogits);
        double[] input = TestData.Doubles(TestData.Normals(Rows * 8));
        double[] targets = TestData.Doubles(TestData.SoftRows(Rows, 4));
        const ulong step = 3;
        network.DistanceFromKinks(input, step).Should().BeGreaterThan(1e-4, "a kink has no derivative to compare with");

        (double loss, double[] inputGradient) = network.Gradients(input, targets, step);

        loss.Should().BeApproximately(network.Loss(input, targets, step), 1e-14);
        Check(input, inputGradient);
        foreach (NaiveParameter parameter in network.Parameters)
            Check(parameter.Values, parameter.Gradient);

        void Check(double[] values, double[] gradient)
        {
            for (int i = 0; i < values.Length; i++)
            {
                double value = values[i];
                values[i] = value + Step;
                double above = network.Loss(input, targets, step);
                values[i] = value - Step;
                double below = network.Loss(input, targets, step);
                values[i] = value;
                double numeric = (above - below) / (2 * Step);
                gradient[i].Should().BeApproximately(numeric, 1e-5 + 1e-3 * Math.Abs(numeric));
            }
        }
    }

    [Fact]
    public void Clipped_probabilities_have_no_gradient()
    {
        (double loss, double[] gradient) = NaiveLoss.Probabilities([1e-9, 1, 1], [1, 0, 0]);
        loss.Should().BeApproximately(-Math.Log(1e-7), 1e-12);
        gradient.Should().Equal(0, 0, 0);
    }
}
