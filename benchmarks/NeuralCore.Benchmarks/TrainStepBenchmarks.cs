using BenchmarkDotNet.Attributes;
using NeuralCore.Losses;
using NeuralCore.Optimizers;
using NeuralCore.Training;

namespace NeuralCore.Benchmarks;

/// <summary>One Adam step of the baseline network on a batch in the caller's memory.</summary>
[MemoryDiagnoser]
public class TrainStepBenchmarks
{
    private Trainer<int>? _trainer;
    private float[] _input = [];
    private int[] _labels = [];

    [Params(32, 64, 512)]
    public int Batch { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _trainer = BenchmarkData.Baseline().Compile(new Adam(), new SparseCategoricalCrossEntropy());
        _input = Array.ConvertAll(BenchmarkData.Images(Batch), pixel => pixel / 255f);
        _labels = BenchmarkData.Labels(Batch);
    }

    [GlobalCleanup]
    public void Cleanup() => _trainer?.Dispose();

    [Benchmark]
    public double TrainStep() => _trainer!.TrainStep(_input, _labels, Threads);
}
