using System.Diagnostics;
using NeuralCore.Data;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Training;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>A model in training: one call trains one epoch, through the public API.</summary>
internal sealed class NeuralCoreTraining : IDisposable
{
    private readonly Trainer<int> _trainer;
    private readonly Dataset<int> _data;
    private readonly FitOptions<int> _options;

    internal NeuralCoreTraining(Sequential model, Dataset<int> data, int batch, int threads, bool skipZeros)
    {
        _data = data;
        _trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy(), new Accuracy());
        _options = new FitOptions<int> { BatchSize = batch, Threads = threads, SkipZeros = skipZeros };
    }

    internal double LastLoss { get; private set; }

    /// <summary>
    /// The last call's seconds before its first step. In the first call of a process they include the compilation of the kernels.
    /// </summary>
    internal double WarmUp { get; private set; }

    /// <summary>The baseline; without <paramref name="skipZeros"/> every multiplication is executed.</summary>
    internal static NeuralCoreTraining Baseline(Dataset<int> data, int batch, int threads, bool skipZeros = true) =>
        new(Mnist.Baseline(data.InputShape), data, batch, threads, skipZeros);

    /// <summary>Seconds of one epoch, including everything that <c>Fit</c> does.</summary>
    internal double Epoch()
    {
        long start = Stopwatch.GetTimestamp();
        TrainingHistory history = _trainer.Fit(_data, _options);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        LastLoss = history.Epochs[^1].Training.Loss;
        WarmUp = seconds - history.Epochs[^1].Duration.TotalSeconds;
        return seconds;
    }

    internal Evaluation Evaluate(Dataset<int> test) => _trainer.Evaluate(test);

    public void Dispose() => _trainer.Dispose();
}
