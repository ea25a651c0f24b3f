using System.Runtime.CompilerServices;

namespace NeuralCore.Metrics;

/// <summary>
/// What <see cref="Precision"/>, <see cref="Recall"/> and <see cref="F1Score"/> have in common: for each class they count the rows of the
/// class (support), the rows predicted to be of it, and the rows that are both (true positives).
/// </summary>
/// <remarks>
/// As in scikit-learn, a figure whose denominator is 0, such as the precision of a class that is never predicted, is 0, and averages leave
/// out classes that occur neither in the targets nor in the predictions.
/// </remarks>
public abstract class ClassCountsMetric : ClassificationMetric
{
    private readonly Averaging _average;
    private readonly int? _positiveClass;
    private readonly float _threshold;

    private protected ClassCountsMetric(string figure, Averaging average, int? positiveClass, double threshold)
        : base(NameOf(figure, average, positiveClass))
    {
        if (positiveClass is < 0)
            throw new ArgumentOutOfRangeException(nameof(positiveClass), positiveClass, "A class is at least 0.");
        if (positiveClass is not null && average != Averaging.Binary)
            throw new ArgumentException(
                $"A positive class goes with Averaging.Binary; Averaging.{average} is over all classes.", nameof(positiveClass));
        _average = SettingChecks.Defined(average, "The averaging");
        _positiveClass = positiveClass;
        _threshold = CheckThreshold((float)threshold);
    }

    /// <inheritdoc/>
    public sealed override string Settings => _threshold == 0.5f ? Name : FormattableString.Invariant($"{Name}(threshold: {_threshold})");

    /// <inheritdoc/>
    public sealed override int RowWidth(Shape prediction) => 2;

    /// <inheritdoc/>
    public sealed override int StateLength(Shape prediction) => 3 * ClassesOf(prediction);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public sealed override void Accumulate(ReadOnlySpan<double> rowValues, Span<double> state)
    {
        int classes = state.Length / 3;
        for (int i = 0; i < rowValues.Length; i += 2)
        {
            int target = (int)rowValues[i];
            int predicted = (int)rowValues[i + 1];
            state[2 * classes + target]++;
            if (predicted == NoClass)
                continue;
            state[classes + predicted]++;
            if (predicted == target)
                state[target]++;
        }
    }

    /// <inheritdoc/>
    public sealed override double Result(ReadOnlySpan<double> state, int rows)
    {
        int classes = state.Length / 3;
        ReadOnlySpan<double> hits = state[..classes], predicted = state.Slice(classes, classes), support = state[(2 * classes)..];
        if (_average == Averaging.Binary)
        {
            int positive = _positiveClass ?? 1;
            return Figure(hits[positive], predicted[positive], support[positive]);
        }
        if (_average == Averaging.Micro)
            return Figure(Total(hits), Total(predicted), Total(support));
        double sum = 0;
        double weights = 0;
        for (int k = 0; k < classes; k++)
        {
            if (predicted[k] + support[k] == 0)
                continue;
            double weight = _average == Averaging.Weighted ? support[k] : 1;
            sum += weight * Figure(hits[k], predicted[k], support[k]);
            weights += weight;
        }
        return sum / weights;
    }

    /// <summary>The figure of one class.</summary>
    private protected abstract double Figure(double truePositives, double predicted, double support);

    private protected sealed override void CheckOutputs(Shape prediction)
    {
        if (_average == Averaging.Binary && _positiveClass is null && prediction.Size > 2)
        {
            string name = GetType().Name;
            throw new ShapeException(
                $"{name}: expects two classes for Averaging.Binary, got predictions {prediction}. Choose Averaging.Macro, Micro or "
                + $"Weighted, or one class: new {name}(positiveClass: 2).");
        }
        if (_positiveClass >= ClassesOf(prediction))
        {
            throw new ShapeException(
                $"{GetType().Name}: expects more than {_positiveClass} classes for positiveClass {_positiveClass}, "
                + $"got predictions {prediction}. Classes count from 0.");
        }
    }

    private protected sealed override void EvaluateRow(ReadOnlySpan<float> prediction, int target, Span<double> values)
    {
        values[0] = target;
        values[1] = PredictedClass(prediction, _threshold);
    }

    private static double Total(ReadOnlySpan<double> counts)
    {
        double total = 0;
        foreach (double count in counts)
            total += count;
        return total;
    }

    private static string NameOf(string figure, Averaging average, int? positiveClass) => positiveClass is { } positive
        ? FormattableString.Invariant($"{figure}_class_{positive}")
        : average switch
        {
            Averaging.Macro => $"{figure}_macro",
            Averaging.Micro => $"{figure}_micro",
            Averaging.Weighted => $"{figure}_weighted",
            _ => figure,
        };
}
