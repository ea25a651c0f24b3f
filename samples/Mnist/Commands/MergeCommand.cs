using System.CommandLine;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Samples.Mnist.Reporting;
using NeuralCore.Samples.Mnist.Sweeps;

namespace NeuralCore.Samples.Mnist.Commands;

/// <summary><c>merge</c>: joins the folders of all shards and writes the report that a single process would have written.</summary>
internal static class MergeCommand
{
    internal static Command Create()
    {
        Argument<string[]> folders = new("DIR")
        {
            Description = "The folders written by report --shard.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> output = Arguments.Path("--out", "The folder for the joined runs and the report.", "DIR");
        output.Required = true;
        Option<string> data = Arguments.Path("--data", "The folder with the four MNIST files, as for run.", "DIR");
        Command command = new("merge", "Joins the folders of shards and writes the report.") { folders, output, data };
        command.SetAction(parsed =>
            Execute(parsed.GetRequiredValue(folders), parsed.GetRequiredValue(output), parsed.GetValue(data)));
        return command;
    }

    private static int Execute(string[] inputs, string output, string? data)
    {
        Terminal terminal = Terminal.Open();
        // All inputs are read and checked before the output folder is touched.
        List<LocatedRun> runs = [];
        List<(string Folder, IReadOnlyList<PartRecord> Parts)> parts = [];
        foreach (string input in inputs)
        {
            (IReadOnlyList<RunRecord> itsRuns, IReadOnlyList<PartRecord> itsParts) = SweepFolder.Read(input);
            runs.AddRange(LocatedRun.Of(Path.Combine(input, SweepFolder.RunsFile), itsRuns));
            parts.Add((input, itsParts));
        }
        if (runs.Count == 0)
            throw new SampleException($"{string.Join(", ", inputs)}: no finished runs yet.");
        MnistImages images = DataLoading.Load(terminal, data, DataLoading.ToTest, CancellationToken.None);
        SweepData common = SweepData.Of(images);
        Check(runs, common);

        using SweepFolder folder = SweepFolder.Open(output);
        ReportFiles.Check(output);
        // Keep the runs that are already in the folder: no finished run is lost.
        parts.Add((output, folder.Parts));
        runs.InsertRange(0, LocatedRun.Of(folder.PathOf(SweepFolder.RunsFile), folder.Runs));
        Check(runs, common);
        RunRecord[] joined = Sorted(runs.Select(run => run.Run));
        PlanChecks.CheckWhole(parts, joined);
        CheckComplete(joined);
        folder.Replace(joined, parts.SelectMany(its => its.Parts).DistinctBy(part => part.Id)
            .OrderBy(part => part.Started, StringComparer.Ordinal).ToArray());
        terminal.Line($"{Numbers.Plain(joined.Length)} runs of {Numbers.Plain(inputs.Length)} folders joined in {output}");
        Provenance provenance = ProvenanceBuilder.Build(folder.Runs, folder.Parts);
        ReportFiles.Write(terminal, output, ReportBuilder.Build(folder.Runs, images.Test, provenance));
        return ExitCodes.Success;
    }

    private static void Check(IReadOnlyList<LocatedRun> runs, SweepData common) =>
        RunChecks.Check(runs, common, _ => runs[0].Run.Epochs);

    private static RunRecord[] Sorted(IEnumerable<RunRecord> runs)
    {
        Dictionary<string, int> order = ExperimentTable.All.Select((experiment, i) => (experiment.Id, i))
            .ToDictionary(pair => pair.Id, pair => pair.i);
        return runs.DistinctBy(run => run.Key).OrderBy(run => order[run.Experiment]).ThenBy(run => run.Seed).ToArray();
    }

    // Without a missing shard, some experiments would silently lack seeds that others have.
    private static void CheckComplete(RunRecord[] runs)
    {
        HashSet<RunKey> there = [.. runs.Select(run => run.Key)];
        RunKey[] missing = runs.Select(run => run.Experiment).Distinct()
            .SelectMany(id => Enumerable.Range(1, (int)runs.Max(run => run.Seed)).Select(seed => new RunKey(id, seed)))
            .Where(key => !there.Contains(key)).ToArray();
        if (missing.Length > 0)
        {
            throw new SampleException(FormattableString.Invariant(
                $"{missing.Length} runs are missing; the first is {missing[0].Experiment}, seed {missing[0].Seed}. {PlanChecks.WhatToDo}"));
        }
    }
}
