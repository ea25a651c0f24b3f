using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Metrics;

/// <summary>
/// What the metrics of classification have in common. They take predictions of one output (a probability of class 1, as a sigmoid gives)
/// or of one output for each class, and targets that are class indices, 0 and 1, or one-hot rows.
/// </summary>
/// <remarks>
/// A target row's class is that of its largest value; a single target value above 0.5 is class 1. A row with a NaN prediction is of no
/// class, so it is never right.
/// </remarks>
public abstract unsafe class ClassificationMetric : MetricBase, IMetric<int>, IMetric<float>
{
    /// <summary>The class of a row whose predictions contain a NaN.</summary>
    private protected const int NoClass = -1;

    private protected ClassificationMetric(string name)
        : base(name)
    {
    }

    /// <inheritdoc/>
    void IMetric<int>.Check(Shape prediction, int targetWidth) => CheckShapes(prediction, targetWidth, 1, "one class index per row");

    /// <inheritdoc/>
    void IMetric<float>.Check(Shape prediction, int targetWidth)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        string expected = prediction.Size == 1 ? "one target value per row, 0 or 1," : "one target value for each class";
        CheckShapes(prediction, targetWidth, prediction.Size, expected);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A class index is out of range.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(in MetricPass<int> pass)
    {
        int outputs = pass.Predictions.Length / pass.Rows;
        int width = pass.RowValues.Length / pass.Rows;
        int classes = Math.Max(2, outputs);
        for (int row = 0; row < pass.Rows; row++)
        {
            int target = pass.Targets[row];
            if ((uint)target >= (uint)classes)
            {
                throw new ArgumentException(
                    $"{GetType().Name}: a target is class {target}; the predictions' classes are 0 to {classes - 1}.");
            }
            EvaluateRow(pass.Predictions.Slice(row * outputs, outputs), target, pass.RowValues.Slice(row * width, width));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(in MetricPass<float> pass)
    {
        int outputs = pass.Predictions.Length / pass.Rows;
        int width = pass.RowValues.Length / pass.Rows;
        for (int row = 0; row < pass.Rows; row++)
        {
            ReadOnlySpan<float> target = pass.Targets.Slice(row * outputs, outputs);
            EvaluateRow(
                pass.Predictions.Slice(row * outputs, outputs), Math.Max(0, PredictedClass(target)),
                pass.RowValues.Slice(row * width, width));
        }
    }

    /// <summary>Computes a row's values.</summary>
    private protected abstract void EvaluateRow(ReadOnlySpan<float> prediction, int target, Span<double> values);

    /// <summary>Checks the number of outputs; the rank has been checked.</summary>
    private protected virtual void CheckOutputs(Shape prediction)
    {
    }

    /// <summary>The number of classes that a prediction tells apart.</summary>
    private protected static int ClassesOf(Shape prediction) => Math.Max(2, prediction.Size);

    /// <summary>
    /// The class with the largest prediction, the first among equals; for one output, whether it is above the threshold.
    /// </summary>
    internal static int PredictedClass(ReadOnlySpan<float> row, float threshold = 0.5f)
    {
        if (row.Length == 1)
            return float.IsNaN(row[0]) ? NoClass : row[0] > threshold ? 1 : 0;
        fixed (float* values = &MemoryMarshal.GetReference(row))
        {
            int largest = Reductions.ArgMax(values, row.Length);
            return largest >= 0 && !float.IsNaN(row[largest]) ? largest : NoClass;
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">The threshold is NaN.</exception>
    private protected static float CheckThreshold(float threshold) => !float.IsNaN(threshold)
        ? threshold
        : throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "The threshold must be a number.");

    private void CheckShapes(Shape prediction, int targetWidth, int expectedWidth, string expectedTargets)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (prediction.Rank != 1)
        {
            throw new ShapeException(
                $"{GetType().Name}: expects a vector of one output for each class, or a single output, got predictions {prediction}. "
                + "End the network with a Dense, or use a custom IMetric.");
        }
        CheckOutputs(prediction);
        if (targetWidth != expectedWidth)
        {
            throw new ShapeException(
                $"{GetType().Name}: expects {expectedTargets} for predictions {prediction}, got {targetWidth} target values per row. "
                + $"Leave {GetType().Name} out, or use a custom IMetric.");
        }
    }
}
