using NeuralCore.Data;
using NeuralCore.Models;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Samples.Mnist.Reporting;
using NeuralCore.Training;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>Executes one run of a sweep. Thread-safe: the data is shared and never written.</summary>
internal sealed class SweepWork(MnistImages images, SweepData data, CancellationToken cancellation)
{
    /// <summary>How many mistakes are stored.</summary>
    internal const int WorstCount = 12;

    private const int RowsAtOnce = 500;

    /// <summary>Trains, tests, and returns what the report needs. The caller adds the part and the time.</summary>
    internal RunRecord Make(PlannedRun run, TrainingDisplay display)
    {
        Sequential model = ModelFactory.Build(run.Experiment, run.Seed);
        RunOutcome outcome;
        try
        {
            outcome = new ExperimentRunner(images, display, RunFiles.None, cancellation).Run(run.Settings, model);
        }
        catch (Exception e) when (e is NonFiniteException or SampleException)
        {
            throw new SampleException(FormattableString.Invariant($"{run.Experiment.Id}, seed {run.Seed}: {e.Message}"), e);
        }
        double flops = DenseFlops.OfTraining(run.Experiment, (double)images.Training.Count * run.Epochs)
            + DenseFlops.OfScoring(run.Experiment, images.Test.Count);
        RawTraining? raw = null;
        if (run.Experiment.WasTestedOnRawPixels)
        {
            // Its time counts but its operations do not: a network whose units died on raw pixels skips most products, and counting them
            // would overstate the speed.
            raw = RawPixelTraining.Run(images, run.Settings, cancellation);
            flops += DenseFlops.OfScoring(run.Experiment, images.Test.Count);
        }
        (byte[] predictions, Mistake[] worst) = Predict(model);
        return new RunRecord
        {
            Schema = RunRecord.CurrentSchema,
            Version = data.Version,
            Experiment = run.Experiment.Id,
            Seed = run.Seed,
            Epochs = run.Epochs,
            BatchSize = run.Experiment.BatchSize,
            Data = data.Kind,
            DataSha256 = data.Sha256,
            Part = "",
            FinishedAfterSeconds = 0,
            TrainSeconds = outcome.TrainingTime.TotalSeconds,
            DenseFlops = flops,
            TestLoss = outcome.Test.Loss,
            TestAccuracy = outcome.Test.Accuracy,
            RawTestLoss = outcome.RawTest?.Loss,
            RawTestAccuracy = outcome.RawTest?.Accuracy,
            RawTraining = raw,
            WeightsSha256 = WeightsHash.Of(model),
            History = outcome.History.Epochs.Select(epoch => new EpochRecord(epoch.Training.Loss, epoch.Training.Accuracy)).ToArray(),
            Predictions = predictions,
            WorstMistakes = worst,
        };
    }

    private (byte[] Predictions, Mistake[] Worst) Predict(Sequential model)
    {
        byte[] predictions = new byte[images.Test.Count];
        List<Mistake> mistakes = [];
        FeatureSource features = images.Test.As(model.InputShape).Features;
        int[] rows = new int[RowsAtOnce];
        float[] pixels = new float[RowsAtOnce * model.InputShape.Size];
        float[] probabilities = new float[RowsAtOnce * Experiment.Classes];
        for (int first = 0; first < predictions.Length; first += RowsAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(RowsAtOnce, predictions.Length - first);
            for (int i = 0; i < count; i++)
                rows[i] = first + i;
            Span<float> input = pixels.AsSpan(0, count * model.InputShape.Size);
            features.Gather(rows.AsSpan(0, count), input);
            model.Predict(input, probabilities.AsSpan(0, count * Experiment.Classes));
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<float> row = probabilities.AsSpan(i * Experiment.Classes, Experiment.Classes);
                int predicted = OneHot.ArgMax(row);
                int truth = images.Test.Label(first + i);
                predictions[first + i] = (byte)predicted;
                if (predicted != truth)
                    mistakes.Add(new Mistake(first + i, truth, predicted, row[predicted], row[truth]));
            }
        }
        Mistake[] worst = mistakes.OrderBy(mistake => mistake.TruthProbability).ThenBy(mistake => mistake.Image)
            .Take(WorstCount).ToArray();
        return (predictions, worst);
    }
}
