using System.Text.Json.Nodes;
using NeuralCore.Benchmarks.Comparison.Peers;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>Single-threaded products against the BLAS libraries, on the same buffers.</summary>
internal static class GemmComparison
{
    private const double SampleSeconds = 0.003;

    private sealed record Row(GemmShape Shape, Quartiles[] Gflops, double Peak, double Difference);

    internal static void Run(Report report, int rounds, string openBlasCore)
    {
        report.Title("Matrix products, one thread");
        PeakMeter peak = new();
        List<IGemmPeer> peers = [new NeuralCoreGemm()];
        List<string> absent = [];
        Join(OpenBlas.TryLoad(openBlasCore), "OpenBLAS", $"Debian package {OpenBlas.Package}");
        Join(OneDnn.TryLoad(), "oneDNN", $"Debian package {OneDnn.Package}");
        Join(new MathNetGemm(), "MathNet", "");

        List<Row> results = [];
        foreach (GemmShape shape in GemmShape.All)
            results.Add(Measure(shape, peers, rounds));
        peak.Measure();

        report.Environment();
        foreach (IGemmPeer peer in peers.Skip(1))
            report.Line($"{peer.Name}: {peer.Version}");
        foreach (string name in absent)
            report.Line(name);
        peak.Print(report);
        report.Line(
            $"Medians of {rounds} interleaved rounds (fewer where one product takes over 50 ms); ratio above 1: NeuralCore is faster. "
            + "The share of peak refers to the peak interleaved with the products. Results are checked against NeuralCore's.");
        report.Line();
        Print(report, peers, results);
        report.Json(ToJson(peers, results, peak));

        void Join(IGemmPeer? peer, string name, string where)
        {
            if (peer is not null)
                peers.Add(peer);
            else
                absent.Add($"{name}: absent; install {where}");
        }
    }

    private static Row Measure(GemmShape shape, List<IGemmPeer> peers, int rounds)
    {
        Random random = new(7);
        float[] a = Buffer(shape.M * shape.K), b = Buffer(shape.K * shape.N), c = Buffer(shape.M * shape.N);
        foreach (float[] factor in (float[][])[a, b])
        {
            for (int i = 0; i < factor.Length; i++)
                factor[i] = 2 * random.NextSingle() - 1;
        }

        // Every peer must give the same product as the first before its speed is measured.
        float[] expected = [];
        double worst = 0;
        foreach (IGemmPeer peer in peers)
        {
            Array.Fill(c, float.NaN);
            peer.Multiply(a, b, c, shape);
            if (expected.Length == 0)
                expected = [.. c];
            double difference = c.Zip(expected, (x, y) => float.IsNaN(x) ? double.PositiveInfinity : Math.Abs((double)x - y)).Max();
            // Elements are sums of K products of at most 1: two orders of summation differ by a few rounding errors, a wrong product by
            // about 1.
            if (difference > 1e-6 * shape.K + 1e-6)
                throw new ComparisonException($"{peer.Name} computes something else for {shape}: an element differs by {difference:G3}.");
            worst = Math.Max(worst, difference);
        }

        List<Func<double>> contenders = peers.Select(peer =>
            Interleaved.Repeat(() => peer.Multiply(a, b, c, shape), SampleSeconds)).ToList();
        bool slow = contenders.Max(contender => contender()) > 0.05;
        // The peak is interleaved too: when the machine's speed varies, a peak measured at another time is no reference.
        contenders.Add(FmaPeak.Contender(1, SampleSeconds));
        Quartiles[] seconds = Interleaved.Run(contenders, slow ? Math.Min(rounds, 7) : rounds);
        Quartiles[] gflops = seconds.SkipLast(1).Select(time => time.Inverted(t => shape.Flops / t / 1e9)).ToArray();
        return new Row(shape, gflops, 1 / seconds[^1].Median, worst);
    }

    private static void Print(Report report, List<IGemmPeer> peers, List<Row> results)
    {
        Table table = new(
        [
            "M x K x N, GFLOP/s", "NeuralCore", "of peak",
            .. peers.Skip(1).SelectMany(peer => (string[])[peer.Name, "ratio"]), "max difference",
        ]);
        foreach ((GemmShape shape, Quartiles[] gflops, double rowPeak, double difference) in results)
        {
            table.Add(
            [
                shape.ToString(), Report.Spread(gflops[0]), (gflops[0].Median / rowPeak).ToString("P0"),
                .. gflops.Skip(1).SelectMany(other => (string[])[Report.Spread(other), Report.Ratio(gflops[0].Median / other.Median)]),
                difference.ToString("G2"),
            ]);
        }
        table.Add(
        [
            "geometric mean", "",
            Quartiles.GeometricMean([.. results.Select(result => result.Gflops[0].Median / result.Peak)]).ToString("P0"),
            .. peers.Skip(1).SelectMany(peer => (string[])["", Report.Ratio(GeometricMean(peers, results, peer.Name))]), "",
        ]);
        report.Table(table);
    }

    private static double? GeometricMean(List<IGemmPeer> peers, List<Row> results, string name)
    {
        int index = peers.FindIndex(peer => peer.Name == name);
        return index < 0
            ? null
            : Quartiles.GeometricMean([.. results.Select(result => result.Gflops[0].Median / result.Gflops[index].Median)]);
    }

    private static JsonObject ToJson(List<IGemmPeer> peers, List<Row> results, PeakMeter peak)
    {
        JsonArray rows = [];
        foreach ((GemmShape shape, Quartiles[] gflops, double rowPeak, double difference) in results)
        {
            JsonObject row = new() { ["shape"] = shape.ToString() };
            JsonObject quartiles = [];
            foreach (string name in (string[])["NeuralCore", "OpenBLAS", "oneDNN", "MathNet"])
            {
                int index = peers.FindIndex(peer => peer.Name == name);
                row[name.ToLowerInvariant() + "Gflops"] = index < 0 ? null : Report.Number(gflops[index].Median);
                if (index >= 0)
                    quartiles[name.ToLowerInvariant()] = Report.Numbers(gflops[index]);
            }
            row["quartiles"] = quartiles;
            row["fmaPeakGflops"] = Report.Number(rowPeak);
            row["maxDifference"] = Report.Number(difference);
            rows.Add((JsonNode)row);
        }
        return new JsonObject
        {
            ["machine"] = Machine.ToJson(),
            ["fmaPeakGflops"] = Report.Number(peak.One),
            ["fmaPeakAllThreadsGflops"] = Report.Number(peak.All),
            ["peers"] = new JsonArray([.. peers.Select(peer => (JsonNode)peer.Version)]),
            ["results"] = rows,
            ["geomeanVsOneDnn"] = Report.Number(GeometricMean(peers, results, "oneDNN")),
            ["geomeanVsOpenBlas"] = Report.Number(GeometricMean(peers, results, "OpenBLAS")),
            ["geomeanVsMathNet"] = Report.Number(GeometricMean(peers, results, "MathNet")),
        };
    }

    // Exactly as long as the matrix, as MathNet requires, and aligned to a cache line, so that all contenders have the same alignment.
    private static unsafe float[] Buffer(int length)
    {
        const int tries = 256;
        for (int i = 0; ; i++)
        {
            float[] array = GC.AllocateUninitializedArray<float>(length, pinned: true);
            fixed (float* first = array)
            {
                if ((nuint)first % 64 == 0 || i == tries)
                    return array;
            }
            _ = GC.AllocateUninitializedArray<float>(1 + 2 * (i % 8), pinned: true);
        }
    }
}
