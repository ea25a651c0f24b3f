using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.TestHost;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Contracts;

/// <summary>
/// The promise: an exception of a user's own code, in whatever phase and worker, surfaces once as it was thrown; the trainer goes on.
/// </summary>
public class FailureTests
{
    [Theory]
    [InlineData("source", 1)]
    [InlineData("source", 3)]
    [InlineData("pack", 1)]
    [InlineData("pack", 3)]
    [InlineData("forward", 1)]
    [InlineData("forward", 3)]
    [InlineData("loss", 1)]
    [InlineData("loss", 3)]
    [InlineData("metric", 3)]
    [InlineData("backward", 1)]
    [InlineData("backward", 3)]
    [InlineData("gradients", 1)]
    [InlineData("gradients", 3)]
    [InlineData("update", 1)]
    [InlineData("update", 3)]
    public void Exceptions_surface_once_and_training_can_go_on(string where, int threads) => Watchdog.Run(() =>
    {
        Faults faults = new();
        Dataset<int> clean = FixedTraining.Data(FixedTraining.Large);
        Dataset<int> data = new(new FaultySource(clean.Features, faults.In("source")), clean.Targets);
        Sequential model = Model(faults);
        using Trainer<int> trainer = model.Compile(new FaultyOptimizer(faults.In("update")), new FaultyLoss(faults.In("loss")),
            new FaultyMetric(faults.In("metric")));
        FitOptions<int> options = new() { Epochs = 1, BatchSize = 500, Threads = threads };
        string before = Weights.Hash(model);

        faults.Where = where;
        // On a single worker, then on all that meet it.
        foreach (bool always in new[] { false, true })
        {
            faults.Arm(always);
            trainer.Invoking(t => t.Fit(data, options)).Should().ThrowExactly<TimeZoneNotFoundException>().WithMessage(where);
            trainer.StepCount.Should().Be(0);
            if (where != "update")
                Weights.Hash(model).Should().Be(before);
        }

        faults.Where = "";
        if (where == "update")
        {
            trainer.Fit(data, options).Epochs.Should().HaveCount(1);
            return;
        }
        trainer.Fit(data, options).Epochs.Should().HaveCount(1);
        Sequential untroubled = Model(new Faults());
        using Trainer<int> other = untroubled.Compile(new FaultyOptimizer(() => { }), new FaultyLoss(() => { }));
        other.Fit(clean, options);
        Weights.Hash(model).Should().Be(Weights.Hash(untroubled), "a failed step leaves nothing behind");
    });

    [Fact]
    public void An_exception_in_evaluation_or_prediction_leaves_the_model_usable() => Watchdog.Run(() =>
    {
        Faults faults = new();
        Dataset<int> data = FixedTraining.Data(FixedTraining.Large);
        Sequential model = Model(faults);
        using Trainer<int> trainer = model.Compile(new FaultyOptimizer(() => { }), new FaultyLoss(() => { }));
        faults.Where = "forward";
        faults.Arm(always: true);
        trainer.Invoking(t => t.Evaluate(data, threads: 3)).Should().ThrowExactly<TimeZoneNotFoundException>();
        model.Invoking(m => m.Predict(new float[144])).Should().ThrowExactly<TimeZoneNotFoundException>();
        faults.Where = "";
        trainer.Evaluate(data, threads: 3).Loss.Should().BePositive();
        trainer.TrainStep(new float[144], [1]);
    });

    [Fact]
    public void An_exception_in_a_callback_reaches_the_caller()
    {
        Sequential model = FixedTraining.Model(FixedTraining.Small);
        using Trainer<int> trainer = model.Compile(new NeuralCore.Optimizers.Sgd(), new NeuralCore.Losses.SparseCategoricalCrossEntropy());
        Dataset<int> data = FixedTraining.Data(FixedTraining.Small);
        trainer.Invoking(t => t.Fit(data, new() { Callbacks = [new Throwing()] })).Should().ThrowExactly<TimeZoneNotFoundException>();
        trainer.StepCount.Should().Be(1);
        trainer.Fit(data).Epochs.Should().HaveCount(1);
        model.Predict(new float[36]).Should().HaveCount(10);
    }

    private static Sequential Model(Faults faults) => new(
        [12, 12],
        [
            new Flatten(),
            new Dense(64, new ReLU()),
            new FaultyLayer { OnPack = faults.In("pack"), OnForward = faults.In("forward"), OnBackward = faults.In("backward"),
                OnGradients = faults.In("gradients") },
            new Dense(10, new Softmax()),
        ],
        seed: 3);

    private sealed class Faults
    {
        private int _left;

        internal volatile string Where = "";

        internal void Arm(bool always) => _left = always ? int.MaxValue : 1;

        internal Action In(string place) => () =>
        {
            if (Where == place && Interlocked.Decrement(ref _left) >= 0)
                throw new TimeZoneNotFoundException(place);
        };
    }

    private sealed class Throwing : Callback
    {
        public override void OnStepEnd(FitContext context) => throw new TimeZoneNotFoundException();
    }
}
