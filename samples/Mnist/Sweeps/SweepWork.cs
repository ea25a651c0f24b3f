using NeuralCore.Data;
using NeuralCore.Models;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Samples.Mnist.Reporting;
using NeuralCore.Training;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>Makes one run of a sweep. Any number of threads may use it at once: the data is shared and never written.</summary>
internal sealed class SweepWork(MnistImages images, SweepData data, CancellationToken cancellation)
{
    /// <summary>How many mistakes are kept.</summary>
    internal const int WorstCount = 12;

    private const int RowsAtOnce = 500;

    /// <summary>Trains, tests, and keeps what the report needs; where and when it was made is left to the caller.</summary>
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
        double flops = DenseFlops.OfTraining(run.Experiment, (double)images.Training.Count * run.Epochs) + DenseFlops.OfScoring(run.Experiment, images.Test.Count);
        RawTraining? raw = null;
        if (run.Experiment.WasTestedOnRawPixels)
        {
            // Its time counts and its operations do not: a network that died of raw pixels has little left to multiply, and would flatter the figure.
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
        return (predictions, mistakes.OrderBy(mistake => mistake.TruthProbability).ThenBy(mistake => mistake.Image).Take(WorstCount).ToArray());
    }
}
