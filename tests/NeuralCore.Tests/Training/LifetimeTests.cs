using System.Diagnostics;
using System.Runtime.CompilerServices;
using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Serialization;
using NeuralCore.Tests.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary>Runs alone: it measures the memory of the whole process.</summary>
[CollectionDefinition(nameof(LifetimeTests), DisableParallelization = true)]
public class LifetimeCollection;

[Collection(nameof(LifetimeTests))]
public class LifetimeTests
{
    [Fact]
    public void A_thousand_models_and_forgotten_trainers_leave_neither_memory_nor_threads()
    {
        Work(20);
        long memory = Memory();
        int threads = Process.GetCurrentProcess().Threads.Count;

        Work(1000);

        (Memory() - memory).Should().BeLessThan(5 << 20);
        Process.GetCurrentProcess().Threads.Count.Should().BeLessThan(threads + 20);
    }

    [Theory]
    [InlineData("step")]
    [InlineData("fit")]
    [InlineData("evaluation")]
    public void A_trainer_lets_go_of_data_that_it_is_done_with(string use)
    {
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());
        WeakReference data = Use(trainer, use);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        data.IsAlive.Should().BeFalse();
        GC.KeepAlive(trainer);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Use(Trainer<int> trainer, string use)
        {
            int size = trainer.Model.InputShape.Size;
            float[] features = new float[8 * size];
            int[] labels = new int[8];
            Dataset<int> dataset = Dataset.From(features, trainer.Model.InputShape, labels);
            switch (use)
            {
                case "step":
                    trainer.TrainStep(features, labels);
                    break;
                case "fit":
                    // The first checkpoint takes the digest of the data; until then the trainer holds on to them, as documented.
                    trainer.Fit(dataset);
                    trainer.CreateCheckpoint();
                    break;
                default:
                    trainer.Evaluate(dataset);
                    break;
            }
            return new WeakReference(features);
        }
    }

    [Fact]
    public void Everything_of_a_disposed_trainer_throws_and_the_model_stays_usable()
    {
        Sequential model = TestModels.Small();
        Trainer<int> trainer = Fits.Compile(model);
        Dataset<int> data = TestModels.Data();
        trainer.Fit(data);
        Checkpoint checkpoint = trainer.CreateCheckpoint();
        trainer.Dispose();
        trainer.Dispose();

        trainer.Invoking(t => t.Fit(data)).Should().Throw<ObjectDisposedException>();
        trainer.Invoking(t => t.TrainStep(new float[12], new int[1])).Should().Throw<ObjectDisposedException>();
        trainer.Invoking(t => t.Evaluate(data)).Should().Throw<ObjectDisposedException>();
        trainer.Invoking(t => t.CreateCheckpoint()).Should().Throw<ObjectDisposedException>();
        trainer.Invoking(t => t.Restore(checkpoint)).Should().Throw<ObjectDisposedException>();
        model.Predict(new float[12]).Should().HaveCount(3);
        using Trainer<int> another = Fits.Compile(model);
        another.Fit(data);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Work(int models)
    {
        Dataset<int> data = TestModels.Data(40);
        for (int i = 0; i < models; i++)
        {
            // 400 KB of weights and as much of optimizer state: a thousand left behind would be a gigabyte.
            Sequential model = new([4, 3], [new Flatten(), new Dense(256, new ReLU()), new Dense(256, new ReLU()),
                new Dense(3, new Softmax())], i);
            Trainer<int> trainer = Fits.Compile(model);
            trainer.Fit(data, new() { BatchSize = 20, Threads = 3 });
            model.Predict(new float[24]);
            if (i % 2 == 0)
                trainer.Dispose();
            // Else forgotten, its threads asleep.
        }
    }

    private static long Memory()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
