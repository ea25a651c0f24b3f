using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Tests.Support;
using NeuralCore.Tests.Training;
using NeuralCore.Training;

namespace NeuralCore.Tests.Metrics;

/// <summary>Fits with every metric at once: thread counts, checkpoints in the middle of an epoch, files, early stopping.</summary>
public class MetricPromisesTests
{
    private static IMetric<int>[] Many =>
    [
        new RocAuc(), new Accuracy(), new F1Score(Averaging.Macro), new Precision(Averaging.Weighted), new Recall(positiveClass: 1),
        new TopKAccuracy(2), new LogLoss(), new ExpectedCalibrationError(), new AveragePrecision(),
    ];

    [Fact]
    public void They_hold_for_many_metrics_of_classification() => new Promises<int>
    {
        Model = () => new Sequential([12], [new Dense(9, new ReLU()), new Dense(4, new Softmax())], seed: 3),
        Optimizer = () => new Adam(0.01f),
        Loss = new SparseCategoricalCrossEntropy(),
        Data = TestData.Classes(70, [12], 4),
        Metrics = Many,
        Options = () => new() { Epochs = 3, BatchSize = 16, Validation = Split.Shuffled(0.3) },
    }.ShouldHold();

    [Fact]
    public void They_hold_for_one_hot_rows() => new Promises<float>
    {
        Model = () => new Sequential([12], [new Dense(9, new ReLU()), new Dense(3, new Softmax())], seed: 3),
        Optimizer = () => new Sgd(0.1f),
        Loss = new CategoricalCrossEntropy(),
        Data = TestData.Classes(70, [12], 3).ToOneHot(3),
        Metrics = [new R2Score(), new RootMeanSquaredError(), new MeanAbsoluteErrorMetric(), new MeanSquaredErrorMetric(), new RocAuc(),
            new BinaryAccuracy()],
    }.ShouldHold();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    public void Evaluation_gives_the_same_bits_on_any_number_of_threads_over_several_chunks(int classes)
    {
        Dataset<int> data = TestData.Classes(9001, [5], Math.Max(2, classes));
        Sequential model = new([5], [new Dense(Math.Max(3, classes), new Softmax())], seed: 2);
        using Trainer<int> trainer = model.Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy(), Many);
        string expected = Figures(trainer.Evaluate(data, threads: 1));
        for (int threads = 2; threads <= 7; threads++)
            Figures(trainer.Evaluate(data, threads)).Should().Be(expected, "it ran on {0} threads", threads);

        // What the spans of the predictions give, in blocks of other sizes.
        float[] input = new float[9001 * 5];
        int[] labels = new int[9001];
        int[] rows = Enumerable.Range(0, 9001).ToArray();
        data.Features.Gather(rows, input);
        data.Targets.Gather(rows, labels);
        Evaluation evaluation = trainer.Evaluate(data);
        foreach (IMetric<int> metric in Many)
            metric.Compute(labels, model.Predict(input)).Should().Be(evaluation[metric.Name], metric.Name);
    }

    [Fact]
    public void A_checkpoint_of_means_has_the_format_of_before_and_one_with_states_is_read_and_checked()
    {
        Checkpoint means = Take([new Accuracy()]);
        means.Fit!.StateLengths.Should().BeNull();
        means.Fit.Sums.Should().HaveCount(2);

        Checkpoint states = Fits.ThroughDisk(Take([new Accuracy(), new RocAuc(), new F1Score(Averaging.Macro)]));
        states.Fit!.StateLengths.Should().Equal(1, 2 * 16 * (1 + 3), 3 * 3);
        states.Fit.Samples.Should().Be(32);

        using Trainer<int> other = Compile([new Accuracy(), new RocAuc(), new F1Score(Averaging.Micro)]);
        FluentActions.Invoking(() => other.Fit(Data(), Options() with { ResumeFrom = states })).Should().Throw<ArgumentException>()
            .WithMessage("*metrics: accuracy, roc_auc, f1_macro in the checkpoint, accuracy, roc_auc, f1_micro now*");
    }

    [Fact]
    public void A_threshold_that_has_changed_is_named()
    {
        Checkpoint states = Take([new BinaryLike(0.5f)]);
        using Trainer<int> other = Compile([new BinaryLike(0.25f)]);
        FluentActions.Invoking(() => other.Fit(Data(), Options() with { ResumeFrom = states })).Should().Throw<ArgumentException>()
            .WithMessage("*metrics: like(0.5) in the checkpoint, like(0.25) now*");
    }

    [Fact]
    public void A_state_of_the_wrong_length_is_refused()
    {
        Checkpoint states = Take([new RocAuc()]);
        foreach (int[]? lengths in new int[]?[] { null, [127], [129], [-1], [128, 0], [] })
        {
            using Trainer<int> trainer = Compile([new RocAuc()]);
            FluentActions.Invoking(() => trainer.Fit(Data(), Options() with { ResumeFrom = Fits.ThroughDisk(With(states, lengths)) }))
                .Should().Throw<Exception>().Which.Should().Match(thrown => thrown is InvalidDataException || thrown is ArgumentException);
        }
    }

    [Fact]
    public void Progress_shows_the_first_metric_so_far_unless_it_needs_all_rows()
    {
        double[] Reported(IMetric<int> metric)
        {
            List<double> found = [];
            using Trainer<int> trainer = Compile([metric]);
            Each report = new(progress => found.Add(progress.FirstMetric));
            TrainingHistory history = trainer.Fit(Data(), Options() with { Progress = report });
            found.Add(history.Epochs[^1].Training[metric.Name]);
            return found.ToArray();
        }

        double[] f1 = Reported(new F1Score(Averaging.Macro));
        f1[^2].Should().Be(f1[^1]).And.BeGreaterThan(0);
        double[] auc = Reported(new RocAuc());
        auc[..^1].Should().AllBeEquivalentTo(double.NaN);
        auc[^1].Should().BeInRange(0, 1);
    }

    [Fact]
    public void Early_stopping_follows_a_metric_in_its_direction()
    {
        Monitored.ValidationMetric(new RocAuc()).HigherIsBetter.Should().BeTrue();
        Monitored.TrainingMetric(new LogLoss()).HigherIsBetter.Should().BeFalse();
        foreach (IMetric metric in new IMetric[] { new LogLoss(), new RocAuc() })
        {
            EarlyStopping stopping = new(patience: 2, monitor: Monitored.ValidationMetric(metric));
            using Trainer<int> trainer = Compile([new RocAuc(), new LogLoss()]);
            TrainingHistory history = trainer.Fit(Data(), Options() with
            {
                Epochs = 12,
                Validation = Split.Shuffled(0.3),
                Callbacks = [stopping],
            });
            double[] values = history.Epochs.Select(epoch => epoch.Validation![metric.Name]).ToArray();
            stopping.BestValue.Should().Be(metric.HigherIsBetter ? values.Max() : values.Min());
        }
    }

    private static string Figures(Evaluation evaluation) => string.Join(' ', evaluation.Metrics.Select(metric => $"{metric.Value:R}"));

    private static Dataset<int> Data() => TestData.Classes(70, [6], 3);

    private static FitOptions<int> Options() => new() { Epochs = 2, BatchSize = 16, Threads = 2 };

    private static Trainer<int> Compile(IMetric<int>[] metrics) => new Sequential([6], [new Dense(3, new Softmax())], seed: 1)
        .Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy(), metrics);

    // After two batches of the first epoch.
    private static Checkpoint Take(IMetric<int>[] metrics)
    {
        Taker taker = new();
        using Trainer<int> trainer = Compile(metrics);
        trainer.Fit(Data(), Options() with { Callbacks = [taker] });
        return taker.Taken!;
    }

    private static Checkpoint With(Checkpoint original, int[]? lengths)
    {
        FitRecord fit = original.Fit!;
        return new Checkpoint
        {
            Step = original.Step,
            Epoch = original.Epoch,
            LearningRate = original.LearningRate,
            Model = original.Model,
            Optimizer = original.Optimizer,
            Loss = original.Loss,
            Weights = original.Weights,
            Slots = original.Slots,
            StepState = original.StepState,
            Fit = new FitRecord
            {
                Settings = fit.Settings,
                Batch = fit.Batch,
                Samples = fit.Samples,
                Sums = fit.Sums,
                StateLengths = lengths,
                EpochHasBegun = fit.EpochHasBegun,
                Duration = fit.Duration,
                History = [],
                Callbacks = fit.Callbacks,
            },
        };
    }

    private sealed class Taker : Callback
    {
        internal Checkpoint? Taken { get; private set; }

        public override void OnStepEnd(FitContext context)
        {
            if (context.Trainer.StepCount == 2)
                Taken = context.Trainer.CreateCheckpoint();
        }
    }

    private sealed class Each(Action<FitProgress> report) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => report(value);
    }

    private sealed class BinaryLike(float threshold) : IMetric<int>
    {
        public string Name => "like";

        public string Settings => FormattableString.Invariant($"like({threshold})");

        public void Evaluate(in MetricPass<int> pass) => pass.RowValues.Fill(threshold);
    }
}
