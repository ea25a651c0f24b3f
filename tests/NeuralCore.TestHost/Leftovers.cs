using System.Diagnostics;
using System.Runtime.CompilerServices;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Training;

namespace NeuralCore.TestHost;

/// <summary>What stays behind in a process after training: busy threads, forgotten threads, memory.</summary>
internal static class Leftovers
{
    /// <summary>The processor time, in milliseconds, of 300 ms after a training whose trainer is still there.</summary>
    internal static double IdleMilliseconds(string size, int threads)
    {
        using Trainer<int> trainer = FixedTraining.Model(size).Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        trainer.Fit(FixedTraining.Data(size), FixedTraining.Options<int>(size, threads));
        // The threads fall asleep, and the runtime ends its recompiling.
        Thread.Sleep(300);
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        Thread.Sleep(300);
        return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds;
    }

    /// <summary>Builds, trains and forgets models without disposing their trainers.</summary>
    /// <returns>By how many threads and bytes the process has grown after a forced collection.</returns>
    internal static (int Threads, long Bytes) OfForgotten(int models, int threads)
    {
        TrainAndForget(10, threads);
        Collect();
        int threadsBefore = Process.GetCurrentProcess().Threads.Count;
        long bytesBefore = GC.GetTotalMemory(forceFullCollection: true);
        TrainAndForget(models, threads);
        Collect();
        return (Process.GetCurrentProcess().Threads.Count - threadsBefore, GC.GetTotalMemory(forceFullCollection: true) - bytesBefore);
    }

    /// <summary>Takes a step on more threads than the system starts, and one on a single thread after it.</summary>
    /// <returns>What the first of them threw, and by how many threads the process has grown.</returns>
    internal static (string Message, int Threads) OfTooManyThreads(int threads)
    {
        using Trainer<int> trainer = FixedTraining.Model(FixedTraining.Small).Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        float[] input = new float[36];
        trainer.TrainStep(input, [1], threads: 2);
        int before = Process.GetCurrentProcess().Threads.Count;
        string message = "";
        try
        {
            trainer.TrainStep(input, [1], threads);
        }
        catch (InvalidOperationException e)
        {
            message = e.Message;
        }
        trainer.TrainStep(input, [1], threads: 2);
        // A joined thread may take the system a moment to forget.
        Stopwatch clock = Stopwatch.StartNew();
        while (Process.GetCurrentProcess().Threads.Count > before && clock.Elapsed < TimeSpan.FromSeconds(10))
            Thread.Sleep(10);
        return (message, Process.GetCurrentProcess().Threads.Count - before);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void TrainAndForget(int models, int threads)
    {
        float[] input = new float[64 * 144];
        int[] labels = new int[64];
        for (int i = 0; i < models; i++)
        {
            Sequential model = FixedTraining.Model(FixedTraining.Large);
            Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy());
            trainer.TrainStep(input, labels, threads);
            model.Predict(input.AsSpan(0, 144), new float[FixedTraining.Classes]);
        }
    }

    private static void Collect()
    {
        for (int i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            // Threads that were told to end get the time to do so.
            Thread.Sleep(50);
        }
    }
}
