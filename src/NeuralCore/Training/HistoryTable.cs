using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// A history as rows of numbers, for checkpoints: epoch, duration in ticks, samples per second, whether there is a validation, then loss
/// and metrics of training and of validation. All bits are preserved. Learning rates are stored beside it.
/// </summary>
internal static class HistoryTable
{
    private const int Heading = FitRecord.HistoryHeading;

    internal static double[] Write(IEnumerable<EpochResult> epochs, int metrics)
    {
        List<double> table = [];
        foreach (EpochResult epoch in epochs)
        {
            table.AddRange([epoch.Epoch, epoch.Duration.Ticks, epoch.SamplesPerSecond, epoch.Validation is null ? 0 : 1]);
            table.AddRange(Figures(epoch.Training, metrics));
            table.AddRange(Figures(epoch.Validation, metrics));
        }
        return table.ToArray();
    }

    internal static TrainingHistory Read(double[] table, double[]? rates, IReadOnlyList<string> metrics)
    {
        TrainingHistory history = new();
        int columns = Heading + 2 * (1 + metrics.Count);
        for (int start = 0; start + columns <= table.Length; start += columns)
        {
            ReadOnlySpan<double> row = table.AsSpan(start, columns);
            Evaluation training = Evaluation(row[Heading..], metrics);
            Evaluation? validation = row[3] == 0 ? null : Evaluation(row[(Heading + 1 + metrics.Count)..], metrics);
            history.Add(new EpochResult((int)row[0], training, validation, new TimeSpan((long)row[1]), row[2])
            {
                LearningRate = rates is null ? float.NaN : (float)rates[start / columns],
            });
        }
        return history;
    }

    private static IEnumerable<double> Figures(Evaluation? evaluation, int metrics) =>
        evaluation is null ? new double[1 + metrics] : evaluation.Metrics.Select(metric => metric.Value).Prepend(evaluation.Loss);

    private static Evaluation Evaluation(ReadOnlySpan<double> figures, IReadOnlyList<string> metrics)
    {
        double[] values = figures.Slice(1, metrics.Count).ToArray();
        return new Evaluation(figures[0], metrics.Select((name, i) => new MetricValue(name, values[i])).ToArray());
    }
}
