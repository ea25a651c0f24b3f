using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>A run and where it was read, such as <c>runs.jsonl, line 3</c>.</summary>
internal readonly record struct LocatedRun(string Where, RunRecord Run)
{
    /// <summary>The runs of a file, one per line.</summary>
    internal static IEnumerable<LocatedRun> Of(string file, IEnumerable<RunRecord> runs) =>
        runs.Select((run, i) => new LocatedRun(FormattableString.Invariant($"{file}, line {i + 1}"), run));
}

/// <summary>What every run of a sweep has in common.</summary>
/// <param name="Version">The version of NeuralCore.</param>
/// <param name="Kind"><c>mnist</c> or <c>synthetic</c>.</param>
/// <param name="Sha256">The hash of the data.</param>
/// <param name="Test">The test images of the predictions.</param>
internal sealed record SweepData(string Version, string Kind, string Sha256, LabelledImages Test)
{
    internal static SweepData Of(MnistImages images) => new(LibraryVersion.Short, images.Origin.Kind, DataHash.Of(images), images.Test);
}

/// <summary>Checks that runs can be compared.</summary>
internal static class RunChecks
{
    /// <summary>Rejects runs that do not belong together.</summary>
    /// <exception cref="SampleException">
    /// A run has another version, other data or other settings, contradicts its data, or occurs twice with different results.
    /// </exception>
    internal static void Check(IEnumerable<LocatedRun> runs, SweepData data, Func<Experiment, int> epochs)
    {
        Dictionary<RunKey, RunRecord> seen = [];
        foreach ((string where, RunRecord run) in runs)
        {
            string what = FormattableString.Invariant($"{where}: {run.Experiment}, seed {run.Seed}");
            if (run.Version != data.Version)
                throw Refused(what, $"comes from NeuralCore {run.Version}, this is {data.Version}");
            if (ExperimentTable.Find(run.Experiment) is not { } experiment)
                throw Refused(what, "is not in the table of experiments");
            if (run.Data != data.Kind || run.DataSha256 != data.Sha256)
                throw Refused(what,
                    $"was trained on other data ({run.Data}, SHA-256 {Short(run.DataSha256)}; here {data.Kind}, {Short(data.Sha256)})");
            if (run.Epochs != epochs(experiment) || run.BatchSize != experiment.BatchSize)
            {
                throw Refused(what, FormattableString.Invariant(
                    $"has {run.Epochs} epochs of batch {run.BatchSize}, requested are {epochs(experiment)} of {experiment.BatchSize}"));
            }
            if (Contradiction(run, data.Test) is { } contradiction)
                throw Refused(what, contradiction);
            if (!seen.TryAdd(run.Key, run) && seen[run.Key].WeightsSha256 != run.WeightsSha256)
                throw Refused(what, "occurs twice with different weights: a processor computed wrongly, or a line was changed");
        }
    }

    // The figures must agree with the predictions.
    private static string? Contradiction(RunRecord run, LabelledImages test)
    {
        if (run.Predictions.Length != test.Count)
            return FormattableString.Invariant($"has {run.Predictions.Length} predictions for {test.Count} test images: it was changed");
        int right = Enumerable.Range(0, test.Count).Count(image => run.Predictions[image] == test.Label(image));
        if (Math.Abs(run.TestAccuracy * test.Count - right) > 0.5)
        {
            return FormattableString.Invariant(
                $"has an accuracy of {run.TestAccuracy}, but {right} of {test.Count} predictions are correct: it was changed");
        }
        if (run.WorstMistakes.FirstOrDefault(mistake => mistake.Truth != test.Label(mistake.Image)) is not { } wrong)
            return null;
        return FormattableString.Invariant(
            $"takes test image {wrong.Image} for a {wrong.Truth}, its label is {test.Label(wrong.Image)}: it was changed");
    }

    private static SampleException Refused(string what, string why) =>
        new($"{what} {why}. Choose another --out folder; nothing was changed.");

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}
