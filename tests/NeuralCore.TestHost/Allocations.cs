using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Training;

namespace NeuralCore.TestHost;

/// <summary>Counts what whole runs allocate on all threads of a process that does nothing else.</summary>
internal static class Allocations
{
    private const int Steps = 1000;

    internal static long OfTrainSteps(string size, int threads)
    {
        Sequential model = FixedTraining.Model(size);
        using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy(), new Accuracy());
        (float[] input, int[] labels) = Batch(FixedTraining.Data(size), 128);
        for (int i = 0; i < 100; i++)
            trainer.TrainStep(input, labels, threads);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < Steps; i++)
            trainer.TrainStep(input, labels, threads);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    /// <summary>Steps of each loss that the others do not take, with weights of the rows.</summary>
    internal static long OfWeightedSteps(string size, int threads)
    {
        long allocated = 0;
        foreach ((Loss<float> loss, Activation? last) in new (Loss<float>, Activation?)[]
        {
            (new MeanSquaredError(), null), (new Quantile(0.5f), null), (new BinaryCrossEntropy(), new Sigmoid()),
            (new CategoricalCrossEntropy(labelSmoothing: 0.1f), new Softmax()), (new KLDivergence(fromLogits: true), null),
        })
        {
            Dataset<int> data = FixedTraining.Data(size);
            Sequential model = new(data.InputShape, [new Flatten(), new Dense(20, new ReLU()), new Dense(FixedTraining.Classes, last)]);
            using Trainer<float> trainer = model.Compile(new Sgd(), loss);
            (float[] input, int[] labels) = Batch(data, 128);
            float[] targets = OneHot.Encode(labels, FixedTraining.Classes);
            float[] weights = Array.ConvertAll(labels, label => label / 4f);
            for (int i = 0; i < 100; i++)
                trainer.TrainStep(input, targets, weights, threads);
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < Steps; i++)
                trainer.TrainStep(input, targets, weights, threads);
            allocated += GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        return allocated;
    }

    /// <summary>From step 100 to step 1,100 of one fit, begins of epochs included, ends of epochs (their results) not.</summary>
    internal static long OfFit(string size, int threads)
    {
        Sequential model = FixedTraining.Model(size);
        using Trainer<int> trainer = model.Compile(new Sgd(0.01f, momentum: 0.9f), new SparseCategoricalCrossEntropy(), new Accuracy());
        Meter meter = new();
        trainer.Fit(FixedTraining.Data(size), new() { Epochs = 1000, BatchSize = 64, Threads = threads, Callbacks = [meter] });
        return meter.Allocated;
    }

    internal static long OfPredictions(int rows)
    {
        Sequential model = FixedTraining.Model(FixedTraining.Large);
        (float[] input, _) = Batch(FixedTraining.Data(FixedTraining.Large), rows);
        float[] output = new float[rows * FixedTraining.Classes];
        for (int i = 0; i < 100; i++)
            model.Predict(input, output);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < Steps; i++)
            model.Predict(input, output);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static (float[] Input, int[] Labels) Batch(Dataset<int> data, int rows)
    {
        float[] input = new float[rows * data.InputShape.Size];
        int[] labels = new int[rows];
        int[] indices = Enumerable.Range(0, rows).ToArray();
        data.Features.Gather(indices, input);
        data.Targets.Gather(indices, labels);
        return (input, labels);
    }

    // Adds up what steps of the same epoch allocate.
    private sealed class Meter : Callback
    {
        private int _steps;
        private long _atLastStep;

        internal long Allocated { get; private set; }

        public override void OnEpochBegin(FitContext context) => _atLastStep = GC.GetTotalAllocatedBytes(precise: true);

        public override void OnStepEnd(FitContext context)
        {
            long now = GC.GetTotalAllocatedBytes(precise: true);
            if (++_steps > 100)
                Allocated += now - _atLastStep;
            _atLastStep = now;
            if (_steps == Steps + 100)
                context.Stop();
        }
    }
}
