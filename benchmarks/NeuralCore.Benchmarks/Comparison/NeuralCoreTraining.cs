using System.Diagnostics;
using NeuralCore.Data;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Training;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>How the products of the first layer run.</summary>
internal enum ProductMode
{
    /// <summary>The library's own choice.</summary>
    Default,

    /// <summary>All multiplications, whatever the data.</summary>
    Dense,
}

/// <summary>A model in training: one call trains one epoch, through the public API.</summary>
internal sealed class NeuralCoreTraining : IDisposable
{
    private readonly Trainer<int> _trainer;
    private readonly Dataset<int> _data;
    private readonly FitOptions<int> _options;

    internal NeuralCoreTraining(Sequential model, Dataset<int> data, int batch, int threads)
    {
        _data = data;
        _trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy(), new Accuracy());
        _options = new FitOptions<int> { BatchSize = batch, Threads = threads };
    }

    internal double LastLoss { get; private set; }

    /// <summary>
    /// The baseline with the products asked for; null when the library has no such choice. There is one way of computing them so far, and it is dense:
    /// when products that skip zeros come, this is the place that switches them off for <see cref="ProductMode.Dense"/>.
    /// </summary>
    internal static NeuralCoreTraining? Baseline(Dataset<int> data, int batch, int threads, ProductMode mode) =>
        mode == ProductMode.Dense ? null : new NeuralCoreTraining(Mnist.Baseline(data.InputShape), data, batch, threads);

    /// <summary>Seconds of one epoch, everything that <c>Fit</c> does included.</summary>
    internal double Epoch()
    {
        long start = Stopwatch.GetTimestamp();
        TrainingHistory history = _trainer.Fit(_data, _options);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        LastLoss = history.Epochs[^1].Training.Loss;
        return seconds;
    }

    internal Evaluation Evaluate(Dataset<int> test) => _trainer.Evaluate(test);

    public void Dispose() => _trainer.Dispose();
}
