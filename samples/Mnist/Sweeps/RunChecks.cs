using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>Whether runs can stand side by side.</summary>
internal static class RunChecks
{
    /// <exception cref="SampleException">A run is of another version, of other data or other settings, or is there twice with other results.</exception>
    internal static void Check(IEnumerable<RunRecord> runs, string file, string version, string data, string dataSha256, Func<Experiment, int> epochs)
    {
        Dictionary<RunKey, RunRecord> seen = [];
        foreach (RunRecord run in runs)
        {
            string what = FormattableString.Invariant($"{file}: {run.Experiment}, seed {run.Seed}");
            if (run.Version != version)
                throw Refused(what, $"is of NeuralCore {run.Version}, this is {version}");
            if (ExperimentTable.Find(run.Experiment) is not { } experiment)
                throw Refused(what, "is no experiment of this table");
            if (run.Data != data || run.DataSha256 != dataSha256)
                throw Refused(what, $"was trained on other data ({run.Data}, SHA-256 {Short(run.DataSha256)}; here {data}, {Short(dataSha256)})");
            if (run.Epochs != epochs(experiment) || run.BatchSize != experiment.BatchSize)
                throw Refused(what, FormattableString.Invariant($"has {run.Epochs} epochs of batch {run.BatchSize}, asked for are {epochs(experiment)} of {experiment.BatchSize}"));
            if (!seen.TryAdd(run.Key, run) && seen[run.Key].WeightsSha256 != run.WeightsSha256)
                throw Refused(what, "is there twice with different weights: one processor computes wrongly, or a line was changed");
        }
    }

    private static SampleException Refused(string what, string why) => new($"{what} {why}. Choose another --out folder; nothing was changed.");

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}
