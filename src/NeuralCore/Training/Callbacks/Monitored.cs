using NeuralCore.Metrics;

namespace NeuralCore.Training;

/// <summary>A value of an epoch that a callback monitors, and whether higher or lower is better.</summary>
public sealed class Monitored
{
    private readonly Func<EpochResult, double> _read;

    private Monitored(string name, bool higherIsBetter, Func<EpochResult, double> read)
    {
        Name = name;
        HigherIsBetter = higherIsBetter;
        _read = read;
    }

    /// <summary>The loss on the validation data: lower is better.</summary>
    public static Monitored ValidationLoss { get; } = new("validation loss", false, epoch => Validation(epoch).Loss);

    /// <summary>The loss on the training data: lower is better.</summary>
    public static Monitored TrainingLoss { get; } = new("training loss", false, epoch => epoch.Training.Loss);

    /// <summary>The value's name.</summary>
    public string Name { get; }

    /// <summary>Whether higher is better.</summary>
    public bool HigherIsBetter { get; }

    /// <summary>A metric on the validation data.</summary>
    /// <param name="metric">The metric's name: <c>accuracy</c>.</param>
    /// <param name="higherIsBetter">
    /// Whether higher is better: false for errors, such as <c>root_mean_squared_error</c>. The overload that takes the metric itself knows.
    /// </param>
    public static Monitored ValidationMetric(string metric, bool higherIsBetter = true) =>
        new($"validation {metric}", higherIsBetter, epoch => Validation(epoch)[metric]);

    /// <summary>A metric on the validation data; the metric says whether higher is better.</summary>
    /// <param name="metric">The metric, as it was given to Compile: it is found by its name.</param>
    public static Monitored ValidationMetric(IMetric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        return ValidationMetric(metric.Name, metric.HigherIsBetter);
    }

    /// <summary>A metric on the training data.</summary>
    /// <inheritdoc cref="ValidationMetric(string, bool)"/>
    public static Monitored TrainingMetric(string metric, bool higherIsBetter = true) =>
        new($"training {metric}", higherIsBetter, epoch => epoch.Training[metric]);

    /// <summary>A metric on the training data; the metric says whether higher is better.</summary>
    /// <inheritdoc cref="ValidationMetric(IMetric)"/>
    public static Monitored TrainingMetric(IMetric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        return TrainingMetric(metric.Name, metric.HigherIsBetter);
    }

    /// <summary>The value of an epoch.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <exception cref="InvalidOperationException">The fit has no validation, or the trainer has no such metric.</exception>
    public double Read(EpochResult epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        return _read(epoch);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static Evaluation Validation(EpochResult epoch) =>
        epoch.Validation ?? throw new InvalidOperationException(
            "There is no validation to monitor. Set FitOptions.Validation, or monitor Monitored.TrainingLoss.");
}
