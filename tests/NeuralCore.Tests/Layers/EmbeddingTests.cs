using System.Text.Json;
using NeuralCore.Data;
using NeuralCore.Diagnostics;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Regularization;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Layers;

public class EmbeddingTests
{
    [Fact]
    public void A_shared_table_and_its_gradient_are_PyTorch_s()
    {
        JsonElement peer = PeerFixture.Load("layers").GetProperty("embedding");
        LayerRun run = new(new Embedding(6, 3), [4], rows: 5);
        peer.Floats("embeddings").CopyTo(run["embeddings"].Values);

        run.Model.OutputShape.Should().Equal(12);
        run.Forward(peer.Floats("x")).Should().Equal(peer.Floats("y"));
        run.Backward(peer.Floats("dy")).Should().OnlyContain(value => value == 0);
        run.Gradient("embeddings").ShouldBeNear(peer.Doubles("dembeddings"));
    }

    [Fact]
    public void Each_column_has_its_table_and_the_rest_passes_through()
    {
        LayerRun run = new(new Embedding([2, 3], 2), [4], rows: 2);
        run["embeddings"].Shape.Should().Equal(5, 2);
        new float[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }.CopyTo(run["embeddings"].Values);

        run.Forward([1, 0, 0.5f, -7, 0, 2, float.NaN, 9]).Should().Equal(3, 4, 5, 6, 0.5f, -7, 1, 2, 9, 10, float.NaN, 9);
        run.Backward([1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60]).Should().Equal(0, 0, 5, 6, 0, 0, 50, 60);
        run.Gradient("embeddings").Should().Equal(10, 20, 1, 2, 3, 4, 0, 0, 30, 40);
    }

    [Fact]
    public void Gradients_of_networks_with_embeddings_pass_the_check()
    {
        float[] input = Rows(9);
        Sequential model = new(
            [4], [new Embedding([7, 40], 3), new Dense(8, new ReLU()), new Dense(4, new Softmax())], seed: 6);
        GradientCheckOptions options = new() { ChecksInput = false };
        GradientReport report = GradientCheck.Model(model, new SparseCategoricalCrossEntropy(), input, TestData.Labels(9, 4), options);
        report.ThrowIfFailed().CheckedElements.Should().BeGreaterThan(47 * 3);
        GradientCheck.Layer(new Embedding(5, 4), [3], new() { ChecksInput = false, Input = [0, 4, 1, 4, 4, 2, 3, 0, 0] }).ThrowIfFailed();
    }

    [Fact]
    public void The_promises_hold() => new Promises<int>
    {
        Model = () => new Sequential(
            [4], [new Embedding([7, 40], 3, embeddingsRegularizer: new L2(1e-3)), new BatchNormalization(), new Dense(20, new ReLU()),
                new Dense(3, new Softmax())], seed: 3),
        Optimizer = () => new Adam(0.01f),
        Loss = new SparseCategoricalCrossEntropy(),
        Data = Dataset.From(Rows(70), [4], TestData.Labels(70, 3)),
    }.ShouldHold();

    [Theory]
    [InlineData(7, "7")]
    [InlineData(-1, "-1")]
    [InlineData(2.5f, "2.5")]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(3e9f, "3000000000")]
    public void An_index_out_of_range_names_its_row_and_column(float index, string text)
    {
        Sequential model = new([4], [new Embedding([7, 40], 3), new Dense(3, new Softmax())], seed: 3);
        float[] input = Rows(9);
        input[2 * 4] = index;
        string message =
            $"embedding: Embedding([7, 40], 3) expects whole numbers from 0 to 6 in column 0, got {text} in row 2 of the batch.*";

        model.Invoking(m => m.Predict(input)).Should().Throw<ArgumentException>().WithMessage(message);
        using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy());
        string before = Weights.Hash(model);
        trainer.Invoking(t => t.TrainStep(input, TestData.Labels(9, 3))).Should().Throw<ArgumentException>().WithMessage(message);
        Weights.Hash(model).Should().Be(before);
        model.Predict(Rows(9)).Should().NotBeEmpty("the model can be used after the error");
    }

    [Fact]
    public void Wrong_settings_and_shapes_are_refused()
    {
        FluentActions.Invoking(() => new Embedding(0, 3)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Embedding(3, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Embedding([3, 0], 3)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Embedding([], 3)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new Sequential([1], [new Embedding([3, 4], 3)])).Should().Throw<ShapeException>()
            .WithMessage("embedding: Embedding([3, 4], 3) expects at least 2 columns, got [1].*");
        FluentActions.Invoking(() => new Sequential([3, 2], [new Embedding(3, 3)])).Should().Throw<ShapeException>();
        FluentActions.Invoking(() => new Sequential([2], [new Embedding(int.MaxValue, int.MaxValue)])).Should().Throw<ShapeException>();
    }

    private static float[] Rows(int rows)
    {
        float[] values = TestData.Normals(rows * 4, 12);
        for (int row = 0; row < rows; row++)
        {
            values[4 * row] = (5 * row + 3) % 7;
            values[4 * row + 1] = 11 * row % 40;
        }
        return values;
    }
}
