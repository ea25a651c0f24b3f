using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary>What an optimizer gets to see of clipped gradients, against the definitions in double.</summary>
public class GradientClippingTests
{
    private const double Limit = 0.15;
    private static readonly float[] Input = TestData.Normals(200 * 90);
    private static readonly int[] Labels = TestData.Labels(200, 4);

    // More than one chunk and range of weights, a part of a chunk, and a frozen layer.
    private static Sequential Model() => new(
        [90], [new Dense(200, new ReLU()), new Dense(30, new ReLU()), new Dense(4, new Softmax()) { Trainable = false }], seed: 2);

    public static TheoryData<string> Kinds => ["value", "norm", "global norm"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_optimizer_reads_clipped_gradients(string kind)
    {
        float[][] plain = Gradients(new Recording(), threads: 1);
        double[] norms = plain.Select(Norm).ToArray();
        double global = Math.Sqrt(norms.Sum(norm => norm * norm));
        norms.Should().Contain(norm => norm > Limit).And.Contain(norm => norm < Limit);

        float[][] clipped = Gradients(new Recording { Clipping = Clipping(kind) }, threads: 2);

        for (int p = 0; p < plain.Length; p++)
        {
            double scale = kind switch { "norm" => Math.Min(1, Limit / norms[p]), "global norm" => Limit / global, _ => 1 };
            double[] expected = plain[p].Select(g => kind == "value" ? Math.Clamp(g, -ValueLimit, ValueLimit) : g * scale).ToArray();
            clipped[p].Should().NotBeEmpty();
            Weights.RelativeDistance(clipped[p], expected).Should().BeLessThan(1e-7);
            if (scale == 1 && kind != "value")
                clipped[p].Should().Equal(plain[p], "its norm is below the limit");
        }
        if (kind == "value")
            clipped.SelectMany(g => g).Max(Math.Abs).Should().Be((float)ValueLimit);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradients_below_the_limit_keep_their_bits(string kind)
    {
        GradientClipping high = kind switch
        {
            "value" => GradientClipping.ByValue(1000),
            "norm" => GradientClipping.ByNorm(1000),
            _ => GradientClipping.ByGlobalNorm(1000),
        };
        Hash(new Adam(0.01) { Clipping = high }).Should().Be(Hash(new Adam(0.01)));
        Hash(new Adam(0.01) { Clipping = Clipping(kind) }).Should().NotBe(Hash(new Adam(0.01)), "Adam scales a gradient away, nearly");

        static string Hash(Optimizer optimizer)
        {
            Sequential model = Model();
            using Trainer<int> trainer = model.Compile(optimizer, new SparseCategoricalCrossEntropy());
            for (int step = 0; step < 3; step++)
                trainer.TrainStep(Input, Labels);
            return Weights.Hash(model);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_fit_that_clips_keeps_the_promises(string kind) => new Promises<int>
    {
        Model = () => new Sequential([12], [new Dense(9, new ReLU()), new Dense(4, new Softmax())], seed: 3),
        Optimizer = () => new Sgd(0.1, 0.9) { Clipping = Clipping(kind), WeightDecay = 0.01 },
        Loss = new SparseCategoricalCrossEntropy(),
        Data = TestData.Classes(70, [12], 4),
    }.ShouldHold();

    [Fact]
    public void The_norm_that_an_optimizer_reads_is_that_before_clipping()
    {
        Recording optimizer = new() { Clipping = GradientClipping.ByValue(1e-6), ReadsNorm = true };
        double expected = Math.Sqrt(Gradients(new Recording(), 1).Sum(g => Norm(g) * Norm(g)));
        Gradients(optimizer, threads: 3);
        optimizer.Norm.Should().BeApproximately(expected, 1e-9 * expected);
    }

    [Theory]
    [InlineData("value", float.NaN)]
    [InlineData("norm", float.NaN)]
    [InlineData("global norm", float.NaN)]
    [InlineData("norm", float.PositiveInfinity)]
    [InlineData("global norm", float.NegativeInfinity)]
    public void A_gradient_that_is_not_finite_ends_training_as_without_clipping(string kind, float value)
    {
        using Trainer<float> trainer = new Sequential([3], [new Dense(1, useBias: false)]).Compile(
            new Sgd(0.1) { Clipping = Clipping(kind) }, new ZeroLoss(value));
        trainer.Invoking(t => t.TrainStep([1, 2, 3], [0])).Should().Throw<NonFiniteException>();
    }

    private const double ValueLimit = 0.001;

    private static GradientClipping Clipping(string kind) => kind switch
    {
        "value" => GradientClipping.ByValue(ValueLimit),
        "norm" => GradientClipping.ByNorm(Limit),
        _ => GradientClipping.ByGlobalNorm(Limit),
    };

    private static double Norm(float[] gradient) => Math.Sqrt(gradient.Sum(g => (double)g * g));

    private static float[][] Gradients(Recording optimizer, int threads)
    {
        Sequential model = Model();
        foreach (Parameter parameter in model.Parameters)
            optimizer.Read[parameter] = new float[parameter.Shape.Size];
        using Trainer<int> trainer = model.Compile(optimizer, new SparseCategoricalCrossEntropy());
        trainer.TrainStep(Input, Labels, threads);
        Parameter[] trained = model.Parameters.Where(parameter => parameter.IsTrainable).ToArray();
        foreach (Parameter parameter in trained)
            trainer.GradientOf(parameter).ToArray().Should().Equal(optimizer.Read[parameter], "GradientOf is what the optimizer got");
        return trained.Select(parameter => optimizer.Read[parameter]).ToArray();
    }

    // A user's optimizer that only looks.
    private sealed class Recording() : Optimizer(0.1)
    {
        internal Dictionary<Parameter, float[]> Read { get; } = [];

        internal bool ReadsNorm { get; init; }

        internal double Norm { get; private set; }

        public override bool NeedsGradientNorm => ReadsNorm;

        protected internal override bool Update(in UpdatePass pass)
        {
            pass.Gradients.CopyTo(Read[pass.Parameter].AsSpan(pass.Start));
            Norm = pass.GradientNorm;
            return true;
        }
    }

    // A finite loss with a gradient that is not.
    private sealed class ZeroLoss(float gradient) : Loss<float>
    {
        public override int TargetWidth(Shape prediction) => 1;

        protected internal override void CheckTargets(ReadOnlySpan<float> targets, Shape prediction, int firstRow)
        {
        }

        protected internal override void Evaluate(in LossPass<float> pass)
        {
            pass.RowLosses.Clear();
            pass.Gradient.Fill(gradient);
        }
    }
}
