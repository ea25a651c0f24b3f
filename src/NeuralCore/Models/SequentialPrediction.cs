using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Numerics;

namespace NeuralCore.Models;

/// <summary>Predicts whole data sets: <c>model.Predict(data)</c>, <c>model.PredictClasses(data)</c>.</summary>
/// <remarks>
/// Rows are read from their source block by block and predicted on several threads, with the bits that
/// <see cref="Sequential.Predict(ReadOnlySpan{float}, Span{float})"/> gives each of them alone. The threads end with the call.
/// </remarks>
public static class SequentialPrediction
{
    /// <summary>Predicts all rows of a source, or of an array of rows, into a new array.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">
    /// The inputs: any source, or rows as <c>float[,]</c>, <c>double[,]</c>, <c>float[][]</c> or <c>double[][]</c>.
    /// </param>
    /// <param name="threads">
    /// The number of threads, at most 1,024; 0 for one per processor. The result is the same for any number.
    /// </param>
    /// <param name="cancellationToken">Ends the prediction early.</param>
    /// <returns>The predictions, one row after the other.</returns>
    /// <exception cref="ShapeException">The inputs have another shape than the model's.</exception>
    /// <exception cref="ArgumentException">The predictions do not fit in one array.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is out of range.</exception>
    /// <exception cref="OperationCanceledException">The prediction was cancelled.</exception>
    /// <exception cref="InvalidOperationException">
    /// The model is being trained, and this is not a callback or a progress report of that training.
    /// </exception>
    public static float[] Predict(
        this Sequential model, FeatureSource features, int threads = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        long length = (long)features.Count * model.OutputShape.Size;
        if (length > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{model.Name}: {features.Count} predictions {model.OutputShape} do not fit in one array. Predict a part at a time, "
                + "such as Subset of the data.", nameof(features));
        }
        float[] output = new float[length];
        Run(model, features, threads, cancellationToken, (first, predictions) =>
            predictions.CopyTo(output.AsSpan(first * model.OutputShape.Size)));
        return output;
    }

    /// <summary>Predicts the inputs of a data set; its targets are not read.</summary>
    /// <typeparam name="TTarget">The type of a target value.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="data">The data set.</param>
    /// <param name="threads">The number of threads, at most 1,024; 0 for one per processor.</param>
    /// <param name="cancellationToken">Ends the prediction early.</param>
    /// <inheritdoc cref="Predict(Sequential, FeatureSource, int, CancellationToken)"/>
    public static float[] Predict<TTarget>(
        this Sequential model, Dataset<TTarget> data, int threads = 0, CancellationToken cancellationToken = default)
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        return model.Predict(data.Features, threads, cancellationToken);
    }

    /// <summary>
    /// The most likely class of each row: the index of its largest output (<see cref="OneHot.ArgMax"/>). For a model with one output, a
    /// probability as a sigmoid gives it: 1 where it is above 0.5, else 0.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="features">
    /// The inputs: any source, or rows as <c>float[,]</c>, <c>double[,]</c>, <c>float[][]</c> or <c>double[][]</c>.
    /// </param>
    /// <param name="threads">
    /// The number of threads, at most 1,024; 0 for one per processor. The result is the same for any number.
    /// </param>
    /// <param name="cancellationToken">Ends the prediction early.</param>
    /// <returns>One class for each row.</returns>
    /// <exception cref="ShapeException">
    /// The inputs have another shape than the model's, or the model's output is no vector of classes.
    /// </exception>
    /// <exception cref="OperationCanceledException">The prediction was cancelled.</exception>
    /// <exception cref="InvalidOperationException">
    /// The model is being trained, and this is not a callback or a progress report of that training.
    /// </exception>
    public static int[] PredictClasses(
        this Sequential model, FeatureSource features, int threads = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        int outputs = ClassOutputs(model);
        int[] classes = new int[features.Count];
        Run(model, features, threads, cancellationToken, (first, predictions) =>
            ToClasses(predictions, outputs, classes.AsSpan(first)));
        return classes;
    }

    /// <summary>The most likely class of each row of a data set; its targets are not read.</summary>
    /// <typeparam name="TTarget">The type of a target value.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="data">The data set.</param>
    /// <param name="threads">The number of threads, at most 1,024; 0 for one per processor.</param>
    /// <param name="cancellationToken">Ends the prediction early.</param>
    /// <inheritdoc cref="PredictClasses(Sequential, FeatureSource, int, CancellationToken)"/>
    public static int[] PredictClasses<TTarget>(
        this Sequential model, Dataset<TTarget> data, int threads = 0, CancellationToken cancellationToken = default)
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        return model.PredictClasses(data.Features, threads, cancellationToken);
    }

    /// <summary>The most likely class of one sample or of each of a batch, predicted on the calling thread.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">One or more samples, row-major, one after the other.</param>
    /// <returns>One class for each sample.</returns>
    /// <exception cref="ArgumentException">The length is not that of whole samples.</exception>
    /// <exception cref="ShapeException">The model's output is not a vector of classes.</exception>
    /// <exception cref="InvalidOperationException">
    /// The model is being trained, and this is not a callback or a progress report of that training.
    /// </exception>
    public static int[] PredictClasses(this Sequential model, ReadOnlySpan<float> input)
    {
        ArgumentNullException.ThrowIfNull(model);
        int outputs = ClassOutputs(model);
        float[] predictions = model.Predict(input);
        int[] classes = new int[predictions.Length / outputs];
        ToClasses(predictions, outputs, classes);
        return classes;
    }

    private static void Run(Sequential model, FeatureSource features, int threads, CancellationToken cancellation, PredictionSink sink)
    {
        ArgumentNullException.ThrowIfNull(model);
        WorkerTeam.CheckThreads(threads, nameof(threads));
        if (features.Shape != model.InputShape)
        {
            throw new ShapeException(
                $"{model.Name}: expects samples {model.InputShape}, but the inputs have {features.Shape}. Do they hold a column that the "
                + "model was not trained on, such as the label?");
        }
        model.Lock.EnterRead();
        try
        {
            PredictionStep.Run(model, features, threads, sink, cancellation);
        }
        finally
        {
            model.Lock.ExitRead();
        }
    }

    private static int ClassOutputs(Sequential model)
    {
        Layer last = model.ExpandedLayers[^1];
        if (model.OutputShape.Rank != 1)
            throw new ShapeException($"{model.Name}: predicts {model.OutputShape}; classes need a vector with one output for each.");
        if (model.OutputShape.Size == 1 && last is Dense)
        {
            throw new ShapeException(
                $"{model.Name}: the only output, of {last.Name}, is not a probability, so it has no class. "
                + "Add a Sigmoid behind it, or use Predict.");
        }
        return model.OutputShape.Size;
    }

    private static void ToClasses(ReadOnlySpan<float> predictions, int outputs, Span<int> classes)
    {
        for (int row = 0; row < predictions.Length / outputs; row++)
            classes[row] = outputs == 1 ? predictions[row] > 0.5f ? 1 : 0 : OneHot.ArgMax(predictions.Slice(row * outputs, outputs));
    }
}
