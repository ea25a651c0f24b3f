using System.Text.Json;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Numerics;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Layers;

public unsafe class ActivationTests
{
    public static TheoryData<string> Names => new(Activations.All.Keys);

    [SkippableTheory]
    [VectorPaths(Member = nameof(Names))]
    public void Values_and_derivatives_are_right_over_the_whole_range(VectorPath path, string name)
    {
        Kernels.Require(path);
        Activations.Case activation = Activations.All[name];
        ElementwiseActivation layer = activation.Create();
        // Every magnitude of both signs, and densely where the functions bend.
        float[] x = Enumerable.Range(0, 60_000).Select(i => i % 2 == 0
            ? BitConverter.Int32BitsToSingle((int)((uint)i << 15 | (uint)i)) : (i - 30_000) * 0.0007f).Where(float.IsFinite).ToArray();
        float[] y = new float[x.Length], dy = Kernels.Normals(x.Length, 3), dx = new float[x.Length];
        fixed (float* px = x, py = y, pdy = dy, pdx = dx)
        {
            layer.Kernel.Forward(path, px, py, x.Length);
            layer.Kernel.Backward(path, layer.Reads == BackwardReads.Output ? py : px, pdy, pdx, x.Length);
        }
        for (int i = 0; i < x.Length; i++)
        {
            Check("value", x[i], y[i], activation.Value(x[i]), 0);
            Check("derivative", x[i], dx[i], dy[i] * activation.Derivative(x[i]), Math.Abs(dy[i]));
        }

        // Relative to the result, and for derivatives, in which terms cancel, to the gradient that came in. Among the subnormals half a
        // step of a factor is multiplied by x, of up to 15.
        void Check(string what, float at, float actual, double expected, double scale)
        {
            double tolerance = activation.Relative * Math.Abs(expected) + 4e-7 * scale + 8 * float.Epsilon;
            if (!(Math.Abs(actual - expected) <= tolerance) && !(float.IsInfinity(actual) && Math.Abs(expected) > float.MaxValue))
                Assert.Fail($"{name} on {path}: the {what} at {at:R} is {actual:R}, expected {expected:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void PyTorch_gives_the_same(string name)
    {
        JsonElement fixture = PeerFixture.Load("activations");
        JsonElement expected = fixture.GetProperty("elementwise").GetProperty(name);
        float[] x = fixture.Floats("x"), dy = fixture.Floats("dy");

        (float[] y, float[] dx) = Run(Activations.All[name].Create(), x, dy, rows: 1);

        ShouldAgree(y, expected.Doubles("y"), x, 0);
        ShouldAgree(dx, expected.Doubles("dx"), x, 1);
    }

    [Fact]
    public void PyTorch_gives_the_same_log_softmax()
    {
        JsonElement fixture = PeerFixture.Load("activations");
        JsonElement expected = fixture.GetProperty("logSoftmax");
        float[] x = fixture.Floats("rows"), dy = fixture.Floats("rowDy");

        (float[] y, float[] dx) = Run(new LogSoftmax(), x, dy, rows: x.Length / 21);

        ShouldAgree(y, expected.Doubles("y"), x, 1);
        ShouldAgree(dx, expected.Doubles("dx"), x, 10);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Promises_hold(string name) => ShouldHold(() => [
        new Dense(9, Activations.All[name].Create()), new Dense(7), Activations.All[name].Create(), new Dense(4, new Softmax())]);

    [Theory]
    [MemberData(nameof(Names))]
    public void Promises_hold_at_the_first_place_and_around_frozen_layers(string name) => ShouldHold(() => [
        Activations.All[name].Create(), new Dense(9, Activations.All[name].Create()) { Trainable = false },
        new Dense(8, new ReLU()), Activations.All[name].Create(), new Dropout(0.2), new Dense(4, new Softmax())]);

    [Fact]
    public void Promises_hold_for_log_softmax() => new Promises<int>
    {
        Model = () => new Sequential([12], [new Dense(9, new Tanh()), new Dense(4, new LogSoftmax())], seed: 3),
        Optimizer = () => new Adam(0.01f),
        Loss = new SparseCategoricalCrossEntropy(fromLogits: true),
        Data = TestData.Classes(70, [12], 4),
    }.ShouldHold();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_setting_of_a_dense_and_a_layer_of_its_own_train_to_the_same_bits(string name)
    {
        string[] hashes = new[] { true, false }.Select(inside =>
        {
            Sequential model = new([6], inside
                ? [new Dense(8, Activations.All[name].Create()), new Dense(3, new Softmax())]
                : [new Dense(8), Activations.All[name].Create(), new Dense(3, new Softmax())], seed: 5);
            using var trainer = model.Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy());
            for (int step = 0; step < 3; step++)
                trainer.TrainStep(TestData.Normals(30), TestData.Labels(5, 3));
            return Weights.Hash(model);
        }).ToArray();
        hashes[1].Should().Be(hashes[0]);
    }

    [Fact]
    public void Cross_entropy_from_the_logits_of_a_log_softmax_is_that_of_a_softmax()
    {
        float[] input = TestData.Normals(5 * 6);
        int[] labels = TestData.Labels(5, 3);
        (double loss, Dictionary<string, float[]> gradients) = LibraryGradients.Of(
            new Sequential([6], [new Dense(3, new LogSoftmax())], seed: 5), new SparseCategoricalCrossEntropy(fromLogits: true), input,
            labels);
        (double expectedLoss, Dictionary<string, float[]> expected) = LibraryGradients.Of(
            new Sequential([6], [new Dense(3, new Softmax())], seed: 5), new SparseCategoricalCrossEntropy(), input, labels);

        loss.Should().BeApproximately(expectedLoss, 1e-6);
        foreach ((string name, float[] values) in expected)
        {
            for (int i = 0; i < values.Length; i++)
                gradients[name][i].Should().BeApproximately(values[i], 1e-6f);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_cross_entropy_does_not_take_them_for_probabilities(string name)
    {
        Sequential model = new([6], [new Dense(3, Activations.All[name].Create())]);
        FluentActions.Invoking(() => model.Compile(new Sgd(), new SparseCategoricalCrossEntropy())).Should().Throw<ArgumentException>()
            .WithMessage("*expects probabilities, but the network ends with dense.*End it with a Softmax*");
    }

    [Fact]
    public void A_cross_entropy_does_not_take_log_probabilities_for_probabilities()
    {
        Sequential model = new([6], [new Dense(3, new LogSoftmax())]);
        FluentActions.Invoking(() => model.Compile(new Sgd(), new CategoricalCrossEntropy())).Should().Throw<ArgumentException>()
            .WithMessage("*ends with dense.logsoftmax: LogSoftmax*if its outputs are logits or log-probabilities, pass fromLogits*");
    }

    [Fact]
    public void Wrong_settings_are_refused()
    {
        foreach (float value in new[] { -0.1f, float.NaN, float.PositiveInfinity })
        {
            FluentActions.Invoking(() => new LeakyReLU(value)).Should().Throw<ArgumentOutOfRangeException>()
                .WithMessage("The slope below 0 must be finite and at least 0; usual are 0.01 to 0.3.*");
            FluentActions.Invoking(() => new ELU(value)).Should().Throw<ArgumentOutOfRangeException>()
                .WithMessage("Alpha must be finite and at least 0; usual is 1.*");
        }
        FluentActions.Invoking(() => new Sequential([2, 3], [new LogSoftmax()])).Should().Throw<ShapeException>()
            .WithMessage("logsoftmax: LogSoftmax expects a vector, got [2, 3]. Insert a Flatten before it.");
    }

    [Theory]
    [InlineData("LeakyReLU(0.3)")]
    [InlineData("ELU")]
    [InlineData("Tanh")]
    [InlineData("Sigmoid")]
    [InlineData("GELU")]
    [InlineData("GELU(approximate: True)")]
    [InlineData("Mish")]
    [InlineData("Softplus")]
    public void NaN_goes_through(string name)
    {
        (float[] y, float[] dx) = Run(Activations.All[name].Create(), [float.NaN], [float.NaN], rows: 1);
        float.IsNaN(y[0]).Should().BeTrue();
        float.IsNaN(dx[0]).Should().BeTrue();
    }

    private static void ShouldHold(Func<IEnumerable<Layer>> layers) => new Promises<int>
    {
        Model = () => new Sequential([12], layers(), seed: 3),
        Optimizer = () => new Adam(0.01f),
        Loss = new SparseCategoricalCrossEntropy(),
        Data = TestData.Classes(70, [12], 4),
    }.ShouldHold();

    private static (float[] Y, float[] Dx) Run(Activation layer, float[] x, float[] dy, int rows)
    {
        float[] y = new float[x.Length], dx = new float[x.Length];
        layer.Forward(new ForwardPass { Rows = rows, Input = x, Output = y });
        layer.Backward(new BackwardPass { Rows = rows, Input = x, Output = y, OutputGradient = dy, InputGradient = dx });
        return (y, dx);
    }

    private static void ShouldAgree(float[] actual, double[] expected, float[] at, double scale)
    {
        actual.Length.Should().Be(expected.Length).And.BePositive();
        for (int i = 0; i < actual.Length; i++)
        {
            // PyTorch's own error where erf cancels is about 1e-16 of x.
            double tolerance = 1e-6 * Math.Abs(expected[i]) + 5e-7 * scale + 1e-15;
            if (!(Math.Abs(actual[i] - expected[i]) <= tolerance))
                Assert.Fail($"at {at[i]:R}: {actual[i]:R}, expected {expected[i]:R}");
        }
    }
}
