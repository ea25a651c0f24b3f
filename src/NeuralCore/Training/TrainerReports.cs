using NeuralCore.Data;
using NeuralCore.Metrics;
using NeuralCore.Models;

namespace NeuralCore.Training;

/// <summary>The reports of <see cref="SequentialReports"/> on a trainer's model.</summary>
public static class TrainerReports
{
    /// <summary>Counts the predicted classes of a data set of class indices.</summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="data">The data.</param>
    /// <param name="classNames">
    /// The classes' names; null for those of <see cref="Sequential.DataNames"/>, or their numbers if it has none.
    /// </param>
    /// <param name="threshold">For a model of one output: above it a row is of class 1. Give 0 if the output is a logit.</param>
    /// <exception cref="ArgumentException">
    /// The data does not fit the model, the names are not as many as the classes, a class is out of range, or a prediction is NaN.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The model is being trained, and this is not a callback or a progress report of that training.
    /// </exception>
    public static ConfusionMatrix ConfusionMatrix(
        this Trainer<int> trainer, Dataset<int> data, IReadOnlyList<string>? classNames = null, double threshold = 0.5)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        return trainer.Model.ConfusionMatrix(data, classNames, threshold);
    }

    /// <summary>Counts the predicted classes of a data set of one-hot rows, or of 0 and 1 for a model of one output.</summary>
    /// <inheritdoc cref="ConfusionMatrix(Trainer{int}, Dataset{int}, IReadOnlyList{string}, double)"/>
    public static ConfusionMatrix ConfusionMatrix(
        this Trainer<float> trainer, Dataset<float> data, IReadOnlyList<string>? classNames = null, double threshold = 0.5)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        return trainer.Model.ConfusionMatrix(data, classNames, threshold);
    }

    /// <summary>Precision, recall and F1 of each class, as scikit-learn's <c>classification_report</c> prints them.</summary>
    /// <inheritdoc cref="ConfusionMatrix(Trainer{int}, Dataset{int}, IReadOnlyList{string}, double)"/>
    public static ClassificationReport ClassificationReport(
        this Trainer<int> trainer, Dataset<int> data, IReadOnlyList<string>? classNames = null, double threshold = 0.5)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        return trainer.Model.ClassificationReport(data, classNames, threshold);
    }

    /// <inheritdoc cref="ClassificationReport(Trainer{int}, Dataset{int}, IReadOnlyList{string}, double)"/>
    public static ClassificationReport ClassificationReport(
        this Trainer<float> trainer, Dataset<float> data, IReadOnlyList<string>? classNames = null, double threshold = 0.5)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        return trainer.Model.ClassificationReport(data, classNames, threshold);
    }
}
