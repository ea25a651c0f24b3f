using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace NeuralCore.Data;

/// <summary>Samples and their targets: what a model is trained and evaluated on. Immutable; any number of threads may read it.</summary>
/// <typeparam name="TTarget">
/// The type of a target value, which must be the loss's: <c>int</c> class indices or <c>float</c> rows.
/// </typeparam>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class Dataset<TTarget>
    where TTarget : unmanaged
{
    private readonly float[]? _weights;

    /// <summary>Pairs inputs with targets, row by row.</summary>
    /// <param name="features">The inputs.</param>
    /// <param name="targets">The targets; as many as there are inputs.</param>
    /// <exception cref="ArgumentException">The counts differ, or there are no samples.</exception>
    public Dataset(FeatureSource features, TargetSource<TTarget> targets)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(targets);
        if (features.Count != targets.Count)
        {
            throw new ArgumentException(
                $"There are {features.Count} samples {features.Shape} but {targets.Count} targets: "
                + "each sample needs one.", nameof(targets));
        }
        if (features.Count == 0)
            throw new ArgumentException("A data set needs at least one sample.", nameof(features));
        Features = features;
        Targets = targets;
    }

    internal Dataset(FeatureSource features, TargetSource<TTarget> targets, float[]? weights)
        : this(features, targets) => _weights = weights;

    /// <summary>The inputs.</summary>
    public FeatureSource Features { get; }

    /// <summary>The targets.</summary>
    public TargetSource<TTarget> Targets { get; }

    /// <summary>The weight of each sample; empty where every sample counts as 1.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    internal bool IsInMemory => Features.IsInMemory && Targets.IsInMemory;

    /// <summary>The number of samples; at least 1.</summary>
    public int Count => Features.Count;

    /// <summary>The shape of one input.</summary>
    public Shape InputShape => Features.Shape;

    /// <summary>The given samples in the given order, repeats allowed; the values are shared, not copied.</summary>
    /// <param name="rows">The samples wanted, each from 0 to <see cref="Count"/> - 1; at least one.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row is not in the data set.</exception>
    /// <exception cref="ArgumentException">There are no rows.</exception>
    public Dataset<TTarget> Subset(ReadOnlySpan<int> rows)
    {
        if (rows.IsEmpty)
            throw new ArgumentException("A subset needs at least one row.", nameof(rows));
        foreach (int row in rows)
            RowChecks.CheckRow(row, Count);
        int[] map = rows.ToArray();
        float[]? weights = _weights is null ? null : Array.ConvertAll(map, row => _weights[row]);
        return new Dataset<TTarget>(FeatureSubset.Of(Features, map), TargetSubset<TTarget>.Of(Targets, map), weights);
    }

    /// <summary>The first <paramref name="count"/> samples; the values are shared, not copied.</summary>
    /// <param name="count">From 1 to <see cref="Count"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1 or more than there are.</exception>
    public Dataset<TTarget> Take(int count)
    {
        if (count < 1 || count > Count)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"Expected 1 to {Count} samples, got {count}.");
        return Subset(Dataset.FirstRows(count));
    }

    /// <summary>
    /// Divides the samples in two: <c>(train, test) = data.Split(Split.Stratified(0.2))</c>. The second part is what a fit of a model with
    /// the same seed would set aside for validation by this split.
    /// </summary>
    /// <param name="split">How the second part is chosen, and its share.</param>
    /// <param name="seed">Determines the choice.</param>
    /// <returns>Both parts; each keeps the data's order and shares its values.</returns>
    /// <exception cref="ArgumentException">A part would be empty.</exception>
    /// <exception cref="NotSupportedException">The split is stratified and the targets have no classes.</exception>
    public (Dataset<TTarget> Train, Dataset<TTarget> Test) Split(Split split, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(split);
        return split.Apply(this, seed);
    }

    /// <summary>The same samples, each with a weight that its loss is multiplied by in training and evaluation.</summary>
    /// <remarks>
    /// <para>The loss of a batch is <c>Σ_i w_i l_i / rows</c>, as in Keras: it is divided by the number of rows, not by the sum of the
    /// weights as in PyTorch's cross-entropy with class weights, so weights with a mean of 1 keep the loss's scale. A weight of 0 leaves a
    /// sample out of the loss. Metrics do not use weights.</para>
    /// <para>Subsets, splits and <see cref="Dataset.ToOneHot"/> keep the weights. For weights of classes see
    /// <c>FitOptions.ClassWeights</c>.</para>
    /// </remarks>
    /// <param name="weights">One weight for each sample, finite and at least 0; copied. They replace earlier ones.</param>
    /// <exception cref="ArgumentException">
    /// The number of weights is not that of the samples, or a weight is negative or not finite; the message names the first.
    /// </exception>
    public Dataset<TTarget> WithWeights(ReadOnlySpan<float> weights)
    {
        if (weights.Length != Count)
            throw new ArgumentException($"There are {Count} samples but {weights.Length} weights: each sample needs one.", nameof(weights));
        RowChecks.CheckWeights(weights, "row");
        return new Dataset<TTarget>(Features, Targets, weights.ToArray());
    }

    /// <summary>Other targets for the same inputs, with the same weights.</summary>
    internal Dataset<TOther> WithTargets<TOther>(TargetSource<TOther> targets)
        where TOther : unmanaged => new(Features, targets, _weights);

    /// <summary>Other inputs for the same targets, with the same weights.</summary>
    internal Dataset<TTarget> WithFeatures(FeatureSource features) => new(features, Targets, _weights);

    /// <summary>The number of samples, their shape, what their targets are, and whether they have weights.</summary>
    public override string ToString()
    {
        string targets = Targets.ClassCount is int classes ? $"{classes} classes" : $"targets of {Targets.Width}";
        bool isOneHot = typeof(TTarget) == typeof(float) && Targets.ClassCount is not null;
        return $"{Count} samples {InputShape}, {targets}{(isOneHot ? " (one-hot)" : "")}{(_weights is null ? "" : ", weighted")}";
    }
}

/// <summary>Makes data sets from arrays.</summary>
public static partial class Dataset
{
    /// <summary>Pairs any inputs with any targets; the target type is inferred.</summary>
    /// <typeparam name="TTarget">The type of a target value.</typeparam>
    /// <param name="features">The inputs.</param>
    /// <param name="targets">The targets; as many as there are inputs.</param>
    /// <exception cref="ArgumentException">The counts differ, or there are no samples.</exception>
    public static Dataset<TTarget> From<TTarget>(FeatureSource features, TargetSource<TTarget> targets)
        where TTarget : unmanaged => new(features, targets);

    /// <summary>Floats with class indices.</summary>
    /// <param name="features">All inputs, row-major, used in place.</param>
    /// <param name="shape">The shape of one input.</param>
    /// <param name="labels">The class of every input, not negative; copied.</param>
    /// <exception cref="ArgumentException">The counts differ, there are no samples, or a label is negative.</exception>
    public static Dataset<int> From(float[] features, Shape shape, int[] labels)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        return new(new ArrayFeatures(features, shape), new ClassLabels(labels));
    }

    /// <summary>Floats with float targets: regression values or one-hot rows.</summary>
    /// <param name="features">All inputs, row-major, used in place.</param>
    /// <param name="shape">The shape of one input.</param>
    /// <param name="targets">All targets, row-major, used in place.</param>
    /// <param name="targetWidth">The number of values in one target.</param>
    /// <exception cref="ArgumentException">The counts differ or there are no samples.</exception>
    public static Dataset<float> From(float[] features, Shape shape, float[] targets, int targetWidth)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(targets);
        return new(new ArrayFeatures(features, shape), new ArrayTargets(targets, targetWidth));
    }

    /// <summary>Byte images with class indices; the bytes stay bytes.</summary>
    /// <param name="images">All images, one after the other, used in place.</param>
    /// <param name="shape">The shape of one image.</param>
    /// <param name="labels">The class of every image, not negative; copied.</param>
    /// <param name="scale">What each byte is multiplied by; by default 1/255.</param>
    /// <exception cref="ArgumentException">The counts differ, there are no samples, or a label is negative.</exception>
    public static Dataset<int> From(byte[] images, Shape shape, int[] labels, float scale = ByteFeatures.DefaultScale)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        return new(new ByteFeatures(images, shape, scale), new ClassLabels(labels));
    }

    /// <summary>Byte images with float targets: regression values or one-hot rows.</summary>
    /// <param name="images">All images, one after the other, used in place.</param>
    /// <param name="shape">The shape of one image.</param>
    /// <param name="targets">All targets, row-major, used in place.</param>
    /// <param name="targetWidth">The number of values in one target.</param>
    /// <param name="scale">What each byte is multiplied by; by default 1/255.</param>
    /// <exception cref="ArgumentException">The counts differ or there are no samples.</exception>
    public static Dataset<float> From(
        byte[] images, Shape shape, float[] targets, int targetWidth, float scale = ByteFeatures.DefaultScale)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(targets);
        return new(new ByteFeatures(images, shape, scale), new ArrayTargets(targets, targetWidth));
    }

    /// <summary>
    /// The same inputs and weights with one-hot rows instead of class indices; the rows are made while they are gathered.
    /// </summary>
    /// <param name="dataset">A data set of class indices, one for each sample.</param>
    /// <param name="classes">The number of classes: the width of a row.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 1.</exception>
    /// <exception cref="ArgumentException">
    /// A label is not below <paramref name="classes"/>, or a target is more than one value wide.
    /// </exception>
    public static Dataset<float> ToOneHot(this Dataset<int> dataset, int classes)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        if (dataset.Targets.Width != 1)
            throw new ArgumentException($"Expected one class index per sample, got targets of {dataset.Targets.Width}.", nameof(dataset));
        int[] labels = new int[dataset.Count];
        dataset.Targets.Gather(FirstRows(dataset.Count), labels);
        return dataset.WithTargets(new OneHotLabels(labels, classes));
    }

    internal static int[] FirstRows(int count)
    {
        int[] rows = new int[count];
        Number(rows, 0);
        return rows;
    }

    /// <summary>Writes <paramref name="first"/>, <paramref name="first"/> + 1, ... into the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Number(Span<int> rows, int first)
    {
        for (int i = 0; i < rows.Length; i++)
            rows[i] = first + i;
    }
}
