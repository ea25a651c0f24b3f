using NeuralCore.Data;
using NeuralCore.Metrics;

namespace NeuralCore.Models;

/// <summary>Reports on a model's predictions of a data set. They run on the calling thread and hold a block of rows at a time.</summary>
public static class SequentialReports
{
    private const int BlockRows = 1024;

    /// <summary>Counts the predicted classes of a data set of class indices.</summary>
    /// <param name="model">The model: one output for each class, or one for the probability of class 1.</param>
    /// <param name="data">The data.</param>
    /// <param name="classNames">
    /// The classes' names; null for those of <see cref="Sequential.DataNames"/>, or their numbers if it has none.
    /// </param>
    /// <param name="threshold">For a model of one output: above it a row is of class 1. Give 0 if the output is a logit.</param>
    /// <exception cref="ArgumentException">
    /// The data does not fit the model, the names are not as many as the classes, a class is out of range, a target is not from 0 to 1, or
    /// a prediction is NaN.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The model is being trained, and this is not a callback or a progress report of that training.
    /// </exception>
    public static ConfusionMatrix ConfusionMatrix(
        this Sequential model, Dataset<int> data, IReadOnlyList<string>? classNames = null, double threshold = 0.5)
    {
        Check(model, data, targetWidth: 1, "one class index per row");
        return Count(model, data, classNames, threshold, static (targets, classes, _) => targets.CopyTo(classes));
    }

    /// <summary>Counts the predicted classes of a data set of one-hot rows, or of 0 and 1 for a model of one output.</summary>
    /// <inheritdoc cref="ConfusionMatrix(Sequential, Dataset{int}, IReadOnlyList{string}, double)"/>
    public static ConfusionMatrix ConfusionMatrix(
        this Sequential model, Dataset<float> data, IReadOnlyList<string>? classNames = null, double threshold = 0.5)
    {
        ArgumentNullException.ThrowIfNull(model);
        Check(model, data, model.OutputShape.Size, "one value for each output");
        return Count(model, data, classNames, threshold, static (targets, classes, firstRow) =>
        {
            int width = targets.Length / classes.Length;
            for (int row = 0; row < classes.Length; row++)
            {
                ReadOnlySpan<float> target = targets.Slice(row * width, width);
                CheckProbabilities(target, firstRow + row);
                classes[row] = width > 1 ? OneHot.ArgMax(target) : target[0] > 0.5f ? 1 : 0;
            }
        });
    }

    /// <summary>Precision, recall and F1 of each class, as scikit-learn's <c>classification_report</c> prints them.</summary>
    /// <inheritdoc cref="ConfusionMatrix(Sequential, Dataset{int}, IReadOnlyList{string}, double)"/>
    public static ClassificationReport ClassificationReport(
        this Sequential model, Dataset<int> data, IReadOnlyList<string>? classNames = null, double threshold = 0.5) =>
        new(model.ConfusionMatrix(data, classNames, threshold));

    /// <inheritdoc cref="ClassificationReport(Sequential, Dataset{int}, IReadOnlyList{string}, double)"/>
    public static ClassificationReport ClassificationReport(
        this Sequential model, Dataset<float> data, IReadOnlyList<string>? classNames = null, double threshold = 0.5) =>
        new(model.ConfusionMatrix(data, classNames, threshold));

    private static void Check<TTarget>(Sequential model, Dataset<TTarget> data, int targetWidth, string expected)
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        if (data.InputShape != model.InputShape)
            throw new ShapeException($"{model.Name}: expects samples {model.InputShape}, but the data has {data.InputShape}.");
        if (model.OutputShape.Rank != 1 || data.Targets.Width != targetWidth)
        {
            throw new ShapeException(
                $"{model.Name}: a report of classes expects {expected} for predictions {model.OutputShape}, "
                + $"but the data has {data.Targets.Width} target values per row.");
        }
    }

    private static ConfusionMatrix Count<TTarget>(
        Sequential model, Dataset<TTarget> data, IReadOnlyList<string>? classNames, double threshold, ClassesOf<TTarget> classesOf)
        where TTarget : unmanaged
    {
        int outputs = model.OutputShape.Size;
        ConfusionMatrix matrix = Metrics.ConfusionMatrix.OfOutputs(outputs, classNames ?? NamesOf(model));
        int block = Math.Min(BlockRows, data.Count);
        int[] rows = new int[block];
        int[] classes = new int[block];
        float[] input = new float[checked(block * model.InputShape.Size)];
        float[] predictions = new float[checked(block * outputs)];
        TTarget[] targets = new TTarget[checked(block * data.Targets.Width)];
        for (int first = 0; first < data.Count; first += block)
        {
            int count = Math.Min(block, data.Count - first);
            Dataset.Number(rows.AsSpan(0, count), first);
            Span<float> blockInput = input.AsSpan(0, count * model.InputShape.Size);
            Span<float> blockPredictions = predictions.AsSpan(0, count * outputs);
            Span<TTarget> blockTargets = targets.AsSpan(0, count * data.Targets.Width);
            data.Features.Gather(rows.AsSpan(0, count), blockInput);
            data.Targets.Gather(rows.AsSpan(0, count), blockTargets);
            model.Predict(blockInput, blockPredictions);
            classesOf(blockTargets, classes.AsSpan(0, count), first);
            matrix.Add(classes.AsSpan(0, count), blockPredictions, first, threshold);
        }
        return matrix;
    }

    private static IReadOnlyList<string>? NamesOf(Sequential model) => model.DataNames.Classes is { Count: > 0 } names ? names : null;

    // The targets of a regression have no classes; a report on them would look like one and mean nothing.
    private static void CheckProbabilities(ReadOnlySpan<float> target, int row)
    {
        foreach (float value in target)
        {
            if (!(value is >= 0 and <= 1))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"A report of classes expects targets from 0 to 1, got {value} in row {row}. ")
                    + "For a regression use RegressionReport.Of.");
            }
        }
    }

    private delegate void ClassesOf<TTarget>(ReadOnlySpan<TTarget> targets, Span<int> classes, int firstRow);
}
