using NeuralCore.Layers;

namespace NeuralCore.Data;

/// <summary>Lets preprocessing layers learn from data: <c>new StandardScaler().Fit(train.Features)</c>.</summary>
public static class PreprocessingFit
{
    // Rows read at once; fewer where a row is large.
    private const int BlockRows = 1024;
    private const int LargestBlock = 1 << 20;

    /// <summary>Lets a layer learn from the training data what it needs: means, ranges, categories.</summary>
    /// <typeparam name="TLayer">The kind of layer.</typeparam>
    /// <param name="layer">The layer, not part of a model yet; fitting it again replaces what it learned.</param>
    /// <param name="features">
    /// The training data, without validation and test data. For several layers in a row, see <c>Preprocessing.Fit</c>.
    /// </param>
    /// <returns>The layer.</returns>
    /// <exception cref="ArgumentException">
    /// There are no rows, a listed column does not exist, has no values or holds an infinite one; the message names row and column.
    /// </exception>
    /// <exception cref="InvalidOperationException">The layer is part of a model.</exception>
    public static TLayer Fit<TLayer>(this TLayer layer, FeatureSource features)
        where TLayer : PreprocessingLayer
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(features);
        if (features.Count == 0)
            throw new ArgumentException($"{layer}: there are no rows to learn from.", nameof(features));
        layer.Fit(features.Shape, Blocks(features));
        return layer;
    }

    private static IEnumerable<ReadOnlyMemory<float>> Blocks(FeatureSource features)
    {
        int size = features.Shape.Size;
        int[] rows = new int[Math.Min(Math.Clamp(LargestBlock / size, 1, BlockRows), features.Count)];
        float[] values = new float[rows.Length * size];
        for (int first = 0; first < features.Count; first += rows.Length)
        {
            int count = Math.Min(rows.Length, features.Count - first);
            Dataset.Number(rows.AsSpan(0, count), first);
            features.Gather(rows.AsSpan(0, count), values);
            yield return values.AsMemory(0, count * size);
        }
    }
}
