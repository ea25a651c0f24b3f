using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Tests.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Support;

/// <summary>
/// What is promised of every fit, whatever it is made of: the same bits on any number of threads, through a checkpoint and through a file.
/// </summary>
internal sealed class Promises<TTarget>
    where TTarget : unmanaged
{
    internal required Func<Sequential> Model { get; init; }

    internal required Func<Optimizer> Optimizer { get; init; }

    internal required Loss<TTarget> Loss { get; init; }

    internal required Dataset<TTarget> Data { get; init; }

    internal IMetric<TTarget>[] Metrics { get; init; } = [];

    /// <summary>The options of a fit, made anew for each, with callbacks of its own; three epochs or more.</summary>
    internal Func<FitOptions<TTarget>> Options { get; init; } = () => new() { Epochs = 3, BatchSize = 16 };

    internal LayerFactory Layers { get; init; } = LayerFactory.BuiltIn;

    internal void ShouldHold()
    {
        (string hash, string history, _) = Fit(threads: 1);
        Weights.Hash(Model()).Should().NotBe(hash, "training changes the weights");
        foreach (int threads in new[] { 2, 3, 7 })
        {
            (string other, string otherHistory, _) = Fit(threads);
            other.Should().Be(hash, "it ran on {0} threads", threads);
            otherHistory.Should().Be(history, "it ran on {0} threads", threads);
        }
        ShouldResume(hash, history);
        ShouldSaveAndLoad();
    }

    private void ShouldResume(string hash, string history)
    {
        int stepsPerEpoch = (Data.Count + Options().BatchSize - 1) / Options().BatchSize;
        foreach (int step in new[] { 1, stepsPerEpoch, stepsPerEpoch + 1, 2 * stepsPerEpoch - 1 }.Distinct())
        {
            CheckpointAt keeper = new(step);
            FitOptions<TTarget> options = Options();
            (string kept, _, _) = Fit(2, options with { Callbacks = [.. options.Callbacks, keeper] });
            kept.Should().Be(hash);
            (string resumed, string resumedHistory, _) = Fit(1, Options() with { ResumeFrom = Load(keeper.Taken!) });
            resumed.Should().Be(hash, "it resumed after step {0}", step);
            resumedHistory.Should().Be(history, "it resumed after step {0}", step);
        }
    }

    private void ShouldSaveAndLoad()
    {
        (_, _, Sequential model) = Fit(threads: 1);
        using TemporaryFolder folder = new();
        model.Save(folder.File("model"));
        Sequential loaded = Sequential.Load(folder.File("model"), Layers);

        float[] input = new float[Data.Count * Data.InputShape.Size];
        Data.Features.Gather(Enumerable.Range(0, Data.Count).ToArray(), input);
        loaded.Summary().Should().Be(model.Summary());
        loaded.Layers.Select(layer => layer.ToString()).Should().Equal(model.Layers.Select(layer => layer.ToString()));
        Weights.Hash(loaded).Should().Be(Weights.Hash(model));
        Bits(loaded.Predict(input)).Should().Equal(Bits(model.Predict(input)));
    }

    private (string Hash, string History, Sequential Model) Fit(int threads, FitOptions<TTarget>? options = null)
    {
        Sequential model = Model();
        using Trainer<TTarget> trainer = model.Compile(Optimizer(), Loss, Metrics);
        TrainingHistory history = trainer.Fit(Data, (options ?? Options()) with { Threads = threads });
        string figures = string.Join('\n', history.Epochs.Select(epoch => Figures(epoch.Training) + Figures(epoch.Validation)));
        return (Weights.Hash(model), figures, model);
    }

    private static string Figures(Evaluation? evaluation) => evaluation is null
        ? ""
        : string.Concat(evaluation.Metrics.Select(metric => metric.Value).Prepend(evaluation.Loss).Select(value => $" {value:R}"));

    private static Checkpoint Load(Checkpoint checkpoint)
    {
        using TemporaryFolder folder = new();
        checkpoint.Save(folder.File("c"));
        return Checkpoint.Load(folder.File("c"));
    }

    private static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);

    private sealed class CheckpointAt(int step) : Callback
    {
        internal Checkpoint? Taken { get; private set; }

        public override void OnStepEnd(FitContext context)
        {
            if (context.Trainer.StepCount == step)
                Taken = context.Trainer.CreateCheckpoint();
        }
    }
}
