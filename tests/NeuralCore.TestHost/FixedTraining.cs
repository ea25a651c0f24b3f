using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Randomness;
using NeuralCore.Training;

namespace NeuralCore.TestHost;

/// <summary>Three small trainings that must come out with the same bits everywhere, here and in a child process.</summary>
public static class FixedTraining
{
    /// <summary>250 samples [6, 6], batches of 64 with a smaller last one; runs on the calling thread alone.</summary>
    public const string Small = "small";

    /// <summary>4,096 samples [12, 12], batches of 500 with a smaller last one; large enough for the worker threads to be used.</summary>
    public const string Large = "large";

    /// <summary>
    /// 1,500 samples [14, 14] of bytes, most of them 0, batches of 400 with a smaller last one, layers of 128 units: what MNIST looks like
    /// to the kernels.
    /// </summary>
    public const string Pixels = "pixels";

    public const int Classes = 10;

    public static Sequential Model(string size, bool separateActivations = false)
    {
        (int side, int units, int hidden) = size switch { Large => (12, 64, 1), Pixels => (14, 128, 2), _ => (6, 24, 1) };
        List<Layer> layers = [new Flatten()];
        for (int i = 0; i < hidden; i++)
            layers.AddRange(separateActivations ? [new Dense(units), new ReLU()] : (Layer[])[new Dense(units, new ReLU())]);
        layers.Add(new Dropout(0.25));
        layers.AddRange(separateActivations ? [new Dense(Classes), new Softmax()] : (Layer[])[new Dense(Classes, new Softmax())]);
        return new Sequential([side, side], layers, seed: 42);
    }

    public static Dataset<int> Data(string size)
    {
        if (size == Pixels)
            return DrawPixels();
        (int side, int count) = size == Large ? (12, 4096) : (6, 250);
        RandomStream stream = RandomStream.Derive(1, "fixed training");
        float[] features = new float[count * side * side];
        for (int i = 0; i < features.Length; i++)
            features[i] = stream.UniformAt((ulong)i);
        // A label that follows from the pixels, so that there is something to learn.
        int[] labels = new int[count];
        for (int row = 0; row < count; row++)
            labels[row] = (int)(features[row * side * side] * Classes);
        return Dataset.From(features, [side, side], labels);
    }

    private static Dataset<int> DrawPixels()
    {
        const int side = 14, count = 1500;
        RandomStream stream = RandomStream.Derive(2, "fixed training");
        byte[] pixels = new byte[count * side * side];
        for (int i = 0; i < pixels.Length; i++)
        {
            float drawn = stream.UniformAt((ulong)i);
            pixels[i] = drawn < 0.8f ? (byte)0 : (byte)(1280 * (drawn - 0.8f));
        }
        int[] labels = new int[count];
        for (int row = 0; row < count; row++)
            labels[row] = pixels[row * side * side] * Classes / 256;
        return Dataset.From(pixels, [side, side], labels);
    }

    public static FitOptions<TTarget> Options<TTarget>(string size, int threads)
        where TTarget : unmanaged => new() { Epochs = 3, BatchSize = size switch { Large => 500, Pixels => 400, _ =>
            64 }, Threads = threads };

    /// <summary>Trains with Adam and class indices.</summary>
    /// <returns>The SHA-256 of all weights.</returns>
    public static string Run(string size, int threads, bool separateActivations = false)
    {
        if (size == CompleteTraining.Name)
            return CompleteTraining.Run(threads);
        Sequential model = Model(size, separateActivations);
        using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy(), new Accuracy());
        trainer.Fit(Data(size), Options<int>(size, threads));
        return Hash(model);
    }

    public static string Hash(Sequential model)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Parameter parameter in model.Parameters)
            hash.AppendData(MemoryMarshal.AsBytes(parameter.Values));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
