using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>The data and the network that most comparisons use.</summary>
internal static class Mnist
{
    internal const string Variable = "NEURALCORE_DATA";

    internal const int Inputs = 784;
    internal const int Classes = 10;

    /// <summary>
    /// Floating-point operations of one sample of the baseline, one training step: forward and weight gradients of three layers, input
    /// gradients of two.
    /// </summary>
    internal static readonly long FlopsPerSample = TrainingFlops([Inputs, 128, 128, Classes]);

    /// <summary>The operations of the products of one sample's training step; the first layer's input needs no gradient.</summary>
    internal static long TrainingFlops(IReadOnlyList<int> widths)
    {
        long flops = 0;
        for (int i = 1; i < widths.Count; i++)
            flops += (i == 1 ? 4L : 6L) * widths[i - 1] * widths[i];
        return flops;
    }

    internal static Sequential Baseline(Shape inputShape, long seed = 42) => new(
        inputShape,
        [
            new Flatten(),
            new Dense(128, new ReLU()),
            new Dense(128, new ReLU()),
            new Dropout(0.25),
            new Dense(Classes, new Softmax()),
        ],
        seed);

    /// <summary>The folder with the four files, from the option or the environment.</summary>
    /// <exception cref="ComparisonException">There is none.</exception>
    internal static string Folder(string? option)
    {
        string? folder = option ?? Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(folder))
            throw new ComparisonException(
                $"This comparison needs MNIST: set {Variable} or --data to a folder with the four files "
                + "(train-images-idx3-ubyte and so on, plain or .gz).");
        return Path.GetFullPath(folder);
    }

    internal static Dataset<int> Training(string folder) => Read(folder, "train");

    internal static Dataset<int> Test(string folder) => Read(folder, "t10k");

    private static Dataset<int> Read(string folder, string part) =>
        IdxReader.ReadDataset(PathOf(folder, part + "-images-idx3-ubyte"), PathOf(folder, part + "-labels-idx1-ubyte"));

    private static string PathOf(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        if (File.Exists(path))
            return path;
        if (File.Exists(path + ".gz"))
            return path + ".gz";
        throw new ComparisonException($"{path} (or .gz) is not there.");
    }
}
