using System.Text.Json;
using NeuralCore.Data;
using NeuralCore.Losses;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Losses;

/// <summary>The losses against PyTorch's values and gradients, Keras' formulas, and scikit-learn.</summary>
public class PeerLossTests
{
    private const int Rows = 6;
    private const int Size = 5;

    private static readonly JsonElement Fixture = PeerFixture.Load("losses");

    private static readonly Dictionary<string, Loss<float>> OfTorch = new()
    {
        ["squared error"] = new MeanSquaredError(),
        ["absolute error"] = new MeanAbsoluteError(),
        ["huber 1"] = new Huber(),
        ["huber 0.5"] = new Huber(0.5f),
        ["binary"] = new BinaryCrossEntropy(),
        ["binary soft"] = new BinaryCrossEntropy(),
        ["binary logits"] = new BinaryCrossEntropy(fromLogits: true),
        ["poisson log"] = new Poisson(logInput: true),
        ["divergence"] = new KLDivergence(fromLogits: true),
        ["categorical smoothed"] = new CategoricalCrossEntropy(fromLogits: true, labelSmoothing: 0.125f),
    };

    private static readonly Dictionary<string, Loss<int>> OfTorchIndices = new()
    {
        ["sparse"] = new SparseCategoricalCrossEntropy(fromLogits: true),
        ["sparse smoothed"] = new SparseCategoricalCrossEntropy(fromLogits: true, labelSmoothing: 0.125f),
    };

    private static readonly Dictionary<string, Loss<float>> OfKeras = new()
    {
        ["log-cosh"] = new LogCosh(),
        ["poisson"] = new Poisson(),
        ["binary"] = new BinaryCrossEntropy(),
        ["divergence"] = new KLDivergence(),
        ["categorical smoothed"] = new CategoricalCrossEntropy(labelSmoothing: 0.125f),
        ["huber 0.5"] = new Huber(0.5f),
    };

    public static TheoryData<string> TorchNames => new(OfTorch.Keys);

    public static TheoryData<string> TorchIndexNames => new(OfTorchIndices.Keys);

    public static TheoryData<string> KerasNames => new(OfKeras.Keys);

    [Theory]
    [MemberData(nameof(TorchNames))]
    public void Values_and_gradients_are_those_of_PyTorch(string name)
    {
        JsonElement peer = Fixture.GetProperty("torch").GetProperty(name);
        Compare(OfTorch[name], peer, peer.Floats("targets"));
    }

    [Theory]
    [MemberData(nameof(TorchIndexNames))]
    public void Values_and_gradients_of_class_indices_are_those_of_PyTorch(string name)
    {
        JsonElement peer = Fixture.GetProperty("torch").GetProperty(name);
        Compare(OfTorchIndices[name], peer, peer.Ints("targets"));
    }

    [Theory]
    [MemberData(nameof(KerasNames))]
    public void Values_are_those_of_Keras_formulas(string name)
    {
        JsonElement peer = Fixture.GetProperty("keras").GetProperty(name);
        Evaluate(OfKeras[name], peer.Floats("predictions"), peer.Floats("targets")).Losses.Should().BeCloseTo(peer.Doubles("losses"));
    }

    [Theory]
    [InlineData(0.125f, "0.125")]
    [InlineData(0.5f, "0.5")]
    [InlineData(0.875f, "0.875")]
    public void The_quantile_loss_is_scikit_learn_s_pinball_loss(float quantile, string name)
    {
        JsonElement peer = Fixture.GetProperty("pinball");
        Evaluate(new Quantile(quantile), peer.Floats("predictions"), peer.Floats("targets")).Losses.Should()
            .BeCloseTo(peer.GetProperty("losses").Doubles(name));
    }

    [Fact]
    public void Balanced_class_weights_are_those_of_scikit_learn()
    {
        JsonElement peer = Fixture.GetProperty("balanced");
        int[] labels = peer.Ints("labels");

        ClassWeights.Balanced(labels).Should().Equal(peer.Floats("weights"));
        Dataset<int> data = Dataset.From(new float[labels.Length], [1], labels);
        ClassWeights.Balanced(data).Should().Equal(peer.Floats("weights"));
        ClassWeights.Balanced(data.ToOneHot(4)).Should().Equal(peer.Floats("weights"));
    }

    private static void Compare<TTarget>(Loss<TTarget> loss, JsonElement peer, TTarget[] targets)
        where TTarget : unmanaged
    {
        (double[] losses, float[] gradient) = Evaluate(loss, peer.Floats("predictions"), targets);
        losses.Should().BeCloseTo(peer.Doubles("losses"));
        Weights.RelativeDistance(gradient, peer.Doubles("gradient")).Should().BeLessThan(1e-6);
    }

    private static (double[] Losses, float[] Gradient) Evaluate<TTarget>(Loss<TTarget> loss, float[] predictions, TTarget[] targets)
        where TTarget : unmanaged
    {
        double[] losses = new double[Rows];
        float[] gradient = new float[Rows * Size];
        loss.CheckTargets(targets, [Size], 0);
        loss.Evaluate(new()
        {
            Rows = Rows, Predictions = predictions, Targets = targets, RowLosses = losses, Gradient = gradient, GradientScale = 1f / Rows,
        });
        return (losses, gradient);
    }
}

internal static class CloseLosses
{
    /// <summary>Each within single precision.</summary>
    internal static void BeCloseTo(this FluentAssertions.Collections.GenericCollectionAssertions<double> actual, double[] expected)
    {
        actual.HaveCount(expected.Length);
        actual.Subject.Zip(expected, (a, b) => Math.Abs(a - b) / Math.Max(1, Math.Abs(b))).Max().Should().BeLessThan(1e-6);
    }
}
