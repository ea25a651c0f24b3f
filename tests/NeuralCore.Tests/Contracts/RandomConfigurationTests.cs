using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Serialization;
using NeuralCore.Tests.Serialization;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Contracts;

/// <summary>The promises of every fit hold for any combination of what the library offers: combinations drawn at random.</summary>
public class RandomConfigurationTests
{
    public static TheoryData<int> Seeds => new(Enumerable.Range(0, Long.Times(20, 1000)));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Any_training_keeps_the_promises(int seed)
    {
        RandomConfiguration draw = new(seed);
        int rows = draw.Integer(2, 90);
        (FeatureSource features, Func<Layer[]> first) = draw.Features(rows);
        int classes = draw.Integer(3, 9);
        int[] labels = Enumerable.Range(0, rows).Select(_ => draw.Integer(0, classes - 1)).ToArray();
        float[] values = Enumerable.Range(0, rows * classes).Select(_ => draw.Real(0, 1)).ToArray();
        bool logits = draw.Chance(0.5);
        float smoothing = draw.Chance(0.5) ? 0 : draw.Real(0, 0.5);
        Dataset<int> ofClasses = new(features, new ClassLabels(labels, classes));
        Dataset<float> ofValues = new(features, new ArrayTargets(values, classes));
        Activation? Probabilities() => logits ? null : new Softmax();
        Activation? Each() => logits ? null : new Sigmoid();

        Action check = draw.OneOf<Action>(
            () => Check(draw, ofClasses, first, () => new(classes, Probabilities()), new SparseCategoricalCrossEntropy(logits, smoothing),
                new Accuracy(), new RocAuc(), new LogLoss(logits), new F1Score(Averaging.Macro), new TopKAccuracy(2)),
            () => Check(draw, ofClasses.ToOneHot(classes), first, () => new(classes, Probabilities()),
                new CategoricalCrossEntropy(logits, smoothing), new AveragePrecision(), new ExpectedCalibrationError(logits)),
            () => Check(draw, ofValues, first, () => new(classes, Each()), new BinaryCrossEntropy(logits)),
            () => Check(draw, ofValues, first, () => new(classes, logits ? null : new Softplus()), new Poisson(logits)),
            () => Check(draw, ofValues, first, () => new(2 * classes), new Quantile(0.1f, 0.5f)),
            () => Check(draw, ofValues, first, () => new(classes),
                draw.OneOf<Loss<float>>(() => new Huber(0.5f), () => new LogCosh(), () => new MeanAbsoluteError(),
                    () => new MeanSquaredError()),
                new R2Score(), new RootMeanSquaredError()));
        check();
    }

    private static Action Check<TTarget>(
        RandomConfiguration draw, Dataset<TTarget> data, Func<Layer[]> first, Func<Dense> last, Loss<TTarget> loss,
        params IMetric<TTarget>[] metrics)
        where TTarget : unmanaged
    {
        if (draw.Chance(0.5))
            data = data.WithWeights(Enumerable.Range(0, data.Count).Select(_ => draw.Real(0, 2)).ToArray());
        int seed = draw.Integer(0, int.MaxValue - 1);
        int epochs = draw.Integer(1, 4);
        FitOptions<TTarget> options = new()
        {
            Epochs = epochs,
            BatchSize = draw.Integer(1, Math.Max(1, data.Count / 2)),
            Shuffle = draw.Chance(0.8),
            DropLastBatch = draw.Chance(0.2),
            Schedule = draw.Chance(0.5) ? draw.Schedule() : null,
            Validation = draw.Chance(0.5) ? (Validation<TTarget>)Split.Shuffled(0.3) : null,
        };
        Run Fit(int threads, TextWriter? log = null, Callback[]? more = null, Checkpoint? from = null)
        {
            Sequential model = new(data.InputShape, new RandomConfiguration(seed).Layers(first(), last()), seed);
            using Trainer<TTarget> trainer = model.Compile(new RandomConfiguration(seed).Optimizer(), loss, metrics);
            Callback[] callbacks = new RandomConfiguration(seed).Callbacks(options.Schedule is not null, epochs);
            TrainingHistory history = trainer.Fit(
                data, options with { Threads = threads, Log = log, Callbacks = [.. callbacks, .. more ?? []], ResumeFrom = from });
            return new Run(Weights.Hash(model), history, trainer.StepCount, model);
        }

        return () =>
        {
            Run run = Fit(threads: 1);
            run.ShouldBe(Fit(draw.Integer(2, 7), log: new StringWriter()));

            using TemporaryFolder folder = new();
            run.ShouldBe(Fit(2, more: [new ModelCheckpoint(folder.Path, keep: 1000, everySteps: 1)]));
            string[] checkpoints = Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal).ToArray();
            run.ShouldBe(Fit(3, from: Checkpoint.Load(checkpoints[draw.Integer(0, checkpoints.Length - 1)])));

            float[] input = new float[data.Count * data.InputShape.Size];
            data.Features.Gather(Enumerable.Range(0, data.Count).ToArray(), input);
            uint[] predictions = Bits(run.Model.Predict(input));
            run.Model.Save(folder.File("model"));
            Bits(Sequential.Load(folder.File("model")).Predict(input)).Should().Equal(predictions);
            Bits(run.Model.Clone().Predict(input)).Should().Equal(predictions);
            run.Model.Predict(input).Should().OnlyContain(value => float.IsFinite(value));
        };
    }

    private static uint[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToUInt32Bits);

    private sealed record Run(string Weights, TrainingHistory History, long Steps, Sequential Model)
    {
        internal void ShouldBe(Run other)
        {
            other.Weights.Should().Be(Weights);
            other.Steps.Should().Be(Steps);
            other.History.WasStopped.Should().Be(History.WasStopped);
            other.History.Epochs.Select(Figures).Should().Equal(History.Epochs.Select(Figures));
        }

        private static string Figures(EpochResult epoch) => string.Join(
            " ", new[] { epoch.Training, epoch.Validation }.SelectMany(e => e is null ? [] : e.Metrics.Select(m =>
                m.Value).Prepend(e.Loss)).Prepend(epoch.LearningRate).Select(v => v.ToString("R")));
    }
}
