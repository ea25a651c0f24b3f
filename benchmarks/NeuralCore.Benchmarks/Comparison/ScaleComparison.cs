using System.Text.Json.Nodes;
using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>How the time of training grows when one parameter grows and the others are fixed.</summary>
internal static class ScaleComparison
{
    private const double PeakSampleSeconds = 0.02;

    private sealed record Setting(string Axis, string Value, int Batch, int[] Hidden, int Samples, int Threads)
    {
        internal double Flops => (double)Mnist.TrainingFlops([Mnist.Inputs, .. Hidden, Mnist.Classes]) * Samples;

        internal int Steps => (Samples + Batch - 1) / Batch;
    }

    internal static void Run(Report report, int rounds)
    {
        report.Title("How the time of training grows");
        PeakMeter peak = new();
        Setting[][] sections = [.. Settings().GroupBy(setting => setting.Axis).Select(group => group.ToArray())];
        List<(Table Table, JsonArray Rows)> results = [.. sections.Select(section => Measure(section, rounds))];
        peak.Measure();

        report.Environment();
        peak.Print(report);
        report.Line(
            "784 inputs, hidden layers with ReLU, 10 classes, Adam; generated pixels, none of them zero, and no skipping of zeros. "
            + "Unless the table varies it: two hidden layers of 128, batch 512, all threads.");
        report.Line(
            $"Medians of {rounds} interleaved rounds. Work and time are relative to the first row of each table: "
            + "equal growth means that the arithmetic determines the time.");
        report.Line();
        foreach ((Table table, _) in results)
            report.Table(table);
        JsonObject json = new()
        {
            ["machine"] = Machine.ToJson(),
            ["fmaPeakGflops"] = Report.Number(peak.One),
            ["fmaPeakAllThreadsGflops"] = Report.Number(peak.All),
        };
        for (int i = 0; i < sections.Length; i++)
            json[sections[i][0].Axis] = results[i].Rows;
        report.Json(json);
    }

    private static IEnumerable<Setting> Settings()
    {
        int all = PeakMeter.AllThreads;
        int[] hidden = [128, 128];
        foreach (int batch in (int[])[1, 8, 32, 64, 128, 256, 512, 1024, 2048])
            yield return new("batch", batch.ToString(), batch, hidden, batch < 32 ? 1024 * batch : 32768, all);
        foreach (int width in (int[])[128, 256, 512, 1024, 2048])
            yield return new("width", width.ToString(), 512, [width, width], 2048, all);
        foreach (int depth in (int[])[1, 2, 4, 8, 16])
            yield return new("depth", depth.ToString(), 512, [.. Enumerable.Repeat(128, depth)], 8192, all);
        foreach (int samples in (int[])[7500, 15000, 30000, 60000])
            yield return new("samples", samples.ToString(), 512, hidden, samples, all);
        for (int threads = 1; threads <= all; threads = threads < all ? Math.Min(2 * threads, all) : all + 1)
            yield return new("threads", threads.ToString(), 512, hidden, 32768, threads);
    }

    private static (Table Table, JsonArray Rows) Measure(Setting[] settings, int rounds)
    {
        List<NeuralCoreTraining> trainings = [];
        Table table = new(settings[0].Axis, "epoch ms", "step us", "sample us", "GFLOP/s", "of peak", "work", "time");
        JsonArray rows = [];
        try
        {
            Dataset<int> data = Generate(settings.Max(setting => setting.Samples));
            foreach (Setting setting in settings)
            {
                NeuralCoreTraining training = new(
                    NewModel(setting.Hidden), data.Take(setting.Samples), setting.Batch, setting.Threads, skipZeros: false);
                trainings.Add(training);
                training.Epoch();
            }
            // The peak at each row's number of threads is interleaved too.
            int[] threads = [.. settings.Select(setting => setting.Threads).Distinct()];
            Quartiles[] seconds = Interleaved.Run(
                [
                    .. trainings.Select(training => (Func<double>)training.Epoch),
                    .. threads.Select(count => FmaPeak.Contender(count, PeakSampleSeconds)),
                ],
                rounds);
            for (int i = 0; i < settings.Length; i++)
            {
                Setting setting = settings[i];
                Quartiles time = seconds[i];
                double gflops = setting.Flops / time.Median / 1e9;
                double peak = 1 / seconds[settings.Length + Array.IndexOf(threads, setting.Threads)].Median;
                // Rows with different numbers of samples are compared by the time of one sample, unless the table varies that number.
                double Cost(Setting of, double value) => of.Axis == "samples" ? value : value / of.Samples;
                table.Add(
                    setting.Value, Report.Spread(new Quartiles(time.Lower * 1e3, time.Median * 1e3, time.Upper * 1e3)),
                    (time.Median / setting.Steps * 1e6).ToString("G4"),
                    (time.Median / setting.Samples * 1e6).ToString("G4"), gflops.ToString("F1"), (gflops / peak).ToString("P0"),
                    Report.Ratio(Cost(setting, setting.Flops) / Cost(settings[0], settings[0].Flops)),
                    Report.Ratio(Cost(setting, time.Median) / Cost(settings[0], seconds[0].Median)));
                rows.Add((JsonNode)new JsonObject
                {
                    [setting.Axis] = int.Parse(setting.Value),
                    ["batch"] = setting.Batch,
                    ["samples"] = setting.Samples,
                    ["threads"] = setting.Threads,
                    ["secondsPerEpoch"] = Report.Number(time.Median),
                    ["secondsPerStep"] = Report.Number(time.Median / setting.Steps),
                    ["gflops"] = Report.Number(gflops),
                    ["fractionOfPeak"] = Report.Number(gflops / peak),
                    ["quartiles"] = Report.Numbers(time),
                });
            }
        }
        finally
        {
            foreach (NeuralCoreTraining training in trainings)
                training.Dispose();
        }
        return (table, rows);
    }

    private static Sequential NewModel(int[] hidden) =>
        new(
            [Mnist.Inputs],
            [.. hidden.Select(units => (Layer)new Dense(units, new ReLU())), new Dense(Mnist.Classes, new Softmax())],
            seed: 1);

    // The class is the brightness of the first pixel, which can be learnt, so that the loss does not diverge.
    private static Dataset<int> Generate(int samples)
    {
        byte[] pixels = new byte[samples * Mnist.Inputs];
        int[] labels = new int[samples];
        Random random = new(3);
        random.NextBytes(pixels);
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] |= 1;
        for (int row = 0; row < samples; row++)
            labels[row] = pixels[row * Mnist.Inputs] * Mnist.Classes / 256;
        return Dataset.From(pixels, [Mnist.Inputs], labels);
    }
}
