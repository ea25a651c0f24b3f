using BenchmarkDotNet.Attributes;
using NeuralCore.Models;

namespace NeuralCore.Benchmarks;

/// <summary>Prediction with the baseline network on the calling thread.</summary>
[MemoryDiagnoser]
public class PredictBenchmarks
{
    private Sequential? _model;
    private float[] _input = [];
    private float[] _output = [];

    [Params(1, 32, 1000)]
    public int Images { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _model = BenchmarkData.Baseline();
        _input = Array.ConvertAll(BenchmarkData.Images(Images), pixel => pixel / 255f);
        _output = new float[Images * BenchmarkData.Classes];
    }

    [Benchmark]
    public void Predict() => _model!.Predict(_input, _output);
}
