using NeuralCore.Data;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.TestHost;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Contracts;

/// <summary>The promises about threads: predictions side by side, one training at a time, nobody waits or blocks.</summary>
public class ConcurrencyTests
{
    private static readonly float[] Input = TestData.Normals(144 * 200);

    [Fact]
    public void Eight_threads_predict_the_bits_of_one()
    {
        Sequential model = FixedTraining.Model(FixedTraining.Large);
        float[] expected = model.Predict(Input);

        Watchdog.Run(() => Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            float[] output = new float[expected.Length];
            for (int round = 0; round < 50; round++)
            {
                Array.Clear(output);
                model.Predict(Input, output);
                output.AsSpan().SequenceEqual(expected).Should().BeTrue();
            }
        }));
    }

    [Fact]
    public void A_row_has_the_same_bits_alone_and_in_any_batch()
    {
        Sequential model = FixedTraining.Model(FixedTraining.Large);
        float[] all = model.Predict(Input);

        foreach (int rows in new[] { 1, 2, 3, 7, 31, 32, 33, 100 })
        {
            for (int first = 0; first + rows <= 200; first += rows)
                model.Predict(Input.AsSpan(first * 144, rows * 144)).Should()
                    .Equal(all.AsSpan(first * 10, rows * 10).ToArray(), $"of {rows} rows from {first}");
        }
    }

    [Fact]
    public void While_a_fit_runs_others_are_turned_away_at_once_and_callbacks_may_predict() => Watchdog.Run(() =>
    {
        Sequential model = FixedTraining.Model(FixedTraining.Small);
        Dataset<int> data = FixedTraining.Data(FixedTraining.Small);
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        using Trainer<int> other = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        float[] sample = TestData.Normals(36);
        int calls = 0;
        trainer.Fit(data, new()
        {
            BatchSize = 125,
            Callbacks =
            [
                new AfterStep(context =>
                {
                    calls++;
                    Elsewhere(() => trainer.Fit(data)).Should().BeOfType<InvalidOperationException>().Which.Message.Should()
                        .Contain("already being trained");
                    Elsewhere(() => other.Fit(data)).Should().BeOfType<InvalidOperationException>().Which.Message.Should()
                        .Contain("already being trained");
                    Elsewhere(() => trainer.TrainStep(sample, [1])).Should().BeOfType<InvalidOperationException>();
                    Elsewhere(() => model.Predict(sample)).Should().BeOfType<InvalidOperationException>().Which.Message.Should()
                        .Contain("Clone()");
                    Elsewhere(() => model.Clone()).Should().BeOfType<InvalidOperationException>();
                    Elsewhere(() => trainer.Evaluate(data)).Should().BeOfType<InvalidOperationException>();
                    FluentActions.Invoking(() => trainer.Fit(data)).Should().Throw<InvalidOperationException>();

                    context.Model.Predict(sample).Sum().Should().BeApproximately(1, 1e-5f);
                    Weights.Hash(context.Model.Clone()).Should().Be(Weights.Hash(model));
                    trainer.Evaluate(data).Loss.Should().BePositive();
                }),
            ],
        });
        calls.Should().Be(2);
        Elsewhere(() => model.Predict(sample)).Should().BeNull();
        Elsewhere(() => other.Fit(data)).Should().BeNull();
    });

    [Fact]
    public void A_progress_report_may_do_what_a_callback_may() => Watchdog.Run(() =>
    {
        Sequential model = FixedTraining.Model(FixedTraining.Small);
        Dataset<int> data = FixedTraining.Data(FixedTraining.Small);
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        int calls = 0;
        trainer.Fit(data, new()
        {
            BatchSize = 125,
            Progress = new Immediate(() =>
            {
                calls++;
                model.Predict(TestData.Normals(36)).Sum().Should().BeApproximately(1, 1e-5f);
                trainer.Evaluate(data).Loss.Should().BePositive();
                trainer.CreateCheckpoint().Step.Should().Be(calls);
                model.Predict(TestData.Normals(36)).Should().HaveCount(10, "an evaluation does not end what is allowed");
            }),
        });
        calls.Should().Be(2);
        Elsewhere(() => model.Predict(TestData.Normals(36))).Should().BeNull();
    });

    [Theory]
    [InlineData("step")]
    [InlineData("validation")]
    [InlineData("evaluation in a callback")]
    public void What_is_called_within_a_step_or_an_evaluation_may_use_neither_model_nor_trainer(string when) => Watchdog.Run(() =>
    {
        Sequential model = FixedTraining.Model(FixedTraining.Small);
        Dataset<int> clean = FixedTraining.Data(FixedTraining.Small);
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        List<Exception?> seen = [];
        bool asks = true;
        Dataset<int> asking = new(new FaultySource(clean.Features, Ask), clean.Targets);
        trainer.Fit(when == "step" ? asking : clean, new()
        {
            BatchSize = 125,
            Threads = 1,
            Validation = when == "validation" ? asking : (Validation<int>?)null,
            Callbacks = when == "evaluation in a callback" ? [new AfterStep(_ => trainer.Evaluate(asking))] : [],
        });
        seen.Should().NotBeEmpty().And.AllBeOfType<InvalidOperationException>();
        trainer.Evaluate(clean).Loss.Should().BePositive();

        void Ask()
        {
            if (!asks)
                return;
            // Not again from within what is tried here.
            asks = false;
            seen.Add(Record.Exception(() => trainer.Evaluate(clean)));
            seen.Add(Record.Exception(() => trainer.CreateCheckpoint()));
            seen.Add(Record.Exception(() => model.Predict(TestData.Normals(36))));
            seen.Add(Record.Exception(() => trainer.Fit(clean)));
            asks = true;
        }
    });

    [Fact]
    public void A_callback_may_predict_while_a_checkpoint_takes_its_state()
    {
        Sequential model = FixedTraining.Model(FixedTraining.Small);
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        Probing probe = new();
        trainer.Fit(FixedTraining.Data(FixedTraining.Small), new() { BatchSize = 125, Callbacks = [probe] });
        probe.Probabilities.Should().HaveCount(10);
    }

    [Fact]
    public void An_evaluation_does_not_run_within_another_of_the_same_trainer()
    {
        Sequential model = FixedTraining.Model(FixedTraining.Small);
        Dataset<int> clean = FixedTraining.Data(FixedTraining.Small);
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        double expected = trainer.Evaluate(clean, threads: 1).Loss;
        Exception? seen = null;
        Dataset<int> asking = new(new FaultySource(clean.Features, () => seen = Record.Exception(() =>
            trainer.Evaluate(clean, threads: 1))), clean.Targets);

        trainer.Evaluate(asking, threads: 1).Loss.Should().Be(expected);
        seen.Should().BeOfType<InvalidOperationException>().Which.Message.Should()
            .StartWith("The trainer is in the middle of a step or an evaluation.");
    }

    [Fact]
    public void A_fit_does_not_start_beside_a_prediction() => Watchdog.Run(() =>
    {
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim go = new();
        Sequential model = new([4], [new FaultyLayer { OnForward = () =>
            { inside.Set(); go.Wait(); } }, new NeuralCore.Layers.Dense(2)], seed: 1);
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy(fromLogits: true));
        Task prediction = Task.Run(() => model.Predict(new float[4]));
        inside.Wait();
        trainer.Invoking(t => t.TrainStep(new float[4], [0])).Should().Throw<InvalidOperationException>()
            .WithMessage("The model is predicting on another thread*");
        go.Set();
        prediction.GetAwaiter().GetResult();
        trainer.TrainStep(new float[4], [0]);
    });

    [Theory]
    [InlineData(FixedTraining.Small)]
    [InlineData(FixedTraining.Large)]
    public void Cancelling_leaves_a_whole_number_of_steps(string size)
    {
        Dataset<int> data = FixedTraining.Data(size);
        List<string> afterStep = [];
        Sequential whole = FixedTraining.Model(size);
        using (Trainer<int> trainer = whole.Compile(new Adam(), new SparseCategoricalCrossEntropy()))
        {
            afterStep.Add(Weights.Hash(whole));
            trainer.Fit(data, FixedTraining.Options<int>(size, 2) with { Callbacks = [new AfterStep(context =>
                afterStep.Add(Weights.Hash(context.Model)))] });
        }

        Random random = new(1);
        for (int round = 0; round < 40; round++)
        {
            Sequential model = FixedTraining.Model(size);
            using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy());
            using CancellationTokenSource cancellation = new();
            int last = random.Next(afterStep.Count - 2);
            // In half of the rounds from another thread, at any moment of a step.
            bool elsewhere = round % 2 == 1;
            if (last == 0)
                cancellation.Cancel();
            Task? canceller = null;
            FluentActions.Invoking(() => trainer.Fit(data, FixedTraining.Options<int>(size, 2) with
            {
                Epochs = 1_000_000,
                CancellationToken = cancellation.Token,
                Callbacks = [new AfterStep(_ =>
                {
                    if (trainer.StepCount < last)
                        return;
                    if (elsewhere)
                        canceller ??= Task.Run(cancellation.Cancel);
                    else
                        cancellation.Cancel();
                })],
            })).Should().Throw<OperationCanceledException>();

            canceller?.Wait();
            if (!elsewhere)
                trainer.StepCount.Should().Be(last);
            if (trainer.StepCount < afterStep.Count)
                Weights.Hash(model).Should().Be(afterStep[(int)trainer.StepCount]);
            trainer.Evaluate(data).Loss.Should().BePositive("the trainer can be used again");
        }
    }

    [Fact]
    public void A_disposed_trainer_says_so_and_its_model_lives_on()
    {
        Sequential model = FixedTraining.Model(FixedTraining.Small);
        Dataset<int> data = FixedTraining.Data(FixedTraining.Small);
        Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        trainer.Fit(data, new() { Threads = 3 });
        trainer.Dispose();
        trainer.Dispose();

        trainer.Invoking(t => t.Fit(data)).Should().Throw<ObjectDisposedException>()
            .WithMessage("The trainer is disposed. Compile the model again*").Which.ObjectName.Should().Be("Trainer");
        trainer.Invoking(t => t.TrainStep(new float[36], [0])).Should().Throw<ObjectDisposedException>();
        trainer.Invoking(t => t.Evaluate(data)).Should().Throw<ObjectDisposedException>();
        model.Predict(new float[36]).Should().HaveCount(10);
        using Trainer<int> next = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        next.Fit(data);
    }

    // A thread, not a task: waiting for a task may run it right here.
    private static Exception? Elsewhere(Action action)
    {
        Exception? exception = null;
        Thread thread = new(() => exception = Record.Exception(action));
        thread.Start();
        thread.Join();
        return exception;
    }

    private sealed class Probing : Callback
    {
        private Sequential? _model;

        internal float[] Probabilities { get; private set; } = [];

        public override void OnStepEnd(FitContext context)
        {
            _model = context.Model;
            context.Trainer.CreateCheckpoint();
        }

        public override void SaveState(NeuralCore.Serialization.CallbackState state) =>
            Probabilities = _model!.Predict(TestData.Normals(36));
    }

    private sealed class Immediate(Action action) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => action();
    }

    private sealed class AfterStep(Action<FitContext> action) : Callback
    {
        public override void OnStepEnd(FitContext context) => action(context);
    }
}
