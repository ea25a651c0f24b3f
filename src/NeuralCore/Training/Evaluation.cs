using System.Globalization;

namespace NeuralCore.Training;

/// <summary>A metric's name and its figure.</summary>
/// <param name="Name">The name: <c>accuracy</c>.</param>
/// <param name="Value">The figure: by default the mean over the rows.</param>
public readonly record struct MetricValue(string Name, double Value);

/// <summary>Loss and metrics over a dataset or an epoch.</summary>
public sealed class Evaluation
{
    internal Evaluation(double loss, params MetricValue[] metrics)
    {
        Loss = loss;
        Metrics = metrics;
    }

    /// <summary>The mean loss.</summary>
    public double Loss { get; }

    /// <summary>The figure of each metric, in the order they were given to Compile.</summary>
    public IReadOnlyList<MetricValue> Metrics { get; }

    /// <summary>The figure of the metric named <c>accuracy</c>.</summary>
    /// <exception cref="InvalidOperationException">The model was compiled without it.</exception>
    public double Accuracy => this["accuracy"];

    /// <summary>The figure of a metric.</summary>
    /// <param name="name">The metric's name.</param>
    /// <exception cref="InvalidOperationException">The model was compiled without it.</exception>
    public double this[string name]
    {
        get
        {
            foreach (MetricValue metric in Metrics)
            {
                if (metric.Name == name)
                    return metric.Value;
            }
            string known = Metrics.Count == 0
                ? "The model was compiled without metrics"
                : $"Known metrics: {string.Join(", ", Metrics.Select(metric => metric.Name))}";
            throw new InvalidOperationException($"There is no metric \"{name}\". {known}. Pass it to Compile, for example new Accuracy().");
        }
    }

    /// <summary>Loss and metrics in one line.</summary>
    public override string ToString() =>
        string.Join(", ", Metrics.Prepend(new MetricValue("loss", Loss)).Select(metric =>
            string.Create(CultureInfo.InvariantCulture, $"{metric.Name} {metric.Value:F4}")));
}
