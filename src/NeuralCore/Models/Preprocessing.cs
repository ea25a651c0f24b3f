using NeuralCore.Data;
using NeuralCore.Layers;

namespace NeuralCore.Models;

/// <summary>Fits several preprocessing layers in a row, each on what those before it make of the training data.</summary>
public static class Preprocessing
{
    /// <summary>
    /// Fits layers in order, as scikit-learn's <c>Pipeline</c> does: a scaler after an imputer learns from the completed columns.
    /// </summary>
    /// <example>
    /// <code>
    /// new Sequential(train.InputShape,
    /// [
    ///     .. Preprocessing.Fit(train.Features, new Imputer(), new StandardScaler([0, 1]), new OneHotEncoder([2])),
    ///     new Dense(32, new ReLU()),
    ///     new Dense(3, new Softmax()),
    /// ]);
    /// </code>
    /// </example>
    /// <param name="features">The training data, without validation and test data.</param>
    /// <param name="layers">The layers, not part of a model yet. Columns are counted in the input of each.</param>
    /// <returns>The layers, fitted, to be put at the front of a model.</returns>
    /// <exception cref="ArgumentException">The data does not suit a layer; the message names layer, row and column.</exception>
    /// <exception cref="InvalidOperationException">A layer is part of a model.</exception>
    public static PreprocessingLayer[] Fit(FeatureSource features, params PreprocessingLayer[] layers)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Contains(null))
            throw new ArgumentException("A layer is null.", nameof(layers));
        FeatureSource prepared = features;
        for (int i = 0; i < layers.Length; i++)
        {
            layers[i].Fit(prepared);
            if (i + 1 < layers.Length)
                prepared = new PreparedFeatures(features, new Sequential(features.Shape, layers[..(i + 1)].Select(l => l.CloneUnbound())));
        }
        return layers;
    }

    /// <summary>Samples as a model makes them of those of a source.</summary>
    private sealed class PreparedFeatures(FeatureSource source, Sequential model) : FeatureSource(source.Count, model.OutputShape)
    {
        public override void Gather(ReadOnlySpan<int> rows, Span<float> destination)
        {
            CheckGather(rows, destination);
            float[] input = new float[rows.Length * source.Shape.Size];
            source.Gather(rows, input);
            model.Predict(input, destination[..(rows.Length * Shape.Size)]);
        }
    }
}
