using NeuralCore.Data;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Data;

/// <summary>Images to train on and images to test on.</summary>
/// <param name="Training">The training set.</param>
/// <param name="Test">The test set.</param>
/// <param name="Origin">Whether they are MNIST.</param>
internal sealed record MnistImages(LabelledImages Training, LabelledImages Test, DataOrigin Origin);

/// <summary>Where images come from.</summary>
/// <param name="Kind"><see cref="Mnist"/> or <see cref="Synthetic"/>: the label of every result.</param>
/// <param name="Description">For display: the folder, or that the sample drew them.</param>
internal sealed record DataOrigin(string Kind, string Description)
{
    internal const string Mnist = "mnist";
    internal const string Synthetic = "synthetic";

    /// <summary>The name of a model trained on synthetic digits.</summary>
    internal const string SyntheticModel = "synthetic_digits";

    /// <summary>Whether the sample drew the digits itself, so that no figure is comparable with the report's.</summary>
    internal bool IsSynthetic => Kind == Synthetic;
}

/// <summary>Images of 28 x 28 bytes with their digits, in memory.</summary>
internal sealed class LabelledImages
{
    private static readonly Shape ImageShape = [Experiment.ImageSide, Experiment.ImageSide];

    private readonly byte[] _pixels;
    private readonly int[] _labels;

    internal LabelledImages(byte[] pixels, int[] labels)
    {
        _pixels = pixels;
        _labels = labels;
    }

    /// <summary>How many images there are.</summary>
    internal int Count => _labels.Length;

    /// <summary>The digit of an image.</summary>
    internal int Label(int index) => _labels[index];

    /// <summary>The 784 bytes of an image, row by row.</summary>
    internal ReadOnlySpan<byte> Pixels(int index) => _pixels.AsSpan(index * ImageShape.Size, ImageShape.Size);

    /// <summary>Reads one pair of files.</summary>
    /// <exception cref="InvalidDataException">A file is not valid, or the two do not match.</exception>
    internal static LabelledImages Read(string imagesPath, string labelsPath)
    {
        int[] labels = IdxReader.ReadLabels(labelsPath, Experiment.Classes);
        byte[] pixels = IdxReader.ReadImages(imagesPath, out Shape shape);
        if (shape != ImageShape)
            throw new InvalidDataException($"{imagesPath}: expected images {ImageShape}, found {shape}.");
        int count = pixels.Length / shape.Size;
        if (count != labels.Length)
        {
            throw new InvalidDataException(
                $"{imagesPath}: expected {labels.Length} images, as many as there are labels in {labelsPath}, found {count}.");
        }
        return new LabelledImages(pixels, labels);
    }

    /// <summary>The images with their class indices; the bytes are shared.</summary>
    /// <param name="shape">The shape of an image: [28, 28] or [784].</param>
    /// <param name="scale">The factor of each byte.</param>
    internal Dataset<int> As(Shape shape, float scale = ByteFeatures.DefaultScale) => Dataset.From(_pixels, shape, _labels, scale);
}
