using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Metrics;

/// <summary>
/// The share of rows whose largest prediction is that of the target's class; among equals the first counts. Takes class indices and one-hot
/// rows. A row with a NaN prediction counts as wrong.
/// </summary>
public sealed unsafe class Accuracy : IMetric<int>, IMetric<float>
{
    private const int NoClass = -1;

    /// <inheritdoc/>
    public string Name => "accuracy";

    /// <inheritdoc/>
    void IMetric<int>.Check(Shape prediction, int targetWidth) =>
        Check(prediction, targetWidth, expectedWidth: 1, "one class index per row");

    /// <inheritdoc/>
    void IMetric<float>.Check(Shape prediction, int targetWidth) =>
        Check(prediction, targetWidth, prediction.Size, "one target value for each class");

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(in MetricPass<int> pass)
    {
        int classes = pass.Predictions.Length / pass.Rows;
        for (int row = 0; row < pass.Rows; row++)
        {
            int predicted = ClassOf(pass.Predictions.Slice(row * classes, classes));
            pass.RowValues[row] = predicted != NoClass && predicted == pass.Targets[row] ? 1 : 0;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(in MetricPass<float> pass)
    {
        int classes = pass.Predictions.Length / pass.Rows;
        for (int row = 0; row < pass.Rows; row++)
        {
            int predicted = ClassOf(pass.Predictions.Slice(row * classes, classes));
            pass.RowValues[row] = predicted != NoClass && predicted == ClassOf(pass.Targets.Slice(row * classes, classes)) ? 1 : 0;
        }
    }

    private static int ClassOf(ReadOnlySpan<float> row)
    {
        fixed (float* values = &MemoryMarshal.GetReference(row))
        {
            int largest = Reductions.ArgMax(values, row.Length);
            return largest >= 0 && !float.IsNaN(row[largest]) ? largest : NoClass;
        }
    }

    private static void Check(Shape prediction, int targetWidth, int expectedWidth, string expectedTargets)
    {
        if (prediction.Rank != 1 || prediction.Size < 2)
        {
            throw new ShapeException(
                $"Accuracy: expects a vector of two or more classes, got predictions {prediction}. "
                + "With one output every row would count as correct: use BinaryAccuracy, "
                + "end the network with a Dense of one unit for each class, or use a custom IMetric.");
        }
        if (targetWidth != expectedWidth)
        {
            throw new ShapeException(
                $"Accuracy: expects {expectedTargets} for predictions {prediction}, got {targetWidth} target values per row. "
                + "Leave Accuracy out, or use a custom IMetric.");
        }
    }
}
