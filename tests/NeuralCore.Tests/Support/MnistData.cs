using NeuralCore.Data;

namespace NeuralCore.Tests.Support;

/// <summary>The real MNIST, for tests that want it; they skip where it is not installed.</summary>
internal static class MnistData
{
    internal const string Variable = "NEURALCORE_DATA";

    internal const string TrainingImages = "train-images-idx3-ubyte";
    internal const string TrainingLabels = "train-labels-idx1-ubyte";
    internal const string TestImages = "t10k-images-idx3-ubyte";
    internal const string TestLabels = "t10k-labels-idx1-ubyte";

    /// <summary>The 60,000 training images, or a skip. Use in a <c>[SkippableFact]</c>.</summary>
    internal static Dataset<int> TrainingSet() => IdxReader.ReadDataset(PathOf(TrainingImages), PathOf(TrainingLabels));

    /// <summary>The 10,000 test images, or a skip. Use in a <c>[SkippableFact]</c>.</summary>
    internal static Dataset<int> TestSet() => IdxReader.ReadDataset(PathOf(TestImages), PathOf(TestLabels));

    /// <summary>Skips the test unless the folder is set.</summary>
    internal static void SkipWhenAbsent() =>
        Skip.If(
            string.IsNullOrEmpty(Folder),
            $"Set {Variable} to a folder with the four MNIST files ({TrainingImages}, ... each plain or with .gz appended).");

    /// <summary>One of the files, compressed or not, or a skip. A folder that is set but lacks the file fails the test.</summary>
    internal static string PathOf(string name)
    {
        SkipWhenAbsent();
        string path = Path.Combine(Folder!, name);
        return File.Exists(path) ? path : path + ".gz";
    }

    private static string? Folder => Environment.GetEnvironmentVariable(Variable);
}
