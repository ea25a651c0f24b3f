namespace NeuralCore.Metrics;

/// <summary>
/// How many rows of each class were predicted to be of each class: rows of the matrix are targets, columns are predictions.
/// </summary>
public sealed class ConfusionMatrix
{
    private const int MostClasses = 1 << 14;

    private readonly long[] _counts;

    private ConfusionMatrix(int classes, IReadOnlyList<string>? classNames)
    {
        if (classes is < 2 or > MostClasses)
            throw new ArgumentException($"A confusion matrix has 2 to {MostClasses} classes, got {classes}.", nameof(classes));
        if (classNames is not null && classNames.Count != classes)
        {
            throw new ArgumentException(
                $"Expected {classes} class names, one for each class, got {classNames.Count}.", nameof(classNames));
        }
        if (classNames is not null && classNames.Contains(null))
            throw new ArgumentException("A class name is null.", nameof(classNames));
        ClassNames = [.. classNames ?? Enumerable.Range(0, classes).Select(k => FormattableString.Invariant($"{k}"))];
        _counts = new long[classes * classes];
    }

    /// <summary>The number of classes.</summary>
    public int Classes => ClassNames.Count;

    /// <summary>The classes' names; their numbers by default.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The number of rows counted.</summary>
    public long Total { get; private set; }

    /// <summary>How many rows of a class were predicted to be of a class.</summary>
    /// <param name="target">The class by the target.</param>
    /// <param name="predicted">The predicted class.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public long this[int target, int predicted]
    {
        get
        {
            CheckClass(predicted, nameof(predicted));
            return _counts[Start(target) + predicted];
        }
    }

    /// <summary>The share of rows on the diagonal.</summary>
    public double Accuracy => (double)Enumerable.Range(0, Classes).Sum(k => this[k, k]) / Total;

    /// <summary>Counts predicted classes.</summary>
    /// <param name="targets">The class of each row.</param>
    /// <param name="predicted">The predicted class of each row.</param>
    /// <param name="classNames">The classes' names; null for their numbers, up to the largest that occurs.</param>
    /// <exception cref="ArgumentException">There are no rows, the lengths differ, or a class has no name.</exception>
    public static ConfusionMatrix Of(ReadOnlySpan<int> targets, ReadOnlySpan<int> predicted, IReadOnlyList<string>? classNames = null)
    {
        if (targets.IsEmpty || targets.Length != predicted.Length)
        {
            throw new ArgumentException(
                $"There are {targets.Length} targets and {predicted.Length} predicted classes; expected one or more, and as many of each.",
                nameof(predicted));
        }
        int classes = classNames?.Count ?? Math.Max(2, 1 + Math.Max(Largest(targets), Largest(predicted)));
        ConfusionMatrix matrix = new(classes, classNames);
        for (int row = 0; row < targets.Length; row++)
            matrix.Count(targets[row], predicted[row], row);
        return matrix;
    }

    /// <summary>Counts the classes that predictions come to: the largest value's, or, of one output, whether it is above 0.5.</summary>
    /// <param name="targets">The class of each row.</param>
    /// <param name="predictions">The predictions, row-major: [rows, outputs].</param>
    /// <param name="classNames">The classes' names; null for their numbers.</param>
    /// <param name="threshold">For predictions of one output: above it a row is of class 1. Give 0 if the output is a logit.</param>
    /// <exception cref="ArgumentException">
    /// There are no rows, the lengths do not match, the names are not as many as the classes, a class is out of range, or a prediction is
    /// NaN.
    /// </exception>
    public static ConfusionMatrix Of(
        ReadOnlySpan<int> targets, ReadOnlySpan<float> predictions, IReadOnlyList<string>? classNames = null, double threshold = 0.5)
    {
        if (targets.IsEmpty || predictions.IsEmpty || predictions.Length % targets.Length != 0)
        {
            throw new ArgumentException(
                $"There are {predictions.Length} predicted values for {targets.Length} targets; "
                + "expected one or more rows with the same number of values each.", nameof(predictions));
        }
        ConfusionMatrix matrix = OfOutputs(predictions.Length / targets.Length, classNames);
        matrix.Add(targets, predictions, 0, threshold);
        return matrix;
    }

    /// <summary>Each count divided by its class's rows: the share of a class that was predicted to be of each class.</summary>
    /// <returns>[target, predicted]; each row sums to 1, or is 0 for a class without rows.</returns>
    public double[,] Normalized()
    {
        double[,] shares = new double[Classes, Classes];
        for (int target = 0; target < Classes; target++)
        {
            long support = Support(target);
            for (int predicted = 0; predicted < Classes && support > 0; predicted++)
                shares[target, predicted] = (double)this[target, predicted] / support;
        }
        return shares;
    }

    /// <summary>How many rows are of a class.</summary>
    /// <param name="class">The class.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public long Support(int @class)
    {
        long sum = 0;
        foreach (long count in _counts.AsSpan(Start(@class), Classes))
            sum += count;
        return sum;
    }

    /// <summary>How many rows were predicted to be of a class.</summary>
    /// <inheritdoc cref="Support"/>
    public long Predicted(int @class)
    {
        CheckClass(@class, nameof(@class));
        long sum = 0;
        for (int target = 0; target < Classes; target++)
            sum += _counts[target * Classes + @class];
        return sum;
    }

    /// <summary>The share of the rows predicted to be of a class that are of it; 0 if there are none.</summary>
    /// <inheritdoc cref="Support"/>
    public double Precision(int @class) => ClassFigures.Precision(this[@class, @class], Predicted(@class));

    /// <summary>The share of a class's rows that were predicted to be of it; 0 if there are none.</summary>
    /// <inheritdoc cref="Support"/>
    public double Recall(int @class) => ClassFigures.Recall(this[@class, @class], Support(@class));

    /// <summary>The harmonic mean of precision and recall; 0 if both are 0.</summary>
    /// <inheritdoc cref="Support"/>
    public double F1(int @class) => ClassFigures.F1(this[@class, @class], Predicted(@class), Support(@class));

    /// <summary>The counts as a table of at most 80 columns of text.</summary>
    public override string ToString() => ToString(80);

    /// <summary>
    /// The counts as a table that fits a width: names are cut to what there is room for, and columns that do not fit go below.
    /// </summary>
    /// <param name="width">The width of the terminal in characters; at least 30.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width is below 30.</exception>
    public string ToString(int width) => ConfusionTable.Print(this, width);

    /// <summary>A matrix without rows for a number of outputs.</summary>
    internal static ConfusionMatrix OfOutputs(int outputs, IReadOnlyList<string>? classNames) => new(Math.Max(2, outputs), classNames);

    /// <summary>Counts a block of predictions; rows in messages count from <paramref name="firstRow"/>.</summary>
    internal void Add(ReadOnlySpan<int> targets, ReadOnlySpan<float> predictions, int firstRow, double threshold)
    {
        int outputs = predictions.Length / targets.Length;
        for (int row = 0; row < targets.Length; row++)
        {
            int predicted = ClassificationMetric.PredictedClass(predictions.Slice(row * outputs, outputs), (float)threshold);
            if (predicted < 0)
                throw new ArgumentException(
                    $"The predictions of row {firstRow + row} contain NaN, so they are of no class.", nameof(predictions));
            Count(targets[row], predicted, firstRow + row);
        }
    }

    private static int Largest(ReadOnlySpan<int> classes)
    {
        int largest = 0;
        foreach (int k in classes)
            largest = Math.Max(largest, Math.Min(k, MostClasses));
        return largest;
    }

    private void Count(int target, int predicted, int row)
    {
        if ((uint)target >= (uint)Classes || (uint)predicted >= (uint)Classes)
        {
            throw new ArgumentException(
                $"Row {row} is of class {target} and predicted to be of class {predicted}; the {Classes} classes are 0 to {Classes - 1}.");
        }
        _counts[target * Classes + predicted]++;
        Total++;
    }

    private int Start(int target)
    {
        CheckClass(target, nameof(target));
        return target * Classes;
    }

    private void CheckClass(int value, string name)
    {
        if ((uint)value >= (uint)Classes)
            throw new ArgumentOutOfRangeException(name, value, $"The {Classes} classes are 0 to {Classes - 1}.");
    }
}
