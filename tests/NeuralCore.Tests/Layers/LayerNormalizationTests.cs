using System.Text.Json;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Layers;

public class LayerNormalizationTests
{
    [Fact]
    public void Output_and_gradients_are_PyTorch_s()
    {
        JsonElement peer = PeerFixture.Load("layers").GetProperty("layerNormalization");
        LayerRun run = new(new LayerNormalization(), [3, 6], rows: 4);
        peer.Floats("gamma").CopyTo(run["gamma"].Values);
        peer.Floats("beta").CopyTo(run["beta"].Values);

        run.Forward(peer.Floats("x")).ShouldBeNear(peer.Doubles("y"));
        run.Backward(peer.Floats("dy")).ShouldBeNear(peer.Doubles("dx"));
        run.Gradient("gamma").ShouldBeNear(peer.Doubles("dgamma"));
        run.Gradient("beta").ShouldBeNear(peer.Doubles("dbeta"));
        run.Model.Predict(peer.Floats("x")).ShouldBeNear(peer.Doubles("y"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(37)]
    [InlineData(700)]
    public void Is_the_formula_in_double(int width)
    {
        float[] x = Array.ConvertAll(TestData.Normals(3 * width), value => 100 + value);
        LayerRun run = new(new LayerNormalization(1e-5), [width], rows: 3);
        double[] expected = Enumerable.Range(0, 3).SelectMany(row =>
        {
            float[] vector = x[(row * width)..((row + 1) * width)];
            double mean = vector.Average(value => (double)value);
            double variance = vector.Average(value => (value - mean) * (value - mean));
            return vector.Select(value => (value - mean) / Math.Sqrt(variance + 1e-5));
        }).ToArray();

        run.Forward(x).ShouldBeNear(expected, 1e-5);
    }

    [Fact]
    public void A_constant_vector_gives_beta_and_finite_gradients()
    {
        LayerRun run = new(new LayerNormalization(), [21], rows: 2);
        run["beta"].Values.Fill(3);
        run.Forward(Enumerable.Repeat(123456.7f, 42).ToArray()).Should().OnlyContain(value => value == 3);
        run.Backward(TestData.Normals(42)).Should().OnlyContain(value => float.IsFinite(value));
    }

    [Fact]
    public void The_promises_hold() => new Promises<int>
    {
        Model = () => new Sequential(
            [12], [new LayerNormalization(), new Dense(40, new ReLU()), new LayerNormalization(1e-5, center: false), new Dropout(0.2),
                new Dense(9, new ReLU()), new LayerNormalization(scale: false) { Trainable = false }, new Dense(4, new Softmax())],
            seed: 3),
        Optimizer = () => new Adam(0.01f),
        Loss = new SparseCategoricalCrossEntropy(),
        Data = TestData.Classes(70, [12], 4),
    }.ShouldHold();

    [Fact]
    public void Wrong_settings_are_refused()
    {
        FluentActions.Invoking(() => new LayerNormalization(0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new LayerNormalization(double.NaN)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
