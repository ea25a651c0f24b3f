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

/// <summary>Two small trainings that must come out with the same bits everywhere, here and in a child process.</summary>
public static class FixedTraining
{
    /// <summary>250 samples [6, 6], batches of 64 with a smaller last one; runs on the calling thread alone.</summary>
    public const string Small = "small";

    /// <summary>4,096 samples [12, 12], batches of 500 with a smaller last one; large enough for the worker threads to be used.</summary>
    public const string Large = "large";

    public const int Classes = 10;

    public static Sequential Model(string size, bool separateActivations = false)
    {
        (int side, int units) = size == Large ? (12, 64) : (6, 24);
        Layer[] layers = separateActivations
            ? [new Flatten(), new Dense(units), new ReLU(), new Dropout(0.25), new Dense(Classes), new Softmax()]
            : [new Flatten(), new Dense(units, new ReLU()), new Dropout(0.25), new Dense(Classes, new Softmax())];
        return new Sequential([side, side], layers, seed: 42);
    }

    public static Dataset<int> Data(string size)
    {
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

    public static FitOptions<TTarget> Options<TTarget>(string size, int threads)
        where TTarget : unmanaged => new() { Epochs = 3, BatchSize = size == Large ? 500 : 64, Threads = threads };

    /// <summary>Trains with Adam and class indices.</summary>
    /// <returns>The SHA-256 of all weights.</returns>
    public static string Run(string size, int threads, bool separateActivations = false)
    {
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
