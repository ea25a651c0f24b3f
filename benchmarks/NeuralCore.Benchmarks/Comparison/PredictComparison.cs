using System.Text.Json.Nodes;
using NeuralCore.Benchmarks.Comparison.Peers;
using NeuralCore.Data;
using NeuralCore.Models;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>One image through the trained baseline, warm, against ONNX Runtime with the same weights.</summary>
internal static class PredictComparison
{
    private const double SampleSeconds = 0.01;
    private const int ComparedImages = 1000;

    internal static void Run(Report report, string? data, int rounds)
    {
        string folder = Mnist.Folder(data);
        Dataset<int> train = Mnist.Training(folder), test = Mnist.Test(folder);
        report.Title("Predicting one image with the baseline, warm, one thread");
        PeakMeter peak = new();
        // Trained, so that the compared probabilities are not those of random weights.
        Sequential model = Mnist.Baseline(train.InputShape);
        using (NeuralCoreTraining training = new(model, train, batch: 512, threads: 1, skipZeros: true))
            training.Epoch();

        float[] image = new float[Mnist.Inputs], probabilities = new float[Mnist.Classes];
        test.Features.Gather([0], image);
        using OnnxRuntime? runtime = OnnxRuntime.TryLoad(model, out string absent);
        double difference = 0;
        if (runtime is not null)
        {
            difference = Compare(model, runtime, test);
            image.CopyTo(runtime.Input);
        }

        List<Func<double>> contenders = [Interleaved.Repeat(() => model.Predict(image, probabilities), SampleSeconds)];
        if (runtime is not null)
            contenders.Add(Interleaved.Repeat(runtime.Run, SampleSeconds));
        Quartiles[] seconds = Interleaved.Run(contenders, rounds);
        double allocated = AllocatedBytes(model, image, probabilities);
        peak.Measure();

        report.Environment();
        report.Line(runtime?.Version ?? $"ONNX Runtime: absent ({absent})");
        peak.Print(report);
        report.Line(
            $"Medians of {rounds} interleaved rounds, with quartiles. Ratio above 1: NeuralCore is faster. "
            + $"NeuralCore allocates {allocated:G3} bytes per prediction.");
        if (runtime is not null)
            report.Line($"Largest difference of a probability over {ComparedImages:N0} test images: {difference:G2}.");
        report.Line();
        Table table = new("one image", "microseconds", "ratio");
        table.Add("NeuralCore Predict(span, span)", Report.Spread(Microseconds(seconds[0])), "1.00");
        if (runtime is not null)
            table.Add("ONNX Runtime Run", Report.Spread(Microseconds(seconds[1])), Report.Ratio(seconds[1].Median / seconds[0].Median));
        report.Table(table);
        report.Json(new JsonObject
        {
            ["neuralcoreMicroseconds"] = Report.Number(seconds[0].Median * 1e6),
            ["onnxRuntimeMicroseconds"] = runtime is null ? null : Report.Number(seconds[1].Median * 1e6),
            ["allocatedBytes"] = Report.Number(allocated),
            ["ratioVsOnnxRuntime"] = runtime is null ? null : Report.Number(seconds[1].Median / seconds[0].Median),
            ["maxDifference"] = runtime is null ? null : Report.Number(difference),
            ["neuralcoreQuartiles"] = Report.Numbers(Microseconds(seconds[0])),
            ["onnxRuntimeQuartiles"] = runtime is null ? null : Report.Numbers(Microseconds(seconds[1])),
            ["onnxRuntimeVersion"] = runtime?.Version,
            ["machine"] = Machine.ToJson(),
        });
    }

    private static Quartiles Microseconds(Quartiles seconds) => new(seconds.Lower * 1e6, seconds.Median * 1e6, seconds.Upper * 1e6);

    private static double Compare(Sequential model, OnnxRuntime runtime, Dataset<int> test)
    {
        float[] image = new float[Mnist.Inputs], probabilities = new float[Mnist.Classes];
        double worst = 0;
        for (int row = 0; row < ComparedImages; row++)
        {
            test.Features.Gather([row], image);
            image.CopyTo(runtime.Input);
            model.Predict(image, probabilities);
            runtime.Run();
            for (int i = 0; i < probabilities.Length; i++)
                worst = Math.Max(worst, Math.Abs((double)probabilities[i] - runtime.Output[i]));
        }
        if (worst < 1e-4)
            return worst;
        throw new ComparisonException(
            $"ONNX Runtime predicts something else with the same weights: a probability differs by {worst:G3}.");
    }

    private static double AllocatedBytes(Sequential model, float[] image, float[] probabilities)
    {
        const int calls = 10_000;
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < calls; i++)
            model.Predict(image, probabilities);
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)calls;
    }
}
