using BenchmarkDotNet.Attributes;
using NeuralCore.Numerics;
using NeuralCore.Randomness;

namespace NeuralCore.Benchmarks;

/// <summary>
/// The elementwise kernels at the sizes of a baseline step: 512 rows of 128 activations, 512 rows of 10 classes, 118,282 weights, 512
/// images.
/// </summary>
[MemoryDiagnoser]
public unsafe class ElementwiseBenchmarks
{
    private const int Rows = 512;
    private const int Columns = 128;
    private const int Weights = 118_282;

    private readonly AlignedBuffer _activations = new(Rows * Columns);
    private readonly AlignedBuffer _results = new(Rows * BenchmarkData.Pixels);
    private readonly AlignedBuffer _logits = new(Rows * BenchmarkData.Classes);
    private readonly AlignedBuffer _probabilities = new(Rows * BenchmarkData.Classes);
    private readonly AlignedBuffer _logitGradients = new(Rows * BenchmarkData.Classes);
    private readonly AlignedBuffer _weights = new(Weights);
    private readonly AlignedBuffer _gradients = new(Weights);
    private readonly AlignedBuffer _means = new(Weights);
    private readonly AlignedBuffer _squares = new(Weights);
    private readonly byte[] _images = BenchmarkData.Images(Rows);
    private readonly int[] _labels = BenchmarkData.Labels(Rows);
    private readonly double[] _losses = new double[Rows];
    private readonly PhiloxKey _key = new(1, 2);
    private ulong _step;

    [GlobalSetup]
    public void Setup()
    {
        BenchmarkData.Normals(Rows * Columns).CopyTo(_activations.Span);
        BenchmarkData.Normals(Rows * BenchmarkData.Classes, 1).CopyTo(_logits.Span);
        BenchmarkData.Normals(Weights, 2).CopyTo(_weights.Span);
        BenchmarkData.Normals(Weights, 3).CopyTo(_gradients.Span);
    }

    [Benchmark]
    public void ReluForward() => ReluKernel.Forward(_activations.Pointer, _results.Pointer, Rows * Columns);

    [Benchmark]
    public void ReluBackward() => ReluKernel.Backward(_activations.Pointer, _activations.Pointer, _results.Pointer, Rows * Columns);

    [Benchmark]
    public void Softmax() => SoftmaxKernel.Forward(_logits.Pointer, _probabilities.Pointer, Rows, BenchmarkData.Classes);

    [Benchmark]
    public void SoftmaxCrossEntropy()
    {
        fixed (int* labels = _labels)
        fixed (double* losses = _losses)
        {
            CrossEntropyKernel.SoftmaxSparse(
                _logits.Pointer, labels, _probabilities.Pointer, _logitGradients.Pointer, losses, Rows, BenchmarkData.Classes, 1f / Rows);
        }
    }

    [Benchmark]
    public bool Adam() =>
        AdamKernel.Update(_weights.Pointer, _gradients.Pointer, _means.Pointer, _squares.Pointer, Weights, 1e-6f, 0.1f, 0.001f, 1e-7f);

    [Benchmark]
    public bool AdamW() => UpdateKernel.Run(
        new AdamWRule<Off>(1 - 1e-8f, 1e-6f, 0.1f, 0.001f, 1e-7f),
        new UpdateArrays(_weights.Pointer, _gradients.Pointer, _means.Pointer, _squares.Pointer), Weights);

    [Benchmark]
    public void Dropout() =>
        DropoutKernel.Apply(_activations.Pointer, _results.Pointer, Rows, Columns, 0, _step++, _key, 1u << 30, 4f / 3);

    [Benchmark]
    public void ScaleBytes()
    {
        fixed (byte* images = _images)
            ByteKernel.Scale(images, _results.Pointer, Rows * BenchmarkData.Pixels, 1f / 255);
    }
}
