using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Tests.Serialization;
using NeuralCore.Tests.Support;
using NeuralCore.Training;
using static NeuralCore.Training.ScheduleDuration;

namespace NeuralCore.Tests.Training;

/// <summary>
/// The learning rate of a fit: which one is in force, what a checkpoint keeps of it, and the promises of everything together.
/// </summary>
public class ScheduledFitTests
{
    [Fact]
    public void Each_step_has_the_rate_of_the_schedule()
    {
        LearningRateSchedule schedule = new CosineDecay(OfEpochs(3)).WithWarmUp(OfSteps(5), 0.1);
        Rates rates = new();
        List<float> reported = [];
        using Trainer<int> trainer = Fits.Compile(TestModels.Small(), new Adam(0.02));
        FitOptions<int> options = Fits.Options(3) with { Schedule = schedule, Callbacks = [rates] };

        TrainingHistory history = trainer.Fit(TestModels.Data(), options with { Progress = new Reports(reported) });

        float[] expected = Enumerable.Range(0, 3 * Fits.StepsPerEpoch).Select(step =>
            (float)(0.02f * schedule.FactorAt(new SchedulePosition(step, Fits.StepsPerEpoch)))).ToArray();
        rates.Seen.Should().Equal(expected);
        reported.Should().Equal(expected);
        history.Epochs.Select(epoch => epoch.LearningRate).Should().Equal(expected[7], expected[15], expected[23]);
        trainer.LearningRate.Should().Be(expected[^1]);

        // A second fit begins anew.
        rates.Seen.Clear();
        trainer.Fit(TestModels.Data(), options);
        rates.Seen.Should().Equal(expected);
    }

    [Fact]
    public void A_resumed_fit_has_the_rates_of_the_epochs_before()
    {
        FitOptions<int> options = Fits.Options(3) with { Schedule = new StepDecay(OfEpochs(1), 0.5) };
        using Trainer<int> cancelled = Fits.CancelAfter(20, options: options);
        Checkpoint checkpoint = Fits.ThroughDisk(cancelled.CreateCheckpoint());
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());

        TrainingHistory history = trainer.Fit(TestModels.Data(), options with { ResumeFrom = checkpoint });

        history.Epochs.Select(epoch => epoch.LearningRate).Should().Equal(0.01f, 0.005f, 0.0025f);
    }

    [Fact]
    public void A_schedule_of_ones_changes_no_bit()
    {
        (uint[] weights, _, _) = Fits.Whole();
        (uint[] scheduled, _, _) = Fits.Whole(options: Fits.Options() with { Schedule = new ConstantRate() });
        scheduled.Should().Equal(weights);
    }

    [Fact]
    public void A_rate_that_is_no_rate_is_named()
    {
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());
        LearningRateSchedule schedule = LearningRateSchedule.From("mine", position => position.Step == 3 ? double.NaN : 1);
        trainer.Invoking(t => t.Fit(TestModels.Data(), Fits.Options() with { Schedule = schedule }))
            .Should().Throw<InvalidOperationException>().WithMessage("mine: the factor of step 3 is NaN*");
        trainer.StepCount.Should().Be(3);
    }

    [Fact]
    public void Another_schedule_is_not_resumed_with()
    {
        FitOptions<int> With(LearningRateSchedule? schedule) => Fits.Options() with { Schedule = schedule };
        using Trainer<int> cancelled = Fits.CancelAfter(3, options: With(new WarmUp(OfSteps(9))));
        Checkpoint checkpoint = Fits.ThroughDisk(cancelled.CreateCheckpoint());
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());

        trainer.Invoking(t => t.Fit(TestModels.Data(), With(new WarmUp(OfSteps(8))) with { ResumeFrom = checkpoint }))
            .Should().Throw<ArgumentException>().WithMessage("*schedule: WarmUp(duration: 9 steps*in the checkpoint, WarmUp(duration: 8*");
        trainer.Invoking(t => t.Fit(TestModels.Data(), With(null) with { ResumeFrom = checkpoint }))
            .Should().Throw<ArgumentException>().WithMessage("*schedule: WarmUp*in the checkpoint, none now*");
    }

    // The first resumed steps are in the middle of the warm-up.
    [Fact]
    public void Schedule_clipping_and_average_together_keep_the_promises() => new Promises<int>
    {
        Model = Model,
        Optimizer = () => new AdamW(0.02) { Clipping = GradientClipping.ByGlobalNorm(0.1), AmsGrad = true },
        Loss = new SparseCategoricalCrossEntropy(),
        Data = TestData.Classes(70, [12], 4),
        Metrics = [new Accuracy()],
        Options = () => new()
        {
            Epochs = 3,
            BatchSize = 16,
            Schedule = new OneCycle(OfEpochs(2)).WithWarmUp(OfSteps(7)),
            Callbacks = [new ExponentialMovingAverage(0.9), new EarlyStopping(10)],
            Validation = TestData.Classes(30, [12], 4, 5),
        },
    }.ShouldHold();

    [Theory]
    [InlineData("RmsProp")]
    [InlineData("RmsProp centered")]
    [InlineData("Nadam")]
    [InlineData("Lion")]
    public void Every_optimizer_keeps_the_promises(string name) => new Promises<int>
    {
        Model = Model,
        Optimizer = () => name switch
        {
            "RmsProp" => new RmsProp(0.01, momentum: 0.5),
            "RmsProp centered" => new RmsProp(0.01, centered: true),
            "Nadam" => new Nadam(0.01),
            _ => new Lion(0.01) { WeightDecay = 0.1 },
        },
        Loss = new SparseCategoricalCrossEntropy(),
        Data = TestData.Classes(70, [12], 4),
        Options = () => new() { Epochs = 4, BatchSize = 16, Callbacks = [new StochasticWeightAveraging(2)] },
    }.ShouldHold();

    // Resumed within the patience, between reductions.
    [Fact]
    public void A_reduction_on_a_plateau_keeps_the_promises()
    {
        FitOptions<int> Options() => new()
        {
            Epochs = 8,
            BatchSize = 16,
            Callbacks = [new ReduceLearningRateOnPlateau(0.5, patience: 2, minDelta: 1, monitor: Monitored.TrainingLoss, cooldown: 1)],
        };
        new Promises<int>
        {
            Model = Model,
            Optimizer = () => new Adam(0.01),
            Loss = new SparseCategoricalCrossEntropy(),
            Data = TestData.Classes(70, [12], 4),
            Options = Options,
        }.ShouldHold();

        using Trainer<int> trainer = Model().Compile(new Adam(0.01), new SparseCategoricalCrossEntropy());
        trainer.Fit(TestData.Classes(70, [12], 4), Options());
        trainer.LearningRate.Should().Be(0.0025f, "no epoch after the first is better by 1: it falls after epochs 3 and 6");
    }

    private static Sequential Model() =>
        new([12], [new Dense(9, new ReLU()), new Dropout(0.2), new Dense(4, new Softmax())], seed: 3);

    private sealed class Rates : Callback
    {
        internal List<float> Seen { get; } = [];

        public override void OnStepEnd(FitContext context) => Seen.Add(context.Trainer.LearningRate);
    }

    private sealed class Reports(List<float> rates) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => rates.Add(value.LearningRate);
    }
}
