using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>Synthetic runs for the tests of computing and writing reports.</summary>
internal static class SampleRuns
{
    internal const int TestCount = 100;

    internal static LabelledImages Test { get; } =
        new(new byte[TestCount * 784], Enumerable.Range(0, TestCount).Select(i => i % 10).ToArray());

    internal static RunRecord Run(string id, long seed, double accuracy, double loss = 0.07, string? sha = null, string part = "p") => new()
    {
        Schema = RunRecord.CurrentSchema,
        Version = "0.1.0",
        Experiment = id,
        Seed = seed,
        Epochs = 20,
        BatchSize = 512,
        Data = "mnist",
        DataSha256 = new string('d', 64),
        Part = part,
        FinishedAfterSeconds = seed,
        TrainSeconds = 1,
        DenseFlops = 1e12,
        TestLoss = loss,
        TestAccuracy = accuracy,
        RawTestLoss = id == "basic" ? 35 + seed : null,
        RawTestAccuracy = id == "basic" ? 0.91 : null,
        RawTraining = id == "basic" ? new RawTraining(seed == 1 ? 17 : null, seed == 1 ? null : 2.3, seed == 1 ? null : 0.1135) : null,
        WeightsSha256 = sha ?? $"{seed:D64}",
        History = Enumerable.Range(1, 20).Select(epoch => new EpochRecord(1.0 / epoch, 1 - 0.2 / epoch)).ToArray(),
        Predictions = Enumerable.Range(0, TestCount).Select(i => (byte)(i < seed ? 9 - i % 10 : i % 10)).ToArray(),
        WorstMistakes = [new Mistake(0, 0, 9, 0.99, 0.001)],
    };

    /// <summary>Runs of one experiment, seeds from 1.</summary>
    internal static IEnumerable<RunRecord> Runs(string id, params double[] accuracies) =>
        accuracies.Select((accuracy, i) => Run(id, i + 1, accuracy));

    internal static PartRecord Part(string id = "p", double? wall = 10, double before = 2e12, double? after = 1e12,
        PlanRecord? plan = null) => new()
    {
        Schema = PartRecord.CurrentSchema,
        Id = id,
        Started = "2026-01-01T00:00:00Z",
        Command = "report",
        Plan = plan ?? new PlanRecord(["basic"], 3, null, 1, 1),
        Version = "0.1.0+abc",
        Runtime = ".NET 10",
        System = "Linux",
        Processor = "A processor",
        Processors = 2,
        VectorBits = 512,
        Jobs = 2,
        PeakBefore = before,
        PeakAfter = after,
        WallSeconds = wall,
    };

    internal static ReportData Report(params IEnumerable<RunRecord>[] runs)
    {
        RunRecord[] all = runs.SelectMany(its => its).ToArray();
        return ReportBuilder.Build(all, Test, ProvenanceBuilder.Build(all, [Part()]));
    }

    /// <summary>All experiments with a few seeds each.</summary>
    internal static ReportData Everything(int seeds = 3) => Report(ExperimentTable.All.SelectMany(
        (experiment, i) => Enumerable.Range(1, seeds).Select(seed => Run(experiment.Id, seed, 0.97 + 0.001 * ((seed * 7 + i * 3) % 5)))));
}
