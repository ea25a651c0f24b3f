using NeuralCore.Samples.Mnist;
using NeuralCore.Samples.Mnist.Reporting;
using NeuralCore.Samples.Mnist.Sweeps;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>Which runs can be compared.</summary>
public class RunChecksTests
{
    private static readonly RunRecord Run = SampleRuns.Run("basic", 4, 0.96);

    [Fact]
    public void Runs_of_one_kind_pass_and_the_same_run_may_come_twice() =>
        FluentActions.Invoking(() => Check(Run, Run with { Part = "q", TrainSeconds = 9 }, Run with { Seed = 5 })).Should().NotThrow();

    [Fact]
    public void Others_are_refused_with_the_reason()
    {
        Refusal(Run with { Version = "0.0.9" }).Should().Contain("comes from NeuralCore 0.0.9, this is 0.1.0");
        Refusal(Run with { Data = "synthetic" }).Should().Contain("other data (synthetic");
        Refusal(Run with { DataSha256 = "0123456789abcdef" }).Should().Contain("0123456789ab;").And.NotContain("cdef");
        Refusal(Run with { Epochs = 3 }).Should().Contain("has 3 epochs of batch 512, requested are 20 of 512");
        Refusal(Run with { BatchSize = 64 }).Should().Contain("batch 64");
        Refusal(Run with { Experiment = "basic-2" }).Should().Contain("not in the table of experiments");
        Refusal(Run, Run with { WeightsSha256 = "x" }).Should().Contain("twice with different weights");
        Refusal(Run, Run with { Seed = 5, TestAccuracy = 0.97 }).Should().Contain("runs.jsonl, line 2")
            .And.Contain("an accuracy of 0.97, but 96 of 100 predictions are correct");
        Refusal(Run with { Predictions = [1, 2] }).Should().Contain("2 predictions for 100 test images");
        Refusal(Run with { WorstMistakes = [new Mistake(0, 1, 9, 0.9, 0)] }).Should().Contain("takes test image 0 for a 1, its label is 0");
    }

    private static string Refusal(params RunRecord[] runs) =>
        FluentActions.Invoking(() => Check(runs)).Should().Throw<SampleException>().Which.Message;

    private static void Check(params RunRecord[] runs) => RunChecks.Check(
        LocatedRun.Of("runs.jsonl", runs),
        new SweepData("0.1.0", "mnist", new string('d', 64), SampleRuns.Test),
        experiment => experiment.Epochs);
}
