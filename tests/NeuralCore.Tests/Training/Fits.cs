using NeuralCore.Data;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Tests.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary>
/// A small fit with everything in it that a checkpoint must carry: dropout, momentum, a split, a short last batch, early stopping.
/// </summary>
internal static class Fits
{
    internal const int StepsPerEpoch = 8;

    internal static FitOptions<int> Options(int epochs = 6) => new()
    {
        Epochs = epochs,
        BatchSize = 24,
        Threads = 2,
        Validation = Split.Stratified(0.1),
        Callbacks = [new EarlyStopping(patience: 100)],
    };

    internal static Trainer<int> Compile(Sequential model, Optimizer? optimizer = null) =>
        model.Compile(optimizer ?? new Adam(0.01f), new SparseCategoricalCrossEntropy(), new Accuracy());

    /// <summary>What an uninterrupted fit comes to.</summary>
    internal static (uint[] Weights, TrainingHistory History, long Steps) Whole(Optimizer? optimizer = null,
        FitOptions<int>? options = null)
    {
        Sequential model = TestModels.Small();
        using Trainer<int> trainer = Compile(model, optimizer);
        TrainingHistory history = trainer.Fit(TestModels.Data(), options ?? Options());
        return (TestModels.Bits(model), history, trainer.StepCount);
    }

    /// <summary>Cancels a fit after so many steps, and returns the trainer as the exception left it.</summary>
    internal static Trainer<int> CancelAfter(int steps, Optimizer? optimizer = null, FitOptions<int>? options = null)
    {
        using CancellationTokenSource source = new();
        Trainer<int> trainer = Compile(TestModels.Small(), optimizer);
        int count = 0;
        Immediate progress = new(() =>
        {
            if (++count == steps)
                source.Cancel();
        });
        Action fit = () => trainer.Fit(TestModels.Data(),
            (options ?? Options()) with { Progress = progress, CancellationToken = source.Token });
        fit.Should().Throw<OperationCanceledException>();
        return trainer;
    }

    internal static Checkpoint ThroughDisk(Checkpoint checkpoint)
    {
        using TemporaryFolder folder = new();
        checkpoint.Save(folder.File("c"));
        return Checkpoint.Load(folder.File("c"));
    }

    internal static void ShouldEqual(this TrainingHistory found, TrainingHistory expected)
    {
        found.Epochs.Select(Figures).Should().Equal(expected.Epochs.Select(Figures));
        found.WasStopped.Should().Be(expected.WasStopped);

        // All digits of every double.
        static string Figures(EpochResult epoch) => string.Join(
            " ", new[] { epoch.Training, epoch.Validation }.SelectMany(e => e is null ? [] : e.Metrics.Select(m =>
                m.Value).Prepend(e.Loss)).Prepend(epoch.Epoch).Select(v => v.ToString("R")));
    }

    internal sealed class Immediate(Action action) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => action();
    }
}
