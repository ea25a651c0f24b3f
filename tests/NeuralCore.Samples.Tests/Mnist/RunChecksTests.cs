using NeuralCore.Samples.Mnist;
using NeuralCore.Samples.Mnist.Reporting;
using NeuralCore.Samples.Mnist.Sweeps;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>Which runs may stand side by side.</summary>
public class RunChecksTests
{
    private static readonly RunRecord Run = SampleRuns.Run("basic", 4, 0.9);

    [Fact]
    public void Runs_of_one_kind_pass_and_the_same_run_may_come_twice() =>
        FluentActions.Invoking(() => Check(Run, Run with { Part = "q", TrainSeconds = 9 }, Run with { Seed = 5 })).Should().NotThrow();

    [Fact]
    public void Others_are_refused_with_the_reason()
    {
        Refusal(Run with { Version = "0.0.9" }).Should().Contain("is of NeuralCore 0.0.9, this is 0.1.0");
        Refusal(Run with { Data = "synthetic" }).Should().Contain("other data (synthetic");
        Refusal(Run with { DataSha256 = "0123456789abcdef" }).Should().Contain("0123456789ab;").And.NotContain("cdef");
        Refusal(Run with { Epochs = 3 }).Should().Contain("has 3 epochs of batch 512, asked for are 20 of 512");
        Refusal(Run with { BatchSize = 64 }).Should().Contain("batch 64");
        Refusal(Run with { Experiment = "basic-2" }).Should().Contain("no experiment");
        Refusal(Run, Run with { WeightsSha256 = "x" }).Should().Contain("twice with different weights");
    }

    private static string Refusal(params RunRecord[] runs) => FluentActions.Invoking(() => Check(runs)).Should().Throw<SampleException>().Which.Message;

    private static void Check(params RunRecord[] runs) => RunChecks.Check(runs, "runs.jsonl", "0.1.0", "mnist", new string('d', 64), experiment => experiment.Epochs);
}
