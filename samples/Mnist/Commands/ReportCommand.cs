using System.CommandLine;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Samples.Mnist.Reporting;
using NeuralCore.Samples.Mnist.Sweeps;

namespace NeuralCore.Samples.Mnist.Commands;

/// <summary><c>report</c>: trains every experiment for every seed, in parallel, and writes the report.</summary>
internal static class ReportCommand
{
    internal const string DefaultFolder = "artifacts/mnist-report";
    private const int DefaultSeeds = 10;
    private const int MostJobs = 1024;

    internal static Command Create()
    {
        Option<int?> seeds = Arguments.Whole("--seeds", $"Train every experiment from seeds 1 to this (default {DefaultSeeds}).", 1,
            SweepPlan.MostSeeds);
        Option<int?> jobs = Arguments.Whole(
            "--jobs", "How many runs to train in parallel, one thread each (default: one for each processor).", 1, MostJobs);
        Option<IReadOnlyList<Experiment>?> only = Arguments.Only();
        Option<string> folder = Arguments.Path("--out", $"The folder for runs and reports (default {DefaultFolder}).", "DIR");
        Option<Shard?> shard = Arguments.Shard();
        Option<int?> epochs = Arguments.Whole(
            "--epochs", "Epochs of every run, for a quick look (default: as published, 20); the report says so.", 1, int.MaxValue);
        Option<string> data = Arguments.Path("--data", "The folder with the four MNIST files, as for run.", "DIR");
        Command command = new(
            "report",
            "Trains every experiment for every seed and writes the report. After an interruption, the same command continues.")
        { seeds, jobs, only, folder, shard, epochs, data };
        command.SetAction(parsed =>
        {
            SweepPlan plan = new(
                parsed.GetValue(only) ?? ExperimentTable.All,
                parsed.GetValue(seeds) ?? DefaultSeeds,
                parsed.GetValue(epochs),
                parsed.GetValue(shard) ?? Shard.Whole);
            return Execute(
                plan,
                parsed.GetValue(jobs) ?? Math.Min(Environment.ProcessorCount, MostJobs),
                parsed.GetValue(folder) ?? DefaultFolder,
                parsed.GetValue(data));
        });
        return command;
    }

    private static int Execute(SweepPlan plan, int jobs, string path, string? data)
    {
        using Interruption interruption = new();
        Terminal terminal = Terminal.Open();
        using SweepFolder folder = SweepFolder.Open(path);
        try
        {
            ModelFactory.CheckInstructionSet();
            Execute(terminal, plan, jobs, folder, data, interruption.Token);
            return ExitCodes.Success;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            Terminal.Error(FormattableString.Invariant(
                $"Interrupted: {folder.Runs.Count} finished runs are kept in {path}; the same command continues."));
            return interruption.ExitCode;
        }
    }

    private static void Execute(
        Terminal terminal, SweepPlan plan, int jobs, SweepFolder folder, string? data, CancellationToken cancellation)
    {
        // The clock includes reading the data: it is part of the time that a report takes.
        ReportFiles.Check(folder.Path);
        PlanChecks.CheckContinues(folder.Path, folder.Parts, plan.Record);
        PartClock part = PartClock.Begin(Shown(Environment.CommandLine), plan.Record, jobs);
        MnistImages images = DataLoading.Load(terminal, data, DataLoading.ToTrain, cancellation);
        SweepData common = SweepData.Of(images);
        folder.CheckRuns(common, plan.EpochsOf);

        HashSet<RunKey> finished = [.. folder.Runs.Select(run => run.Key)];
        IReadOnlyList<PlannedRun> all = plan.Runs();
        PlannedRun[] runs = all.Where(run => !finished.Contains(run.Key)).ToArray();
        terminal.Line(
            $"{Numbers.Plain(all.Count)} runs{(plan.Shard.IsWhole ? "" : $" of shard {plan.Shard}")}, "
            + $"{Numbers.Plain(all.Count - runs.Length)} of them finished before; "
            + $"{Numbers.Plain(jobs)} in parallel, one thread each. Data: {common.Kind}. Folder: {folder.Path}");
        if (runs.Length > 0)
        {
            int alreadyDone = all.Count - runs.Length;
            Train(terminal, runs, alreadyDone, jobs, folder, part, token => new SweepWork(images, common, token), cancellation);
        }
        cancellation.ThrowIfCancellationRequested();
        if (!plan.Shard.IsWhole)
        {
            terminal.Line($"Shard {plan.Shard} is finished. When all are, merge DIR... --out DIR joins them and writes the report.");
            return;
        }
        ReportData report = ReportBuilder.Build(folder.Runs, images.Test, ProvenanceBuilder.Build(folder.Runs, folder.Parts));
        ReportFiles.Write(terminal, folder.Path, report);
    }

    private static void Train(
        Terminal terminal,
        PlannedRun[] runs,
        int alreadyDone,
        int jobs,
        SweepFolder folder,
        PartClock part,
        Func<CancellationToken, SweepWork> makeWork,
        CancellationToken cancellation)
    {
        folder.Append(part.Start);
        try
        {
            SweepProgress progress = new(runs, alreadyDone);
            SweepEngine engine = new(folder, part.Start.Id, part.Clock, progress);
            new SweepDisplay(terminal, progress).Show(() => engine.Run(runs, jobs, makeWork, cancellation));
        }
        catch (OperationCanceledException)
        {
            folder.Append(part.End());
            throw;
        }
        folder.Append(part.End());
    }

    // Without the program's path, which says nothing about the run.
    private static string Shown(string commandLine)
    {
        int start = commandLine.IndexOf(" report", StringComparison.Ordinal);
        return start < 0 ? "report" : commandLine[(start + 1)..];
    }
}
