using NeuralCore.Data;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Tests.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

public class CallbackTests
{
    [Fact]
    public void Early_stopping_ends_the_fit_and_brings_the_best_weights_back()
    {
        EarlyStopping stopping = new(patience: 3);
        List<uint[]> epochs = [];
        Sequential model = TestModels.Small();
        using Trainer<int> trainer = Fits.Compile(model, new Adam(0.1f));

        TrainingHistory history = trainer.Fit(TestModels.Data(60), Overfitting([new Recorder(epochs), stopping]));

        double[] losses = history.Epochs.Select(epoch => epoch.Validation!.Loss).ToArray();
        int best = Array.IndexOf(losses, losses.Min());
        history.WasStopped.Should().BeTrue();
        losses.Should().HaveCount(best + 1 + 3);
        stopping.BestEpoch.Should().Be(best + 1);
        stopping.BestValue.Should().Be(losses[best]);
        TestModels.Bits(model).Should().Equal(epochs[best]).And.NotEqual(epochs[^1]);
    }

    [Fact]
    public void Early_stopping_keeps_its_patience_and_best_weights_over_an_interruption()
    {
        (uint[] weights, TrainingHistory history, long steps) = Run(null, []);
        history.WasStopped.Should().BeTrue();
        using TemporaryFolder folder = new();
        Run(null, [new ModelCheckpoint(folder.Path, keep: 1000, everySteps: 3)]);
        string[] files = Directory.GetFiles(folder.Path);
        files.Length.Should().BeGreaterThan(history.Epochs.Count);
        foreach (string file in files)
        {
            (uint[] found, TrainingHistory resumed, long taken) = Run(Checkpoint.Load(file), []);

            found.Should().Equal(weights);
            resumed.ShouldEqual(history);
            taken.Should().Be(steps, "also a fit resumed where it had stopped takes no step more");
        }

        static (uint[], TrainingHistory, long) Run(Checkpoint? from, Callback[] more)
        {
            Sequential model = TestModels.Small();
            using Trainer<int> trainer = Fits.Compile(model, new Adam(0.1f));
            TrainingHistory history = trainer.Fit(TestModels.Data(60),
                Overfitting([.. more, new EarlyStopping(patience: 3)]) with { ResumeFrom = from });
            return (TestModels.Bits(model), history, trainer.StepCount);
        }
    }

    [Fact]
    public void Patience_that_runs_out_with_the_last_epoch_stops_nothing()
    {
        int epochs = Run(60, null, []).Epochs.Count;
        epochs.Should().BeLessThan(60);
        using TemporaryFolder folder = new();
        TrainingHistory history = Run(epochs, null, [new ModelCheckpoint(folder.Path)]);

        history.WasStopped.Should().BeFalse();
        Run(epochs, Checkpoint.Load(Checkpoint.FindLatest(folder.Path)!), []).ShouldEqual(history);

        static TrainingHistory Run(int epochs, Checkpoint? from, Callback[] more)
        {
            using Trainer<int> trainer = Fits.Compile(TestModels.Small(), new Adam(0.1f));
            return trainer.Fit(TestModels.Data(60),
                Overfitting([.. more, new EarlyStopping(patience: 3)]) with { Epochs = epochs, ResumeFrom = from });
        }
    }

    [Fact]
    public void Early_stopping_that_ended_a_fit_begins_the_next_anew()
    {
        EarlyStopping stopping = new(patience: 3);
        List<TrainingHistory> histories = [];
        List<uint[]> weights = [];
        for (int fit = 0; fit < 2; fit++)
        {
            Sequential model = TestModels.Small();
            using Trainer<int> trainer = Fits.Compile(model, new Adam(0.1f));
            histories.Add(trainer.Fit(TestModels.Data(60), Overfitting([stopping])));
            weights.Add(TestModels.Bits(model));
        }

        histories[0].WasStopped.Should().BeTrue();
        histories[1].ShouldEqual(histories[0]);
        weights[1].Should().Equal(weights[0]);
    }

    [Theory]
    [InlineData(false, 0.0, new[] { 5.0, 4, 4, 4.5, double.NaN }, 2)]
    [InlineData(false, 0.5, new[] { 5.0, 4.6, 4.4, 4.4, 4.3, 4.2 }, 3)]
    [InlineData(true, 0.0, new[] { 0.1, 0.3, 0.2, 0.3, 0.25 }, 2)]
    [InlineData(true, 0.1, new[] { 0.1, 0.15, 0.25, 0.3, 0.2, 0.25 }, 3)]
    [InlineData(true, 0.0, new[] { double.NaN, 0.3, 0.2, 0.1, 0.1 }, 2)]
    public void What_is_better_follows_the_monitor(bool higherIsBetter, double minDelta, double[] values, int best)
    {
        Monitored monitor = Monitored.TrainingMetric("m", higherIsBetter);
        EarlyStopping stopping = new(3, minDelta, monitor);
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());
        FitContext context = new(trainer, 10, false);
        stopping.OnFitBegin(context);
        for (int i = 0; i < values.Length; i++)
        {
            context.IsStopping.Should().BeFalse();
            stopping.OnEpochEnd(context, new EpochResult(i + 1, new Evaluation(0, [new MetricValue("m", values[i])]), null, default, 0));
        }
        context.IsStopping.Should().BeTrue();
        stopping.BestEpoch.Should().Be(best);
    }

    [Fact]
    public void Watching_a_validation_that_is_not_there_is_said_so()
    {
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());

        Action fit = () => trainer.Fit(TestModels.Data(), Fits.Options() with { Validation = null });

        fit.Should().Throw<InvalidOperationException>().WithMessage("*FitOptions.Validation*Monitored.TrainingLoss*");
    }

    [Fact]
    public void The_last_checkpoints_stay()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("made/here");
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());

        trainer.Fit(TestModels.Data(), Fits.Options(3) with { Callbacks = [new ModelCheckpoint(path, keep: 3, everySteps: 5)] });

        Directory.GetFiles(path).Select(Path.GetFileName).Order().Should().Equal(
            "checkpoint-000000000016.safetensors", "checkpoint-000000000020.safetensors", "checkpoint-000000000024.safetensors");
        Checkpoint.FindLatest(path).Should().EndWith("checkpoint-000000000024.safetensors");
        Checkpoint.FindLatest(folder.File("none")).Should().BeNull();
        Checkpoint mid = Checkpoint.Load(Path.Combine(path, "checkpoint-000000000020.safetensors"));
        (mid.Step, mid.Epoch, mid.Batch).Should().Be((20, 2, 4));
        Checkpoint last = Checkpoint.Load(Checkpoint.FindLatest(path)!);
        (last.Step, last.Epoch, last.Batch).Should().Be((24, 3, 0));
    }

    [Fact]
    public void One_checkpoint_may_stay()
    {
        using TemporaryFolder folder = new();
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());

        trainer.Fit(TestModels.Data(), Fits.Options(3) with { Callbacks = [new ModelCheckpoint(folder.Path, keep: 1)] });

        folder.Names.Should().Equal("checkpoint-000000000024.safetensors");
        FluentActions.Invoking(() => new ModelCheckpoint(folder.Path, keep: 0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Checkpoints_of_another_fit_are_neither_overwritten_nor_taken_for_later_ones()
    {
        using TemporaryFolder folder = new();
        FitOptions<int> options = Fits.Options(2) with { Callbacks = [new ModelCheckpoint(folder.Path)] };
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());
        trainer.Fit(TestModels.Data(), options);

        using Trainer<int> other = Fits.Compile(TestModels.Small());
        other.Invoking(t => t.Fit(TestModels.Data(), options)).Should().Throw<InvalidOperationException>()
            .WithMessage("*another fit*ResumeFrom*");
        trainer.Invoking(t => t.Fit(TestModels.Data(), options)).Should().NotThrow("the same training goes on");
    }

    [Fact]
    public void A_full_disk_ends_the_fit_and_leaves_the_checkpoint_before()
    {
        using TemporaryFolder folder = new();
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());
        (uint[] weights, _, _) = Fits.Whole();
        FaultyFileSystem disk = new(40, true, name => new IOException("No space left on device", 28));

        Action fit = () => trainer.Fit(TestModels.Data(),
            Fits.Options() with { Callbacks = [new EarlyStopping(100), new ModelCheckpoint(folder.Path, 2, 0, disk)] });

        fit.Should().Throw<IOException>().WithMessage("No space left*");
        Checkpoint checkpoint = Checkpoint.Load(Checkpoint.FindLatest(folder.Path)!);
        Sequential model = TestModels.Small();
        using Trainer<int> resumed = Fits.Compile(model);
        resumed.Fit(TestModels.Data(), Fits.Options() with { ResumeFrom = checkpoint });
        TestModels.Bits(model).Should().Equal(weights);
        // The trainer itself stands after the epoch whose checkpoint failed.
        trainer.CreateCheckpoint().Step.Should().Be(checkpoint.Step + Fits.StepsPerEpoch);
    }

    [Fact]
    public void A_learning_rate_far_too_high_stops_the_fit_and_keeps_the_checkpoint()
    {
        using TemporaryFolder folder = new();
        using Trainer<int> trainer = Fits.Compile(TestModels.Small(), new Sgd(0.1f));
        RateAt rate = new(Fits.StepsPerEpoch + 3, 1e30f);

        NonFiniteException error = trainer.Invoking(t =>
            t.Fit(TestModels.Data(), Fits.Options() with { Callbacks = [rate, new ModelCheckpoint(folder.Path)] }))
            .Should().Throw<NonFiniteException>().Which;

        error.Step.Should().BeInRange(Fits.StepsPerEpoch + 4, Fits.StepsPerEpoch + 5);
        error.LearningRate.Should().Be(1e30f);
        error.LastGoodEpoch.Should().Be(1);
        Checkpoint checkpoint = Checkpoint.Load(Checkpoint.FindLatest(folder.Path)!);
        checkpoint.Step.Should().Be(Fits.StepsPerEpoch);
        trainer.Restore(checkpoint);
        TestModels.Bits(trainer.Model).Select(BitConverter.UInt32BitsToSingle).Should().OnlyContain(w => float.IsFinite(w));
    }

    [Theory]
    [InlineData(float.NaN, true, true)]
    [InlineData(float.PositiveInfinity, true, true)]
    [InlineData(float.NaN, false, true)]
    [InlineData(float.NaN, false, false)]
    [InlineData(float.NegativeInfinity, false, true)]
    public void A_value_that_is_no_number_stops_the_step_that_meets_it(float value, bool inData, bool skipZeros)
    {
        // Input 0 is always zero, as the pixels in a corner are.
        Dataset<int> data = TestModels.Data();
        float[] features = new float[200 * 12];
        int[] rows = Enumerable.Range(0, 200).ToArray();
        int[] labels = new int[200];
        data.Features.Gather(rows, features);
        data.Targets.Gather(rows, labels);
        for (int row = 0; row < 200; row++)
            features[row * 12] = 0;
        Sequential model = TestModels.Small();
        if (inData)
            features[100 * 12] = value;
        else
            model.Parameters[0].Values[0] = value;
        using Trainer<int> trainer = Fits.Compile(model);

        NonFiniteException error = trainer.Invoking(t => t.Fit(
            Dataset.From(features, [4, 3], labels), new() { BatchSize = 50, Shuffle = false, SkipZeros = skipZeros })).Should()
                .Throw<NonFiniteException>().Which;

        error.Step.Should().Be(inData ? 3 : 1);
        error.Layer.Should().Be(inData ? null : "dense");
        trainer.StepCount.Should().Be(error.Step - 1);
        if (inData)
            trainer.CreateCheckpoint().Step.Should().Be(2, "the step was not taken");
    }

    private static FitOptions<int> Overfitting(Callback[] callbacks) => new()
    {
        Epochs = 60,
        BatchSize = 8,
        Threads = 1,
        Validation = TestModels.Data(60, 9),
        Callbacks = callbacks,
    };

    private sealed class Recorder(List<uint[]> epochs) : Callback
    {
        public override void OnEpochEnd(FitContext context, EpochResult result) => epochs.Add(TestModels.Bits(context.Model));
    }

    private sealed class RateAt(long step, float rate) : Callback
    {
        public override void OnStepEnd(FitContext context)
        {
            if (context.Trainer.StepCount == step)
                context.Trainer.LearningRate = rate;
        }
    }
}
