using System.Runtime.CompilerServices;
using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Tests.Serialization;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

public class ResumeTests
{
    public static TheoryData<Optimizer> Optimizers =>
        [new Sgd(0.1f), new Sgd(0.05f, 0.9f), new Sgd(0.05f, 0.9f, nesterov: true), new Adam(0.01f)];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Six_epochs_are_three_and_saving_and_loading_and_three(Optimizer optimizer)
    {
        (uint[] weights, TrainingHistory history, long steps) = Fits.Whole(optimizer);
        using TemporaryFolder folder = new();
        string path = folder.File("c");
        using (Trainer<int> first = Fits.Compile(TestModels.Small(), optimizer))
        {
            first.Fit(TestModels.Data(), Fits.Options(3) with { Threads = 1,
                Callbacks = [new EarlyStopping(100, restoreBestWeights: true), new ModelCheckpoint(folder.Path)] });
            path = Checkpoint.FindLatest(folder.Path)!;
        }

        // As another process does it: nothing but the file.
        Sequential model = Sequential.Load(path);
        using Trainer<int> second = Fits.Compile(model, optimizer);
        TrainingHistory resumed = second.Fit(TestModels.Data(), Fits.Options() with { Threads = 3, ResumeFrom = Checkpoint.Load(path) });

        TestModels.Bits(model).Should().Equal(weights);
        resumed.ShouldEqual(history);
        second.StepCount.Should().Be(steps);
        second.EpochCount.Should().Be(6);
    }

    [Fact]
    public void A_fit_cancelled_after_any_step_goes_on_with_the_same_bits()
    {
        FitOptions<int> options = Fits.Options(3);
        (uint[] weights, TrainingHistory history, _) = Fits.Whole(options: options);
        for (int step = 1; step <= 3 * Fits.StepsPerEpoch; step++)
        {
            using Trainer<int> cancelled = Fits.CancelAfter(step, options: Fits.Options(3));
            Checkpoint checkpoint = Fits.ThroughDisk(cancelled.CreateCheckpoint());
            checkpoint.Step.Should().Be(step);

            Sequential model = TestModels.Small();
            using Trainer<int> resumed = Fits.Compile(model);
            resumed.Fit(TestModels.Data(), Fits.Options(3) with { ResumeFrom = checkpoint }).ShouldEqual(history);

            TestModels.Bits(model).Should().Equal(weights, "it was cut after step {0}", step);
        }
    }

    [Fact]
    public void Fits_cut_at_random_steps_and_more_than_once_go_on_with_the_same_bits()
    {
        (uint[] weights, TrainingHistory history, _) = Fits.Whole();
        Random random = new(3);
        int total = 6 * Fits.StepsPerEpoch;
        for (int time = Long.Times(20, 200); time > 0; time--)
        {
            int step = random.Next(1, total);
            using Trainer<int> trainer = Fits.CancelAfter(step);
            Checkpoint checkpoint = trainer.CreateCheckpoint();
            trainer.StepCount.Should().Be(step, "no step is begun after the cancellation");

            // The same trainer goes on, is cut again by a callback that stops it, and a third finishes.
            int more = random.Next(1, total - step + 1);
            trainer.Fit(TestModels.Data(), Fits.Options() with { Callbacks = [new EarlyStopping(100), new StopAfter(step + more)],
                ResumeFrom = checkpoint, Threads = random.Next(1, 4) });
            checkpoint = StopAfter.Made ?? throw new InvalidOperationException();

            Sequential model = TestModels.Small();
            using Trainer<int> last = Fits.Compile(model);
            last.Fit(TestModels.Data(), Fits.Options() with { ResumeFrom = checkpoint }).ShouldEqual(history);
            TestModels.Bits(model).Should().Equal(weights, "it was cut after steps {0} and {1}", step, step + more);
        }
    }

    [Fact]
    public void A_loop_of_steps_goes_on_by_Restore()
    {
        (float[] input, int[] targets) = Batch(TestModels.Data(30));
        Sequential whole = TestModels.Small();
        using Trainer<int> uninterrupted = Fits.Compile(whole);
        Sequential model = TestModels.Small();
        using Trainer<int> trainer = Fits.Compile(model);
        Checkpoint? checkpoint = null;
        for (int i = 0; i < 10; i++)
        {
            uninterrupted.TrainStep(input, targets);
            trainer.TrainStep(input, targets);
            if (i == 4)
            {
                trainer.LearningRate = uninterrupted.LearningRate = 0.003f;
                checkpoint = trainer.CreateCheckpoint();
            }
        }

        trainer.Restore(Fits.ThroughDisk(checkpoint!));
        trainer.StepCount.Should().Be(5);
        trainer.LearningRate.Should().Be(0.003f);
        for (int i = 0; i < 5; i++)
            trainer.TrainStep(input, targets);

        TestModels.Bits(model).Should().Equal(TestModels.Bits(whole));
        Action fit = () => trainer.Fit(TestModels.Data(), Fits.Options() with { ResumeFrom = checkpoint });
        fit.Should().Throw<ArgumentException>().WithMessage("*outside a fit*Restore*");
    }

    [Theory]
    [InlineData("optimizer: Adam(learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1E-07) in the checkpoint, "
        + "Sgd(learningRate: 0.1, momentum: 0, nesterov: False) now")]
    [InlineData("optimizer: Adam(learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1E-07) in the checkpoint, "
        + "Adam(learningRate: 0.01, beta1: 0.8,")]
    [InlineData("loss: SparseCategoricalCrossEntropy in the checkpoint, SparseCategoricalCrossEntropy(fromLogits: True) now")]
    [InlineData("metrics: accuracy in the checkpoint,  now")]
    [InlineData("batch size: 24 in the checkpoint, 25 now")]
    [InlineData("shuffle: True in the checkpoint, False now")]
    [InlineData("drop last batch: False in the checkpoint, True now")]
    [InlineData("validation: Split.Stratified(0.1) in the checkpoint, Split.Stratified(0.2) now")]
    [InlineData("seed: 5 in the checkpoint, 6 now")]
    [InlineData("layer 2: dense: Dense(units=7,")]
    [InlineData("layer 4: head: Dense(units=3,")]
    [InlineData("training data's samples: 200 in the checkpoint, 199 now")]
    [InlineData("training data's content: ")]
    [InlineData("callback EarlyStopping: patience 100,")]
    [InlineData("callbacks: the checkpoint has the state of EarlyStopping, the fit has no such callback")]
    public void What_has_changed_is_named_and_nothing_happens(string difference)
    {
        using Trainer<int> cancelled = Fits.CancelAfter(3);
        Checkpoint checkpoint = cancelled.CreateCheckpoint();
        bool IsAbout(string text) => difference.StartsWith(text, StringComparison.Ordinal);
        Sequential model = IsAbout("seed") ? TestModels.Small(6)
            : IsAbout("layer 2") ? new([4, 3], [new Flatten(), new Dense(8, new ReLU()), new Dropout(0.25),
                new Dense(3, new Softmax(), name: "head")], 5)
            : IsAbout("layer 4") ? new([4, 3], [new Flatten(), new Dense(7, new ReLU()), new Dropout(0.25),
                new Dense(3, new Softmax(), name: "head") { Trainable = false }], 5)
            : IsAbout("loss") ? new([4, 3], [new Flatten(), new Dense(7, new ReLU()), new Dropout(0.25), new Dense(3, name: "head")], 5)
            : TestModels.Small();
        Optimizer optimizer = !IsAbout("optimizer") ? new Adam(0.01f) : difference.Contains("Sgd") ? new Sgd(0.1f) : new Adam(0.01f, 0.8);
        using Trainer<int> trainer = model.Compile(
            optimizer, new SparseCategoricalCrossEntropy(IsAbout("loss")), IsAbout("metrics") ? [] : [new Accuracy()]);
        FitOptions<int> options = Fits.Options() with { ResumeFrom = checkpoint };
        options = difference.Split(':')[0] switch
        {
            "batch size" => options with { BatchSize = 25 },
            "shuffle" => options with { Shuffle = false },
            "drop last batch" => options with { DropLastBatch = true },
            "validation" => options with { Validation = Split.Stratified(0.2) },
            "callback EarlyStopping" => options with { Callbacks = [new EarlyStopping(99)] },
            "callbacks" => options with { Callbacks = [] },
            _ => options,
        };
        Dataset<int> data = IsAbout("training data's samples") ? TestModels.Data(199) : IsAbout("training data's content")
            ? TestModels.Data(salt: 1) : TestModels.Data();
        uint[] before = TestModels.Bits(model);

        Action fit = () => trainer.Fit(data, options);

        fit.Should().Throw<ArgumentException>().WithMessage($"*{difference}*");
        TestModels.Bits(model).Should().Equal(before);
        trainer.StepCount.Should().Be(0);
    }

    [Fact]
    public void The_settings_of_a_user_s_callback_are_kept_and_compared()
    {
        FitOptions<int> options = Fits.Options() with { Callbacks = [new EarlyStopping(100), new Schedule("factor 0.5")] };
        using Trainer<int> cancelled = Fits.CancelAfter(3, options: options);
        Checkpoint checkpoint = Fits.ThroughDisk(cancelled.CreateCheckpoint());
        Sequential model = TestModels.Small();
        using Trainer<int> trainer = Fits.Compile(model);
        FitOptions<int> With(string? settings) =>
            Fits.Options() with { Callbacks = [new EarlyStopping(100), new Schedule(settings)], ResumeFrom = checkpoint };
        uint[] before = TestModels.Bits(model);

        trainer.Invoking(t => t.Fit(TestModels.Data(), With("factor 0.25")))
            .Should().Throw<ArgumentException>().WithMessage("*callback Schedule: factor 0.5 in the checkpoint, factor 0.25 now*");
        trainer.Invoking(t => t.Fit(TestModels.Data(), With(null)))
            .Should().Throw<ArgumentException>().WithMessage("*callback Schedule: factor 0.5*");
        TestModels.Bits(model).Should().Equal(before);
        trainer.StepCount.Should().Be(0);

        trainer.Fit(TestModels.Data(), With("factor 0.5"));
        (uint[] weights, _, _) = Fits.Whole();
        TestModels.Bits(model).Should().Equal(weights);
    }

    [Fact]
    public void An_epoch_cut_in_the_middle_keeps_its_time_and_does_not_begin_twice()
    {
        using Trainer<int> cancelled = Fits.CancelAfter(11);
        CheckpointDraft draft = new(cancelled.CreateCheckpoint()) { Ticks = TimeSpan.FromHours(1).Ticks };
        EpochCounter counter = new();
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());

        TrainingHistory history = trainer.Fit(TestModels.Data(), Fits.Options(3) with
        {
            Callbacks = [new EarlyStopping(100), counter],
            ResumeFrom = Fits.ThroughDisk(draft.Finish()),
        });

        // Step 11 is in the second epoch: only the third begins.
        counter.Begun.Should().Be(1);
        TimeSpan before = TimeSpan.FromHours(1);
        history.Epochs[1].Duration.Should().BeGreaterThan(before).And.BeLessThan(before + TimeSpan.FromMinutes(1));
        history.Epochs[2].Duration.Should().BeLessThan(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Other_validation_data_is_noticed()
    {
        FitOptions<int> options = Fits.Options() with { Validation = TestModels.Data(40, 2) };
        using Trainer<int> cancelled = Fits.CancelAfter(3, options: options);
        Checkpoint checkpoint = cancelled.CreateCheckpoint();

        Action fit = () => cancelled.Fit(TestModels.Data(), options with { Validation = TestModels.Data(40, 3), ResumeFrom = checkpoint });

        fit.Should().Throw<ArgumentException>().WithMessage("*validation data's content*");
    }

    [Fact]
    public void A_changed_learning_rate_is_kept()
    {
        using Trainer<int> trainer = Fits.CancelAfter(5);
        trainer.LearningRate = 0.25f;

        using Trainer<int> resumed = Fits.Compile(TestModels.Small());
        resumed.Fit(TestModels.Data(), Fits.Options(1) with { ResumeFrom = Fits.ThroughDisk(trainer.CreateCheckpoint()) });

        resumed.LearningRate.Should().Be(0.25f);
    }

    [Fact]
    public void A_checkpoint_is_a_copy_and_is_not_made_in_the_middle_of_a_step()
    {
        using Trainer<int> trainer = Fits.CancelAfter(5);
        Checkpoint checkpoint = trainer.CreateCheckpoint();
        float before = checkpoint.Weights[0].Values[0];
        trainer.Model.Parameters[0].Values[0] = 42;
        checkpoint.Weights[0].Values[0].Should().Be(before);

        trainer.Model.Parameters[0].Values[0] = float.NaN;
        trainer.Invoking(t => t.CreateCheckpoint()).Should().Throw<InvalidOperationException>()
            .WithMessage("dense.kernel contains NaN*earlier checkpoint*");

        Reentrant source = new(trainer);
        Action fit = () => trainer.Fit(new Dataset<int>(source, new ClassLabels(new int[30])), new() { Threads = 1 });
        trainer.Restore(checkpoint);
        source.IsArmed = true;
        fit.Should().Throw<InvalidOperationException>().WithMessage("*between steps*");

        // The step failed before it touched a weight.
        source.IsArmed = false;
        trainer.CreateCheckpoint().Step.Should().Be(5);
    }

    private static (float[] Input, int[] Targets) Batch(Dataset<int> data)
    {
        int[] rows = Enumerable.Range(0, data.Count).ToArray();
        float[] input = new float[data.Count * data.InputShape.Size];
        int[] targets = new int[data.Count];
        data.Features.Gather(rows, input);
        data.Targets.Gather(rows, targets);
        return (input, targets);
    }

    // Makes a checkpoint at a step, wherever it falls, then stops the fit.
    private sealed class StopAfter(long step) : Callback
    {
        [ThreadStatic]
        internal static Checkpoint? Made;

        public override void OnStepEnd(FitContext context)
        {
            if (context.Trainer.StepCount != step)
                return;
            Made = Fits.ThroughDisk(context.Trainer.CreateCheckpoint());
            context.Stop();
        }
    }

    private sealed class Schedule(string? settings) : Callback
    {
        protected internal override string? Settings => settings;
    }

    private sealed class EpochCounter : Callback
    {
        internal int Begun { get; private set; }

        public override void OnEpochBegin(FitContext context) => Begun++;
    }

    [Fact]
    public void A_source_that_fails_in_a_fit_leaves_a_checkpoint_to_go_on_from()
    {
        Dataset<int> inner = TestModels.Data();
        bool isGone = false;
        Dataset<int> data = new(new FaultySource(inner.Features, () => _ = isGone ? throw new IOException("gone") : 0), inner.Targets);
        Sequential whole = TestModels.Small(), resumed = TestModels.Small();
        using Trainer<int> uninterrupted = Fits.Compile(whole), interrupted = Fits.Compile(TestModels.Small()),
            second = Fits.Compile(resumed);
        uninterrupted.Fit(data, Fits.Options());

        int steps = 0;
        Action fit = () => interrupted.Fit(data, Fits.Options() with { Progress = new Fits.Immediate(() => isGone = ++steps >= 11) });
        fit.Should().Throw<IOException>();
        Checkpoint checkpoint = Fits.ThroughDisk(interrupted.CreateCheckpoint());
        isGone = false;
        second.Fit(data, Fits.Options() with { ResumeFrom = checkpoint });

        TestModels.Bits(resumed).Should().Equal(TestModels.Bits(whole));
    }

    [Fact]
    public void Settings_are_made_once_and_again_only_after_a_failure()
    {
        int calls = 0;
        FitState fit = new(() => ++calls == 1 ? throw new IOException() : [new Setting("seed", "1")], [], new EpochSums([]));
        calls.Should().Be(0);
        fit.Invoking(state => state.Settings).Should().Throw<IOException>();
        fit.Settings.Should().ContainSingle();
        fit.Settings.Should().ContainSingle();
        calls.Should().Be(2);
    }

    [Fact]
    public void Data_that_the_settings_were_made_of_are_let_go_of()
    {
        (FitState fit, WeakReference data) = Make();
        data.IsAlive.Should().BeTrue();
        fit.Settings.Should().ContainSingle();

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        data.IsAlive.Should().BeFalse();
        GC.KeepAlive(fit);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static (FitState, WeakReference) Make()
        {
            float[] data = new float[10];
            return (new FitState(() => [new Setting("samples", $"{data.Length}")], [], new EpochSums([])), new WeakReference(data));
        }
    }

    [Fact]
    public void A_fit_without_metrics_resumes()
    {
        Sequential whole = TestModels.Small(), model = TestModels.Small();
        using Trainer<int> uninterrupted = whole.Compile(new Adam(0.01f), new SparseCategoricalCrossEntropy());
        using Trainer<int> trainer = model.Compile(new Adam(0.01f), new SparseCategoricalCrossEntropy());
        uninterrupted.Fit(TestModels.Data(), Fits.Options(2));
        trainer.Fit(TestModels.Data(), Fits.Options(2) with { Callbacks = [new EarlyStopping(100), new StopAfter(11)] });

        trainer.Fit(TestModels.Data(), Fits.Options(2) with { ResumeFrom = StopAfter.Made });

        TestModels.Bits(model).Should().Equal(TestModels.Bits(whole));
    }

    private sealed class Reentrant(Trainer<int> trainer) : FeatureSource(30, [4, 3])
    {
        internal bool IsArmed { get; set; }

        public override void Gather(ReadOnlySpan<int> rows, Span<float> destination)
        {
            // The fingerprint gathers one row at a time, a step several.
            if (IsArmed && rows.Length > 1)
                trainer.CreateCheckpoint();
            destination[..(rows.Length * 12)].Clear();
        }
    }
}
