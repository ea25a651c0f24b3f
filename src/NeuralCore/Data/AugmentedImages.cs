using NeuralCore.Randomness;

namespace NeuralCore.Data;

/// <summary>
/// Images of another source that vary from epoch to epoch in training; evaluations, validation and predictions read them unchanged.
/// </summary>
/// <remarks>
/// A variant depends on the seed, the epoch and the row alone, so it is the same on any thread, and a fit resumes to the same bits. One
/// resampling does shift, rotation, scale and elastic deformation: each pixel is interpolated bilinearly from where it comes from, with 0
/// outside the image. Source of the elastic deformation: P. Simard, D. Steinkraus, J. Platt, "Best Practices for Convolutional Neural
/// Networks Applied to Visual Document Analysis", 2003.
/// </remarks>
public sealed class AugmentedImages : FeatureSource
{
    private readonly FeatureSource _source;
    private readonly ImageAugmentation _augmentation;
    private readonly ImageWarp _warp;
    private readonly long _seed;

    /// <summary>Varies the images of a source.</summary>
    /// <param name="source">The images, [height, width] or [height, width, channels].</param>
    /// <param name="augmentation">How they vary.</param>
    /// <param name="seed">Determines the variants.</param>
    /// <exception cref="ShapeException">The samples are not images.</exception>
    /// <exception cref="ArgumentException">The source varies its samples already.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public AugmentedImages(FeatureSource source, ImageAugmentation augmentation, long seed = 0)
        : base(CheckedSource(source).Count, source.Shape)
    {
        ArgumentNullException.ThrowIfNull(augmentation);
        augmentation.Check();
        _source = source;
        _augmentation = augmentation;
        _seed = seed;
        _warp = new ImageWarp(source.Shape, augmentation, RandomStream.Derive((ulong)seed, nameof(AugmentedImages)));
    }

    /// <inheritdoc/>
    public override void Gather(ReadOnlySpan<int> rows, Span<float> destination) => _source.Gather(rows, destination);

    /// <inheritdoc/>
    public override void Gather(ReadOnlySpan<int> rows, Span<float> destination, int epoch)
    {
        _source.Gather(rows, destination);
        for (int r = 0; r < rows.Length; r++)
            _warp.Apply(destination.Slice(r * Shape.Size, Shape.Size), epoch, rows[r]);
    }

    internal override string? Augmentation => FormattableString.Invariant($"{_augmentation}, seed {_seed}");

    internal override bool IsInMemory => _source.IsInMemory;

    /// <summary>The source and how its images vary.</summary>
    public override string ToString() => $"{_source}, augmented: {_augmentation}";

    private static FeatureSource CheckedSource(FeatureSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Shape.Rank is not (2 or 3))
        {
            throw new ShapeException(
                $"Images have the shape [height, width] or [height, width, channels], got {source.Shape}. "
                + "Give the data its images' shape, and put a Flatten at the front of the model.");
        }
        return source.Augmentation is null
            ? source
            : throw new ArgumentException(
                $"The source is augmented already: {source}. Put all settings into one augmentation.", nameof(source));
    }
}

/// <summary>Makes augmented data sets: <c>train.Augment(new() { Shift = 2, Rotation = 10 })</c>.</summary>
public static class AugmentedImagesExtensions
{
    /// <summary>
    /// The same samples, whose images vary from epoch to epoch in training. A validation split that a fit takes from the
    /// data is not varied.
    /// </summary>
    /// <typeparam name="TTarget">The type of a target value.</typeparam>
    /// <param name="data">Images and their targets.</param>
    /// <param name="augmentation">How the images vary.</param>
    /// <param name="seed">Determines the variants.</param>
    /// <exception cref="ShapeException">The samples are not images.</exception>
    /// <exception cref="ArgumentException">The images are augmented already.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public static Dataset<TTarget> Augment<TTarget>(this Dataset<TTarget> data, ImageAugmentation augmentation, long seed = 0)
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        return new Dataset<TTarget>(new AugmentedImages(data.Features, augmentation, seed), data.Targets);
    }
}
