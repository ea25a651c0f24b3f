using NeuralCore.Data;
using NeuralCore.Losses;
using NeuralCore.Models;

namespace NeuralCore.Training;

/// <summary>Checks that a data set fits a model and its loss.</summary>
internal static class DataChecks
{
    private const int ChunkRows = 1024;

    /// <exception cref="ShapeException">The samples or the targets have the wrong shape.</exception>
    internal static void CheckShapes<TTarget>(Sequential model, LossAndMetrics<TTarget> lossAndMetrics, Dataset<TTarget> data)
        where TTarget : unmanaged
    {
        CheckInputShape(model, data);
        if (data.Targets.Width != lossAndMetrics.TargetWidth)
        {
            throw new ShapeException(
                $"{lossAndMetrics.Loss}: expects {lossAndMetrics.TargetWidth} target values per row for predictions {model.OutputShape}, "
                + $"but the data has {data.Targets.Width}. "
                + Cause(lossAndMetrics.Loss, data));
        }
    }

    private static string Cause<TTarget>(Loss<TTarget> loss, Dataset<TTarget> data)
        where TTarget : unmanaged => loss switch
        {
            CategoricalCrossEntropy when data.Targets.Width == 1 =>
                "Are they class indices? Make them an int[] and use SparseCategoricalCrossEntropy, or one-hot rows: ToOneHot.",
            CrossEntropy<TTarget> => "Does the last layer have one unit for each class?",
            _ => "Does the last layer have one unit for each target value?",
        };

    /// <exception cref="ShapeException">The samples have the wrong shape.</exception>
    internal static void CheckInputShape<TTarget>(Sequential model, Dataset<TTarget> data)
        where TTarget : unmanaged
    {
        if (data.InputShape != model.InputShape)
        {
            throw new ShapeException(
                $"{model.Name}: expects samples {model.InputShape}, but the data has {data.InputShape}. "
                + "Build the model with the data's shape, or reshape the data.");
        }
    }

    /// <summary>
    /// Checks shapes and all targets, not only the first batch's: an invalid label late in the data must not leave a half-trained model.
    /// </summary>
    /// <exception cref="ArgumentException">A target is out of range.</exception>
    internal static void CheckAll<TTarget>(Sequential model, LossAndMetrics<TTarget> lossAndMetrics, Dataset<TTarget> data)
        where TTarget : unmanaged
    {
        CheckShapes(model, lossAndMetrics, data);
        int[] rows = new int[Math.Min(ChunkRows, data.Count)];
        TTarget[] targets = new TTarget[rows.Length * lossAndMetrics.TargetWidth];
        for (int first = 0; first < data.Count; first += ChunkRows)
        {
            int count = Math.Min(ChunkRows, data.Count - first);
            Dataset.Number(rows.AsSpan(0, count), first);
            Span<TTarget> values = targets.AsSpan(0, count * lossAndMetrics.TargetWidth);
            data.Targets.Gather(rows.AsSpan(0, count), values);
            lossAndMetrics.Loss.CheckTargets(values, model.OutputShape, first);
        }
    }
}
