using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Training;

namespace NeuralCore.CrashHost;

/// <summary>
/// A process for tests to kill or to run in another environment: <c>save FILE</c> trains and saves a checkpoint after every step until it
/// is killed, going on from the one that is there; <c>once FILE</c> saves a model of 90 KB; <c>weights</c> trains under forced collections
/// and prints a digest of the weights.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["save", var file]:
                SaveForever(file);
                return 0;
            case ["once", var file]:
                return SaveOnce(file);
            case ["weights"]:
                Console.WriteLine(Weights());
                return 0;
            default:
                Console.Error.WriteLine("usage: save FILE | once FILE | weights");
                return 2;
        }
    }

    private static void SaveForever(string file)
    {
        using Trainer<int> trainer = Compile(128);
        if (File.Exists(file))
            trainer.Restore(Checkpoint.Load(file));
        (float[] input, int[] labels) = Batch(8);
        while (true)
        {
            trainer.TrainStep(input, labels, threads: 1);
            trainer.CreateCheckpoint().Save(file);
            Console.WriteLine(trainer.StepCount.ToString(CultureInfo.InvariantCulture));
        }
    }

    // Prints the error as a test can read it.
    private static int SaveOnce(string file)
    {
        try
        {
            Compile(128).Model.Save(file);
            Console.WriteLine("saved");
            return 0;
        }
        catch (Exception e)
        {
            Console.WriteLine($"{e.GetType().Name} {e.HResult}: {e.Message}");
            return 1;
        }
    }

    private static string Weights()
    {
        bool isDone = false;
        Thread collector = new(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                GC.Collect();
                Thread.Sleep(1);
            }
        });
        collector.Start();
        using Trainer<int> trainer = Compile(32);
        (float[] input, int[] labels) = Batch(256);
        trainer.Fit(Dataset.From(input, [16], labels), new() { Epochs = 5, BatchSize = 24, Threads = 2 });
        Volatile.Write(ref isDone, true);
        collector.Join();

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Parameter parameter in trainer.Model.Parameters)
            hash.AppendData(MemoryMarshal.AsBytes(parameter.Values));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static Trainer<int> Compile(int units)
    {
        Sequential model = new([16], [new Dense(units, new ReLU()), new Dense(units, new ReLU()), new Dropout(0.2),
            new Dense(4, new Softmax())], seed: 11);
        return model.Compile(new Adam(), new SparseCategoricalCrossEntropy());
    }

    private static (float[] Input, int[] Labels) Batch(int rows)
    {
        float[] input = new float[rows * 16];
        for (int i = 0; i < input.Length; i++)
            input[i] = i * 37 % 101 / 101f;
        return (input, Enumerable.Range(0, rows).Select(row => row % 4).ToArray());
    }
}
