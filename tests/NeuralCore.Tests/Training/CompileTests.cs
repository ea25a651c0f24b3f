using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary>What cannot work together is refused by Compile, before anything is trained.</summary>
public class CompileTests
{
    [Fact]
    public void Accuracy_refuses_targets_of_another_width_than_the_predictions()
    {
        // Reading such targets as one-hot rows would leave their memory.
        Sequential model = new([4], [new Dense(20_000)]);
        model.Invoking(m => m.Compile(new Sgd(), new WideLoss(1), new Accuracy())).Should().Throw<ShapeException>()
            .WithMessage("Accuracy: expects one target value for each class for predictions [20000], got 1 target values per row*");
        model.Compile(new Sgd(), new WideLoss(20_000), new Accuracy()).Dispose();
    }

    [Fact]
    public void Accuracy_refuses_a_single_output() =>
        new Sequential([4], [new Dense(1)]).Invoking(m =>
            m.Compile(new Sgd(), new WideLoss(1), new Accuracy())).Should().Throw<ShapeException>()
            .WithMessage("Accuracy: expects a vector of two or more classes, got predictions [1]*one unit for each class*custom IMetric.");

    [Fact]
    public void A_metric_of_the_user_s_is_asked_what_it_can_measure() =>
        new Sequential([4], [new Dense(3)]).Invoking(m =>
            m.Compile(new Sgd(), new WideLoss(2), new Choosy())).Should().Throw<ShapeException>().WithMessage("[3] 2");

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void A_loss_needs_at_least_one_target_value_a_row(int width) =>
        new Sequential([4], [new Dense(3)]).Invoking(m => m.Compile(new Sgd(), new WideLoss(width))).Should().Throw<ArgumentException>()
            .WithMessage($"WideLoss: TargetWidth returned {width} target values per row*");

    [Fact]
    public void A_loss_that_changes_its_mind_about_the_width_is_asked_once()
    {
        WideLoss loss = new(3);
        using Trainer<float> trainer = new Sequential([4], [new Dense(3)]).Compile(new Sgd(), loss);
        loss.Width = 30_000;
        trainer.TrainStep(new float[8], new float[6]);
        trainer.Evaluate(Dataset.From(new float[8], [4], new float[6], 3)).Loss.Should().Be(0);
    }

    [Fact]
    public void A_loss_on_probabilities_needs_a_softmax()
    {
        Refuses([new Dense(3)],
            "SparseCategoricalCrossEntropy: expects probabilities, but the network ends with dense: Dense(3). "
            + "End it with a Softmax*fromLogits: true*");
        Refuses([new Dense(3, new ReLU())], "*ends with dense.relu: ReLU*");
        Refuses([new Dense(3, new Softmax()), new Dropout(0.5)], "*ends with dropout: Dropout(0.5)*");
        Refuses([new Dense(3), new Flatten()], "*ends with dense: Dense(3)*");
        new Sequential([4], [new Dense(3)]).Invoking(m =>
            m.Compile(new Sgd(), new CategoricalCrossEntropy())).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_softmax_of_a_softmax_is_refused()
    {
        Refuses([new Dense(3, new Softmax()), new Softmax()], "*softmax follows dense.softmax*softmax of a softmax*");
        Refuses([new Dense(3), new Softmax(), new Flatten(), new Softmax(name: "second")], "*second follows softmax*");
    }

    [Fact]
    public void Other_ends_of_a_network_are_accepted()
    {
        Sequential Model(params Layer[] layers) => new([4], layers);

        Model(new Dense(3)).Compile(new Sgd(), new SparseCategoricalCrossEntropy(fromLogits: true)).Dispose();
        Model(new Dense(3, new Softmax()), new Flatten()).Compile(new Sgd(), new SparseCategoricalCrossEntropy()).Dispose();
        Model(new Dense(3), new FaultyLayer()).Compile(new Sgd(), new SparseCategoricalCrossEntropy()).Dispose();
        Model(new Dense(3, new Softmax()), new Dense(3, new Softmax())).Compile(new Sgd(), new SparseCategoricalCrossEntropy()).Dispose();
    }

    private static void Refuses(Layer[] layers, string message) =>
        new Sequential([4], layers).Invoking(m => m.Compile(new Sgd(), new SparseCategoricalCrossEntropy())).Should()
            .Throw<ArgumentException>().WithMessage(message);

    private sealed class WideLoss(int width) : Loss<float>
    {
        private readonly int _first = width;

        internal int Width { get; set; } = width;

        public override int TargetWidth(Shape prediction) => Width;

        protected internal override void CheckTargets(ReadOnlySpan<float> targets, Shape prediction, int firstRow)
        {
        }

        protected internal override void Evaluate(in LossPass<float> pass)
        {
            pass.Targets.Length.Should().Be(pass.Rows * _first);
            pass.RowLosses.Clear();
            pass.Gradient.Clear();
        }
    }

    private sealed class Choosy : IMetric<float>
    {
        public string Name => "choosy";

        public void Check(Shape prediction, int targetWidth) => throw new ShapeException($"{prediction} {targetWidth}");

        public void Evaluate(in MetricPass<float> pass) => pass.RowValues.Clear();
    }
}
