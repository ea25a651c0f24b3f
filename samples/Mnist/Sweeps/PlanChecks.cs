using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>Checks that the parts of a sweep belong together and are complete, by the plan stored with each part.</summary>
internal static class PlanChecks
{
    internal const string WhatToDo = "Name the folders of all shards of one finished sweep; nothing was written.";

    /// <summary>Rejects a plan that does not continue the folder's sweep. A whole sweep may grow; a shard keeps its plan.</summary>
    /// <exception cref="SampleException">The folder holds a part of another plan.</exception>
    internal static void CheckContinues(string folder, IEnumerable<PartRecord> parts, PlanRecord plan)
    {
        foreach (PartRecord part in parts)
        {
            if (plan.Shards > 1 && (!part.Plan.IsOfOneSweepWith(plan) || part.Plan.Shard != plan.Shard))
            {
                throw new SampleException(
                    $"{folder} holds another part of a sweep ({part.Plan}), requested is {plan}. "
                    + "Choose another --out folder; nothing was changed.");
            }
        }
    }

    /// <summary>Rejects parts of different sweeps, and a sweep that lacks a part or a run.</summary>
    /// <param name="folders">The folders with the processes that worked in them.</param>
    /// <param name="runs">All runs.</param>
    /// <exception cref="SampleException">The message names the part.</exception>
    internal static void CheckWhole(IReadOnlyList<(string Folder, IReadOnlyList<PartRecord> Parts)> folders, IEnumerable<RunRecord> runs)
    {
        HashSet<RunKey> there = [.. runs.Select(run => run.Key)];
        (string Folder, PlanRecord Plan)[] plans = folders.SelectMany(folder => folder.Parts.Select(part => (folder.Folder, part.Plan)))
            .ToArray();
        (string Folder, PlanRecord Plan)[] shards = plans.Where(part => part.Plan.Shards > 1).ToArray();
        foreach ((string folder, PlanRecord plan) in shards)
        {
            if (!plan.IsOfOneSweepWith(shards[0].Plan))
                throw Refused($"{folder} holds a part of another sweep ({plan}) than {shards[0].Folder} ({shards[0].Plan})");
        }
        foreach ((string folder, PlanRecord plan) in plans)
            CheckFinished(plan, folder, there);
        if (shards.Length == 0)
            return;
        PlanRecord sweep = shards[0].Plan;
        int[] missing = Enumerable.Range(1, sweep.Shards).Except(shards.Select(part => part.Plan.Shard)).ToArray();
        // A shard without runs writes nothing, so it is not missing.
        missing = missing.Where(shard => SweepPlan.Of(sweep with { Shard = shard }).Runs().Any(run => !there.Contains(run.Key))).ToArray();
        if (missing.Length == 1)
            throw Refused(FormattableString.Invariant($"shard {missing[0]} of {sweep.Shards} is missing"));
        if (missing.Length > 1)
            throw Refused(FormattableString.Invariant($"shards {string.Join(", ", missing)} of {sweep.Shards} are missing"));
    }

    private static void CheckFinished(PlanRecord plan, string folder, HashSet<RunKey> there)
    {
        IReadOnlyList<PlannedRun> planned = SweepPlan.Of(plan).Runs();
        PlannedRun[] missing = planned.Where(run => !there.Contains(run.Key)).ToArray();
        if (missing.Length == 0)
            return;
        string part = plan.Shards > 1 ? FormattableString.Invariant($"shard {plan.Shard}/{plan.Shards}") : "the sweep";
        string first = FormattableString.Invariant($"{missing[0].Experiment.Id}, seed {missing[0].Seed}");
        throw Refused(FormattableString.Invariant(
            $"{folder}: {part} is not finished, {missing.Length} of {planned.Count} runs are missing; the first is {first}"));
    }

    private static SampleException Refused(string what) => new($"{what}. {WhatToDo}");
}
