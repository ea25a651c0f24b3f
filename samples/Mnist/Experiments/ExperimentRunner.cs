using System.Diagnostics;
using NeuralCore.Data;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Training;

namespace NeuralCore.Samples.Mnist.Experiments;

/// <summary>Trains and tests the network of one experiment.</summary>
internal sealed class ExperimentRunner(MnistImages images, TrainingDisplay display, RunFiles files, CancellationToken cancellation)
{
    /// <summary>Trains and tests <paramref name="model"/> with the given settings.</summary>
    /// <exception cref="NonFiniteException">The loss or a weight is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was interrupted.</exception>
    internal RunOutcome Run(RunSettings settings, Sequential model)
    {
        Dataset<int> training = images.Training.As(model.InputShape);
        Dataset<int> test = images.Test.As(model.InputShape);
        Dataset<int>? raw = settings.Experiment.WasTestedOnRawPixels ? images.Test.As(model.InputShape, scale: 1) : null;
        return settings.Experiment.Loss switch
        {
            LossKind.Sparse => Run(settings, model, new SparseCategoricalCrossEntropy(), new Accuracy(), training, test, raw),
            LossKind.Categorical => Run(
                settings,
                model,
                new CategoricalCrossEntropy(),
                new Accuracy(),
                OneHot(training),
                OneHot(test),
                raw is null ? null : OneHot(raw)),
            _ => throw new InvalidOperationException($"{settings.Experiment.Id} has no loss."),
        };
    }

    private static Dataset<float> OneHot(Dataset<int> data) => data.ToOneHot(Experiment.Classes);

    private RunOutcome Run<TTarget>(
        RunSettings settings,
        Sequential model,
        Loss<TTarget> loss,
        IMetric<TTarget> accuracy,
        Dataset<TTarget> training,
        Dataset<TTarget> test,
        Dataset<TTarget>? raw)
        where TTarget : unmanaged
    {
        using Trainer<TTarget> trainer = model.Compile(settings.Experiment.CreateOptimizer(), loss, accuracy);
        Stopwatch clock = Stopwatch.StartNew();
        TrainingHistory history = Fit(settings, trainer, training);
        clock.Stop();

        // The time of a resumed run includes the epochs before it was interrupted.
        TimeSpan time = files.ResumeFrom is null
            ? clock.Elapsed
            : TimeSpan.FromTicks(history.Epochs.Sum(epoch => epoch.Duration.Ticks));
        return new RunOutcome(
            settings, model, history, time, Evaluate(trainer, test), raw is null ? null : Evaluate(trainer, raw));

        Evaluation Evaluate(Trainer<TTarget> trainer, Dataset<TTarget> data)
        {
            Evaluation result = trainer.Evaluate(data, settings.Threads, cancellation);
            return double.IsFinite(result.Loss)
                ? result
                : throw new SampleException(
                    $"The test loss is {Numbers.Plain(result.Loss)}: the trained network gives values that are not finite.");
        }
    }

    private TrainingHistory Fit<TTarget>(RunSettings settings, Trainer<TTarget> trainer, Dataset<TTarget> training)
        where TTarget : unmanaged
    {
        try
        {
            return display.Show(() => trainer.Fit(training, new()
            {
                Epochs = settings.Epochs,
                BatchSize = settings.BatchSize,
                Threads = settings.Threads,
                Progress = display,
                Callbacks = [display.Callback, .. files.Callbacks],
                ResumeFrom = files.ResumeFrom,
                CancellationToken = cancellation,
            }));
        }
        catch (Exception e) when (e is OperationCanceledException or SampleException && cancellation.IsCancellationRequested)
        {
            // After a hangup the terminal accepts no more output. The checkpoint is saved nevertheless.
            throw new OperationCanceledException(files.KeepInterrupted(trainer), e, cancellation);
        }
        catch (ArgumentException e) when (files.ResumeFrom is not null)
        {
            string[] lines = e.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            throw new SampleException($"{lines[0]} {string.Join("; ", lines.Skip(1))}", e);
        }
    }
}
