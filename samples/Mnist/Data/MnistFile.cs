namespace NeuralCore.Samples.Mnist.Data;

/// <summary>One of the four files of MNIST, identified by its decompressed bytes because mirrors compress them differently.</summary>
/// <param name="Name">The name without <c>.gz</c>.</param>
/// <param name="Length">Bytes when decompressed.</param>
/// <param name="Sha256">SHA-256 of these bytes, in lower-case hexadecimal.</param>
internal sealed record MnistFile(string Name, long Length, string Sha256)
{
    internal static readonly MnistFile TrainingImages =
        new("train-images-idx3-ubyte", 47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db");

    internal static readonly MnistFile TrainingLabels =
        new("train-labels-idx1-ubyte", 60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5");

    internal static readonly MnistFile TestImages =
        new("t10k-images-idx3-ubyte", 7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7");

    internal static readonly MnistFile TestLabels =
        new("t10k-labels-idx1-ubyte", 10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2");

    // Small files first, so that a mirror with wrong bytes is detected before 10 MB are downloaded.
    internal static readonly IReadOnlyList<MnistFile> All = [TestLabels, TrainingLabels, TestImages, TrainingImages];
}
