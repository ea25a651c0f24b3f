using System.Diagnostics;
using System.Text.Json.Nodes;
using NeuralCore.Benchmarks.Comparison.Peers;
using NeuralCore.Data;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>Epochs of the baseline on MNIST, interleaved with PyTorch.</summary>
internal static class TrainComparison
{
    private const double PeakSampleSeconds = 0.03;

    internal static void Run(Report report, TrainOptions options)
    {
        Dataset<int> train = Mnist.Training(options.Data), test = Mnist.Test(options.Data);
        report.Title("Training the baseline 784-128-128-dropout 0.25-10 on MNIST with Adam");
        PeakMeter peak = new();
        List<TorchProcess> torches = [];
        try
        {
            string absent = "";
            foreach (int threads in ThreadCounts().Reverse())
            {
                if (TorchProcess.TryStart(options.Data, threads, options.OpenBlasCore, out absent) is { } torch)
                    torches.Add(torch);
                else
                    break;
            }

            // The largest batch comes first: its first epoch is the first of the process and includes all compilation.
            IEnumerable<Row> measured = options.Batches.OrderDescending().Select(batch =>
                Measure(train, test, batch, options.Rounds, torches));
            List<Row> rows = [.. measured.OrderBy(row => row.Batch)];
            peak.Measure();

            report.Environment();
            if (torches.Count > 0)
            {
                string threads = string.Join(", ", torches.Select(torch => torch.Threads));
                report.Line($"{torches[0].Version}; tried with {threads} threads and both forms of Adam");
            }
            if (torches.Count == 0)
                report.Line($"PyTorch: absent ({absent}); install {TorchProcess.Package}");
            peak.Print(report);
            Print(report, rows, options);
            report.Line($"Peak memory: NeuralCore {PeakMegabytes():F0} MB, all batches and thread counts in one process"
                + (torches.Count == 0
                    ? "."
                    : $"; PyTorch {torches.Max(torch => torch.PeakMegabytes()):F0} MB in the larger of its processes. "
                        + "NeuralCore keeps the images as bytes, PyTorch as floats."));
            report.Line();
            if (rows.FirstOrDefault(row => !row.SawAccuracy) is { } bad)
                throw new ComparisonException(
                    $"After {bad.Epochs} epochs at batch {bad.Batch} a network has not learnt: NeuralCore {bad.Accuracy:P1}, "
                    + $"PyTorch {bad.TorchAccuracy:P1}. The times above are not comparable.");
            report.Json(new JsonArray([.. rows.Select(row => (JsonNode)row.ToJson(torches.FirstOrDefault()?.Version))]));
        }
        finally
        {
            foreach (TorchProcess torch in torches)
                torch.Dispose();
        }
        if (options.Whole)
            WholeProcessComparison.Run(report, options);
    }

    private const double LoadSeconds = 0.1;

    internal static int[] ThreadCounts() =>
        [.. new[] { PeakMeter.AllThreads, 2, 1 }.Where(threads => threads <= PeakMeter.AllThreads).Distinct()];

    private static Row Measure(Dataset<int> train, Dataset<int> test, int batch, int rounds, List<TorchProcess> torches)
    {
        int all = PeakMeter.AllThreads;
        int[] counts = ThreadCounts();
        Dictionary<int, NeuralCoreTraining> ours = counts.ToDictionary(
            threads => threads, threads => NeuralCoreTraining.Baseline(train, batch, threads));
        NeuralCoreTraining dense = NeuralCoreTraining.Baseline(train, batch, all, skipZeros: false);
        // The peers go first: while they start, or still run the test of the last batch size, they would take processors from our first
        // epoch.
        (TorchProcess Process, bool ForEach)[] candidates = SweepTorch(torches, batch);
        double first = After(FmaPeak.Contender(all, LoadSeconds), ours[all].Epoch);
        double warmUp = ours[all].WarmUp;
        foreach (int threads in counts.Skip(1))
            ours[threads].Epoch();
        dense.Epoch();

        List<Func<double>> contenders = [.. counts.Select(threads => (Func<double>)ours[threads].Epoch)];
        contenders.Add(FmaPeak.Contender(1, PeakSampleSeconds));
        contenders.Add(FmaPeak.Contender(Math.Min(2, all), PeakSampleSeconds));
        contenders.Add(FmaPeak.Contender(all, PeakSampleSeconds));
        int denseIndex = contenders.Count;
        contenders.Add(dense.Epoch);
        int messageIndex = contenders.Count;
        contenders.Add(() => all > 1 ? MessageTime.Measure() : 0);
        int torchIndex = contenders.Count;
        contenders.AddRange(candidates.Select(candidate => (Func<double>)candidate.Process.Epoch));
        Func<double> load = FmaPeak.Contender(all, LoadSeconds);
        Quartiles[] seconds = Interleaved.Run([.. contenders.Select(contender => (Func<double>)(() => After(load, contender)))], rounds);

        int best = candidates.Length == 0 ? -1 : Enumerable.Range(torchIndex, candidates.Length).MinBy(i => seconds[i].Median);
        Row row = new(batch)
        {
            Epochs = rounds + 1,
            First = first - warmUp,
            WarmUp = warmUp,
            OurTimes = counts.Select((threads, i) => (threads, seconds[i])).ToDictionary(pair => pair.threads, pair => pair.Item2),
            Dense = seconds[denseIndex],
            PeakOne = 1 / seconds[counts.Length].Median,
            PeakTwo = 1 / seconds[counts.Length + 1].Median,
            PeakAll = 1 / seconds[counts.Length + 2].Median,
            MessageNanoseconds = all > 1 ? seconds[messageIndex].Times(1e9) : null,
            Flops = Mnist.FlopsPerSample * (double)train.Count,
            Accuracy = ours[all].Evaluate(test)["accuracy"],
            Torch = best < 0 ? null : seconds[best],
            TorchSetting = best < 0 ? "" : Setting(candidates[best - torchIndex]),
            TorchAccuracy = best < 0 ? null : candidates[best - torchIndex].Process.Accuracy(),
            TorchTried = candidates.Select((candidate, i) => $"{Setting(candidate)}: {seconds[torchIndex + i].Median:F3} s").ToArray(),
        };
        foreach (NeuralCoreTraining training in ours.Values)
            training.Dispose();
        dense.Dispose();
        return row;
    }

    // OpenMP's threads keep spinning after their work and would take processors from the next contender, so each turn waits first. It waits
    // under load: idle processors, virtual ones above all, regain their speed slowly and may have been moved.
    private static double After(Func<double> load, Func<double> contender)
    {
        load();
        return contender();
    }

    // The better form of Adam for each thread count; a thread count that is much slower than another is not measured further.
    private static (TorchProcess Process, bool ForEach)[] SweepTorch(List<TorchProcess> torches, int batch)
    {
        List<(TorchProcess Process, bool ForEach, double Seconds)> tried = [];
        double fastest = double.PositiveInfinity;
        foreach (TorchProcess torch in torches)
        {
            foreach (bool forEach in (bool[])[false, true])
            {
                torch.Reset(batch, forEach);
                // Oversubscribed threads can take many times longer; these are not measured again.
                double seconds = torch.Epoch();
                if (seconds < 3 * fastest)
                    seconds = torch.Epoch();
                tried.Add((torch, forEach, seconds));
                fastest = Math.Min(fastest, seconds);
            }
        }
        (TorchProcess Process, bool ForEach)[] kept = tried
            .GroupBy(candidate => candidate.Process)
            .Select(group => group.MinBy(candidate => candidate.Seconds))
            .Where(candidate => candidate.Seconds < 1.5 * fastest)
            .Select(candidate => (candidate.Process, candidate.ForEach))
            .ToArray();
        foreach ((TorchProcess process, bool forEach) in kept)
            process.Reset(batch, forEach);
        foreach ((TorchProcess process, _) in kept)
            process.Epoch();
        return kept;
    }

    private static string Setting((TorchProcess Process, bool ForEach) candidate) =>
        $"{candidate.Process.Threads} thread{(candidate.Process.Threads == 1 ? "" : "s")}{(candidate.ForEach ? ", foreach" : "")}";

    private static void Print(Report report, List<Row> rows, TrainOptions options)
    {
        report.Line(
            $"Seconds of an epoch of 60,000 samples, medians of {options.Rounds} interleaved rounds after a first epoch, with quartiles. "
            + "Ratio above 1: NeuralCore is faster.");
        report.Line(
            "Warm-up: the time of the first fit with the row's batch size before its first step. "
            + "For the largest batch, which comes first in the process, it includes compiling all kernels.");
        foreach (Row row in rows.Where(row => row.TorchTried.Length > 0))
            report.Line($"PyTorch at batch {row.Batch}: {string.Join("; ", row.TorchTried)}");
        foreach (Row row in rows.Where(row => PeakMeter.AllThreads > 1 && row.PeakTwo < 1.5 * row.PeakOne))
        {
            report.Line(
                $"Batch {row.Batch}: two threads had {row.PeakTwo / row.PeakOne:F2} times the peak of one. "
                + "The machine ran both processors on one core; measure again for the speed of two cores.");
        }
        foreach (Row row in rows.Where(row => row.MessageNanoseconds is { } message && message.Upper > 2 * message.Lower))
        {
            report.Line(
                $"Batch {row.Batch}: messages between threads took {Report.Spread(row.MessageNanoseconds.GetValueOrDefault(), "F0")} ns. "
                + "The threads moved between processors with and without a shared cache, which spreads the epochs of two threads.");
        }
        report.Line();
        Table table = new(
            "batch", "NeuralCore s", "dense s", "PyTorch s", "PyTorch's best", "ratio", "dense ratio", "dense limit s", "of peak",
            "1 / 2 threads", "peak 2 / 1", "message ns", "warm-up s", "first / median", "accuracy", "PyTorch's");
        foreach (Row row in rows)
        {
            table.Add(
                row.Batch.ToString(), Report.Spread(row.Ours, "F3"), Report.Spread(row.Dense, "F3"),
                row.Torch is { } torch ? Report.Spread(torch, "F3") : "absent", row.TorchSetting,
                Report.Ratio(row.RatioVsTorch), Report.Ratio(row.DenseRatioVsTorch), row.DenseLimit.ToString("F3"),
                row.FractionOfPeak.ToString("P0"), Report.Ratio(row.TwoOverOne), Report.Ratio(row.PeakTwo / row.PeakOne),
                row.MessageNanoseconds is { } message ? Report.Spread(message, "F0") : "-", row.WarmUp.ToString("F3"),
                Report.Ratio(row.First / row.Ours.Median), row.Accuracy.ToString("P2"), row.TorchAccuracy?.ToString("P2") ?? "-");
        }
        report.Table(table);
    }

    private static double PeakMegabytes() => Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;

    private sealed record Row(int Batch)
    {
        internal required int Epochs { get; init; }

        internal required double First { get; init; }

        internal required double WarmUp { get; init; }

        internal required Dictionary<int, Quartiles> OurTimes { get; init; }

        internal required Quartiles Dense { get; init; }

        internal required double PeakOne { get; init; }

        internal required double PeakTwo { get; init; }

        internal required double PeakAll { get; init; }

        internal required Quartiles? MessageNanoseconds { get; init; }

        internal required double Flops { get; init; }

        internal required double Accuracy { get; init; }

        internal required Quartiles? Torch { get; init; }

        internal required string TorchSetting { get; init; }

        internal required string[] TorchTried { get; init; }

        internal required double? TorchAccuracy { get; init; }

        internal Quartiles Ours => OurTimes[PeakMeter.AllThreads];

        internal double? RatioVsTorch => Torch?.Median / Ours.Median;

        internal double? DenseRatioVsTorch => Torch?.Median / Dense.Median;

        internal double DenseLimit => Flops / (PeakAll * 1e9);

        internal double FractionOfPeak => DenseLimit / Dense.Median;

        internal double? TwoOverOne => OurTimes.TryGetValue(2, out Quartiles two) ? OurTimes[1].Median / two.Median : null;

        internal bool SawAccuracy => Accuracy > 0.9 && TorchAccuracy is null or > 0.9;

        internal JsonObject ToJson(string? torchVersion) => new()
        {
            ["batch"] = Batch,
            ["threads"] = PeakMeter.AllThreads,
            ["neuralcoreSecondsPerEpoch"] = Report.Number(Ours.Median),
            ["neuralcoreDenseSecondsPerEpoch"] = Report.Number(Dense.Median),
            ["torchSecondsPerEpoch"] = Report.Number(Torch?.Median),
            ["ratioVsTorch"] = Report.Number(RatioVsTorch),
            ["denseRatioVsTorch"] = Report.Number(DenseRatioVsTorch),
            ["fractionOfPeak"] = Report.Number(FractionOfPeak),
            ["denseLimitSecondsPerEpoch"] = Report.Number(DenseLimit),
            ["twoOverOneThread"] = Report.Number(TwoOverOne),
            ["peakTwoOverOne"] = PeakMeter.AllThreads < 2 ? null : Report.Number(PeakTwo / PeakOne),
            ["messageNanoseconds"] = Report.Number(MessageNanoseconds?.Median),
            ["warmUpSeconds"] = Report.Number(WarmUp),
            ["firstOverMedianEpoch"] = Report.Number(First / Ours.Median),
            ["fmaPeakGflops"] = Report.Number(PeakOne),
            ["fmaPeakAllThreadsGflops"] = Report.Number(PeakAll),
            ["oneThreadSecondsPerEpoch"] = Report.Number(OurTimes[1].Median),
            ["neuralcoreQuartiles"] = Report.Numbers(Ours),
            ["neuralcoreDenseQuartiles"] = Report.Numbers(Dense),
            ["torchQuartiles"] = Torch is { } torch ? Report.Numbers(torch) : null,
            ["torchSetting"] = TorchSetting,
            ["torchVersion"] = torchVersion,
            ["testAccuracy"] = Report.Number(Accuracy),
            ["torchTestAccuracy"] = Report.Number(TorchAccuracy),
            ["peakMegabytes"] = Report.Number(PeakMegabytes()),
            ["machine"] = Machine.ToJson(),
        };
    }
}

/// <summary>The options of <c>compare train</c>.</summary>
internal sealed record TrainOptions(string Data, IReadOnlyList<int> Batches, int Rounds, bool Whole, string OpenBlasCore);
