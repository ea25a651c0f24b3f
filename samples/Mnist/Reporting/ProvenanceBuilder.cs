using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Reporting;

/// <summary>Describes how runs were made, from the runs and the processes that made them.</summary>
internal static class ProvenanceBuilder
{
    /// <summary>The provenance of the runs.</summary>
    /// <param name="runs">All runs, at least one, with the same version, data and number of epochs.</param>
    /// <param name="parts">All processes that worked on them, including those without a finished run, whose time counts as well.</param>
    internal static Provenance Build(IReadOnlyList<RunRecord> runs, IReadOnlyList<PartRecord> parts)
    {
        RunRecord first = runs[0];
        ILookup<string, RunRecord> byPart = runs.ToLookup(run => run.Part);
        double wall = parts.Sum(part =>
            part.WallSeconds ?? byPart[part.Id].Select(run => run.FinishedAfterSeconds).DefaultIfEmpty(0).Max());
        // The time of each part at its own machine's peak.
        double atPeak = parts.Sum(part => byPart[part.Id].Sum(run => run.DenseFlops) / Peak(part));
        double flops = runs.Sum(run => run.DenseFlops);
        return new Provenance(
            CommandFor(runs),
            first.Version,
            first.Epochs,
            runs.All(run => run.Epochs == ExperimentTable.Find(run.Experiment)!.Epochs),
            first.Data,
            first.DataSha256,
            parts,
            wall,
            flops,
            atPeak > 0 ? flops / atPeak : double.NaN);
    }

    // Other load on the machine only lowers a measured peak, so the higher one is more accurate.
    private static double Peak(PartRecord part) => Math.Max(part.PeakBefore, part.PeakAfter ?? 0);

    /// <summary>The command that makes all these runs in one process.</summary>
    internal static string CommandFor(IReadOnlyList<RunRecord> runs)
    {
        string[] ids = ExperimentTable.All.Select(experiment => experiment.Id).Where(id => runs.Any(run => run.Experiment == id)).ToArray();
        string only = ids.Length == ExperimentTable.All.Count ? "" : $" --only {string.Join(',', Names(ids))}";
        bool isAsPublished = runs.All(run => run.Epochs == ExperimentTable.Find(run.Experiment)!.Epochs);
        string epochs = isAsPublished ? "" : FormattableString.Invariant($" --epochs {runs[0].Epochs}");
        return FormattableString.Invariant(
            $"dotnet run -c Release --project samples/Mnist -- report --seeds {runs.Max(run => run.Seed)}{only}{epochs}");
    }

    private static IEnumerable<string> Names(string[] ids)
    {
        foreach (ExperimentGroup group in Enum.GetValues<ExperimentGroup>())
        {
            string[] all = ExperimentTable.Of(group).Select(experiment => experiment.Id).ToArray();
            string[] chosen = all.Intersect(ids).ToArray();
            if (chosen.Length == all.Length)
                yield return ExperimentTable.NameOf(group);
            else
            {
                foreach (string id in chosen)
                    yield return id;
            }
        }
    }
}
