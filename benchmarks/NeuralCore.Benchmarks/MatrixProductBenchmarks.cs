using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using NeuralCore.Numerics;

namespace NeuralCore.Benchmarks;

/// <summary>A product's sizes and how its operands are stored.</summary>
/// <param name="M">Rows of op(A) and C.</param>
/// <param name="K">Columns of op(A), rows of op(B).</param>
/// <param name="N">Columns of op(B) and C.</param>
/// <param name="TransposeA">Whether A is stored transposed.</param>
/// <param name="TransposeB">Whether B is stored transposed.</param>
public sealed record ProductShape(int M, int K, int N, bool TransposeA = false, bool TransposeB = false)
{
    internal double Flops => 2.0 * M * K * N;

    public override string ToString() => $"{M}x{K}x{N}{(TransposeA ? " A^T" : "")}{(TransposeB ? " B^T" : "")}";
}

/// <summary>The products of a training step at batch 512, of prediction, and a large square one.</summary>
[MemoryDiagnoser]
[Config(typeof(GigaflopsConfig))]
public class MatrixProductBenchmarks
{
    private float[] _a = [];
    private float[] _b = [];
    private float[] _c = [];

    public static IEnumerable<ProductShape> Shapes =>
    [
        new(512, 784, 128),
        new(512, 128, 128),
        new(512, 128, 10),
        new(784, 512, 128, TransposeA: true),
        new(512, 128, 128, TransposeB: true),
        new(1, 784, 128),
        new(64, 784, 128),
        new(1024, 1024, 1024),
    ];

    [ParamsSource(nameof(Shapes))]
    public ProductShape Shape { get; set; } = new(1, 1, 1);

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _a = BenchmarkData.Normals(Shape.M * Shape.K, 1);
        _b = BenchmarkData.Normals(Shape.K * Shape.N, 2);
        _c = new float[Shape.M * Shape.N];
    }

    [Benchmark]
    public void Multiply() => MatrixPrimitives.Multiply(_a, _b, _c, Shape.M, Shape.N, Shape.K, Shape.TransposeA, Shape.TransposeB, Threads);

    private sealed class GigaflopsConfig : ManualConfig
    {
        public GigaflopsConfig() => AddColumn(new GigaflopsColumn());
    }

    /// <summary>Two floating-point operations for each multiply-add, by the mean time.</summary>
    private sealed class GigaflopsColumn : IColumn
    {
        public string Id => nameof(GigaflopsColumn);

        public string ColumnName => "GFLOP/s";

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Dimensionless;

        public string Legend => "2 m k n floating-point operations by the mean time";

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
        {
            double? nanoseconds = summary[benchmarkCase]?.ResultStatistics?.Mean;
            return benchmarkCase.Parameters[nameof(Shape)] is ProductShape shape && nanoseconds > 0
                ? (shape.Flops / nanoseconds.Value).ToString("F1", CultureInfo.InvariantCulture)
                : "?";
        }

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
    }
}
