using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

public class TrainerTests
{
    private const int Classes = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(5000)]
    public void Evaluate_is_the_mean_over_rows_for_any_number_of_threads(int rows)
    {
        Sequential model = Model();
        Dataset<int> data = TestData.Classes(rows, [6], Classes);
        float[] input = TestData.Normals(rows * 6);
        int[] labels = TestData.Labels(rows, Classes);
        double loss = new NaiveNetwork(WithoutDropout(model))
            .Loss(TestData.Doubles(input), TestData.Doubles(TestData.OneHotRows(labels, Classes)));
        double accuracy = OneHot.Decode(model.Predict(input), Classes).Zip(labels, (p, l) => p == l ? 1.0 : 0).Average();

        foreach (int threads in new[] { 1, 2, 5 })
        {
            using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy(), new Accuracy());
            Evaluation result = trainer.Evaluate(data, threads);
            using Trainer<int> alone = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy(), new Accuracy());
            result.Loss.Should().BeApproximately(loss, 1e-5 * loss).And.Be(alone.Evaluate(data, 1).Loss);
            result.Accuracy.Should().Be(accuracy);
            result.Metrics.Select(m => m.Name).Should().Equal("accuracy");
        }
        using Trainer<float> oneHot = model.Compile(new Sgd(), new CategoricalCrossEntropy(), new Accuracy());
        oneHot.Evaluate(data.ToOneHot(Classes)).Accuracy.Should().Be(accuracy);
    }

    [Fact]
    public void A_history_prints_as_its_last_epoch()
    {
        using Trainer<int> trainer = new Sequential([4], [new Dense(3, new Softmax())], seed: 1)
            .Compile(new Adam(), new SparseCategoricalCrossEntropy());
        TrainingHistory history = trainer.Fit(TestData.Classes(8, [4], 3), new() { Epochs = 2 });
        history.ToString().Should().Be($"2 epochs; the last: {history.Epochs[1]}");
    }

    [Fact]
    public void A_metric_that_was_not_given_is_named_in_the_error()
    {
        using Trainer<int> trainer = Model().Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        Evaluation result = trainer.Evaluate(TestData.Classes(10, [6], Classes));
        result.Invoking(r => r.Accuracy).Should().Throw<InvalidOperationException>()
            .WithMessage("There is no metric \"accuracy\". The model was compiled without metrics*");
        using Trainer<int> measured = Model().Compile(new Sgd(), new SparseCategoricalCrossEntropy(), new Accuracy());
        measured.Evaluate(TestData.Classes(10, [6], Classes)).Invoking(r => r["recall"]).Should().Throw<InvalidOperationException>()
            .WithMessage("There is no metric \"recall\". Known metrics: accuracy.*");
        result.ToString().Should().MatchRegex(@"^loss \d\.\d{4}$");
    }

    [Theory]
    [InlineData(100, 32, false, 4, 100)]
    [InlineData(100, 32, true, 3, 96)]
    [InlineData(100, 1000, false, 1, 100)]
    [InlineData(7, 1, false, 7, 7)]
    [InlineData(64, 32, false, 2, 64)]
    public void Progress_counts_steps_and_samples(int rows, int batch, bool dropLast, int steps, int samples)
    {
        List<FitProgress> reports = [];
        using Trainer<int> trainer = Model().Compile(new Sgd(), new SparseCategoricalCrossEntropy(), new Accuracy());
        TrainingHistory history = trainer.Fit(TestData.Classes(rows, [6], Classes),
            new() { Epochs = 2, BatchSize = batch, DropLastBatch = dropLast, Progress = new Reports(reports) });

        reports.Should().HaveCount(2 * steps);
        reports.Select(r => (r.Epoch, r.Step)).Should().Equal(Enumerable.Range(0, 2 * steps).Select(i => (i / steps + 1, i % steps + 1)));
        reports.Should().OnlyContain(r => r.Epochs == 2 && r.StepsPerEpoch == steps && r.SamplesPerEpoch == samples
            && r.Samples == Math.Min(r.Step * batch, samples));
        reports.Zip(reports.Skip(1), (a, b) => b.Elapsed >= a.Elapsed).Should().OnlyContain(grows => grows);
        reports[^1].Loss.Should().Be(history.Epochs[1].Training.Loss);
        reports[^1].FirstMetric.Should().Be(history.Epochs[1].Training.Accuracy);
        trainer.StepCount.Should().Be(2 * steps);
    }

    [Fact]
    public void History_counts_epochs_over_all_fits()
    {
        using Trainer<int> trainer = Model().Compile(new Adam(), new SparseCategoricalCrossEntropy(), new Accuracy());
        Dataset<int> data = TestData.Classes(200, [6], Classes);
        trainer.Fit(data, new() { Epochs = 2 }).Epochs.Select(e => e.Epoch).Should().Equal(1, 2);
        TrainingHistory second = trainer.Fit(data, new() { Epochs = 3, Validation = TestData.Classes(50, [6], Classes, seed: 8) });
        second.Epochs.Select(e => e.Epoch).Should().Equal(3, 4, 5);
        second.WasStopped.Should().BeFalse();
        second.Epochs.Should().OnlyContain(e => e.Validation != null && e.SamplesPerSecond > 0 && e.Duration > TimeSpan.Zero);
        second.Epochs[2].ToString().Should().MatchRegex(
            @"^epoch 5: loss \d\.\d{4}, accuracy \d\.\d{4}; validation loss \d\.\d{4}, accuracy \d\.\d{4}$");
    }

    [Fact]
    public void Training_figures_are_means_over_the_rows_of_an_epoch_not_over_batches()
    {
        // With a rate of 0 and no dropout every step sees the same model.
        Sequential model = WithoutDropout(Model());
        using Trainer<int> trainer = model.Compile(new Sgd(0), new SparseCategoricalCrossEntropy(), new Accuracy());
        Dataset<int> data = TestData.Classes(101, [6], Classes);
        EpochResult epoch = trainer.Fit(data, new() { BatchSize = 25 }).Epochs[0];
        Evaluation expected = trainer.Evaluate(data);
        epoch.Training.Loss.Should().BeApproximately(expected.Loss, 1e-12);
        epoch.Training.Accuracy.Should().Be(expected.Accuracy);
    }

    [Fact]
    public void A_split_validates_on_rows_that_are_not_trained_on()
    {
        Sequential model = Model();
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy(), new Accuracy());
        Dataset<int> data = TestData.Classes(100, [6], Classes);
        List<FitProgress> reports = [];
        EpochResult epoch = trainer.Fit(data, new() { Validation = Split.Tail(0.3), Progress = new Reports(reports) }).Epochs[0];

        reports[^1].SamplesPerEpoch.Should().Be(70);
        epoch.Validation!.Loss.Should().Be(trainer.Evaluate(data.Subset(Enumerable.Range(70, 30).ToArray())).Loss);
    }

    [Fact]
    public void A_subset_of_bytes_trains_as_the_same_rows_copied_out()
    {
        const int size = 6;
        Random random = new(3);
        byte[] bytes = new byte[90 * size];
        random.NextBytes(bytes);
        int[] labels = Enumerable.Range(0, 90).Select(_ => random.Next(Classes)).ToArray();
        int[] chosen = Enumerable.Range(0, 90).Where(row => row % 3 != 1).Reverse().ToArray();
        Dataset<int> subset = new Dataset<int>(new ByteFeatures(bytes, [size]), new ClassLabels(labels, Classes)).Subset(chosen).Take(50);
        int[] rows = chosen[..50];
        Dataset<int> copied = new(
            new ByteFeatures(rows.SelectMany(row => bytes[(row * size)..((row + 1) * size)]).ToArray(), [size]),
                new ClassLabels(rows.Select(row => labels[row]).ToArray(), Classes));

        foreach (bool skips in (bool[])[true, false])
        {
            FitOptions<int> options = new() { Epochs = 2, BatchSize = 16, SkipZeros = skips };
            using Trainer<int> first = Model().Compile(new Sgd(), new SparseCategoricalCrossEntropy());
            using Trainer<int> second = Model().Compile(new Sgd(), new SparseCategoricalCrossEntropy());
            first.Fit(subset, options).Epochs[^1].Training.Loss.Should().Be(second.Fit(copied, options).Epochs[^1].Training.Loss);
            first.Evaluate(copied).Loss.Should().Be(second.Evaluate(copied).Loss);
        }
    }

    [Fact]
    public void Evaluate_reads_samples_where_they_lie_as_if_they_were_gathered()
    {
        const int rows = 75;
        byte[] pixels = new byte[rows * 20];
        Random random = new(5);
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)0;
        ByteFeatures bytes = new(pixels, [20]);
        ClassLabels labels = new(Enumerable.Range(0, rows).Select(row => row % 4).ToArray(), 4);
        // A source of the user's own cannot tell where its samples lie.
        int gathered = 0;
        Dataset<int> inPlace = new(bytes, labels), copied = new(new FaultySource(bytes, () => gathered++), labels);
        int[] reversed = Enumerable.Range(0, rows).Reverse().ToArray();
        Sequential model = new([20], [new Dense(17, new ReLU()), new Dense(4, new Softmax())], seed: 3);
        using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy(), new Accuracy());

        Evaluation expected = trainer.Evaluate(copied);

        gathered.Should().BePositive();
        trainer.Evaluate(inPlace).Loss.Should().Be(expected.Loss);
        trainer.Evaluate(inPlace).Accuracy.Should().Be(expected.Accuracy);
        trainer.Evaluate(inPlace.Subset(reversed)).Loss.Should().Be(trainer.Evaluate(copied.Subset(reversed)).Loss);
    }

    [Fact]
    public void Callbacks_are_called_in_order()
    {
        List<string> calls = [];
        using Trainer<int> trainer = Model().Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        trainer.Fit(TestData.Classes(20, [6], Classes),
            new() { Epochs = 2, BatchSize = 10, Callbacks = [new Recorder("a", calls), new Recorder("b", calls)] });
        string[] expected = ["fit+", "epoch+ 1", "step", "step", "epoch- 1", "epoch+ 2", "step", "step", "epoch- 2", "fit- 2"];
        calls.Should().Equal(expected.SelectMany(call => new[] { $"a {call}", $"b {call}" }));
    }

    [Theory]
    [InlineData("fit+", 0, 0)]
    [InlineData("epoch+ 1", 0, 0)]
    [InlineData("epoch+ 2", 2, 1)]
    [InlineData("step", 1, 0)]
    [InlineData("epoch- 1", 2, 1)]
    public void Stop_ends_the_fit_without_another_step(string at, int steps, int epochs)
    {
        List<string> calls = [];
        using Trainer<int> trainer = Model().Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        TrainingHistory history = trainer.Fit(TestData.Classes(20, [6], Classes),
            new() { Epochs = 9, BatchSize = 10, Callbacks = [new Recorder("a", calls, at)] });
        trainer.StepCount.Should().Be(steps);
        trainer.EpochCount.Should().Be(epochs);
        history.Epochs.Should().HaveCount(epochs);
        history.WasStopped.Should().BeTrue();
        calls[^1].Should().Be($"a fit- {epochs}");
    }

    [Fact]
    public void A_model_without_weights_can_be_evaluated_and_stepped()
    {
        using Trainer<int> trainer = new Sequential([3], [new Softmax()]).Compile(new Adam(), new SparseCategoricalCrossEntropy());
        trainer.TrainStep([0, 0, 0], [1]).Should().BeApproximately(Math.Log(3), 1e-6);
        trainer.Fit(TestData.Classes(10, [3], 3)).Epochs.Should().HaveCount(1);
    }

    [Fact]
    public void A_callback_changes_the_learning_rate_of_the_next_step()
    {
        Sequential model = Model();
        using Trainer<int> trainer = model.Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy());
        string afterFirst = "";
        trainer.Fit(TestData.Classes(20, [6], Classes), new() { BatchSize = 10, Callbacks = [new Freezer(hash =>
            afterFirst = afterFirst.Length == 0 ? hash : afterFirst)] });
        Weights.Hash(model).Should().Be(afterFirst);
    }

    private static Sequential Model() => new([6], [new Dense(8, new ReLU()), new Dropout(0.3), new Dense(Classes, new Softmax())], seed: 2);

    private static Sequential WithoutDropout(Sequential model)
    {
        Sequential copy = new([6], [new Dense(8, new ReLU()), new Dense(Classes, new Softmax())], seed: 2);
        model.Store.Values.Span.CopyTo(copy.Store.Values.Span);
        return copy;
    }

    private sealed class Reports(List<FitProgress> reports) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => reports.Add(value);
    }

    private sealed class Freezer(Action<string> afterStep) : Callback
    {
        public override void OnStepEnd(FitContext context)
        {
            afterStep(Weights.Hash(context.Model));
            context.Trainer.LearningRate = 0;
        }
    }

    private sealed class Recorder(string name, List<string> calls, string? stopAt = null) : Callback
    {
        public override void OnFitBegin(FitContext context) => Called("fit+", context);

        public override void OnEpochBegin(FitContext context) => Called($"epoch+ {context.Epoch}", context);

        public override void OnStepEnd(FitContext context) => Called("step", context);

        public override void OnEpochEnd(FitContext context, EpochResult result) => Called($"epoch- {result.Epoch}", context);

        public override void OnFitEnd(FitContext context, TrainingHistory history) => Called($"fit- {history.Epochs.Count}", context);

        private void Called(string what, FitContext context)
        {
            calls.Add($"{name} {what}");
            if (what == stopAt)
                context.Stop();
        }
    }
}
