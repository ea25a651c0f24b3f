using System.Globalization;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>Checks that the lines of a sweep's files can come from this program, so that a report never uses an impossible value.</summary>
internal static class RecordChecks
{
    private const int HashLength = 64;

    /// <summary>The lines of <c>runs.jsonl</c>.</summary>
    internal static LineForm<RunRecord> Runs { get; } = new(RunRecord.CurrentSchema, RecordContext.Default.RunRecord, ProblemOf);

    /// <summary>The lines of <c>parts.jsonl</c>.</summary>
    internal static LineForm<PartRecord> Parts { get; } = new(PartRecord.CurrentSchema, RecordContext.Default.PartRecord, ProblemOf);

    /// <summary>Describes what is wrong with a run; null if it is valid.</summary>
    internal static string? ProblemOf(RunRecord run)
    {
        if (ExperimentTable.Find(run.Experiment) is not { } experiment)
            return $"experiment is \"{run.Experiment}\", which is not in the table";
        bool hasRaw = experiment.WasTestedOnRawPixels;
        return Text("version", run.Version)
            ?? Whole("seed", run.Seed, 1, SweepPlan.MostSeeds)
            ?? Whole("epochs", run.Epochs, 1, int.MaxValue)
            ?? Whole("batchSize", run.BatchSize, 1, int.MaxValue)
            ?? (run.Data is DataOrigin.Mnist or DataOrigin.Synthetic ? null
                : $"data is \"{run.Data}\", expected {DataOrigin.Mnist} or {DataOrigin.Synthetic}")
            ?? Hash("dataSha256", run.DataSha256)
            ?? Text("part", run.Part)
            ?? NotNegative("finishedAfterSeconds", run.FinishedAfterSeconds)
            ?? NotNegative("trainSeconds", run.TrainSeconds)
            ?? Positive("denseFlops", run.DenseFlops)
            ?? NotNegative("testLoss", run.TestLoss)
            ?? Share("testAccuracy", run.TestAccuracy)
            ?? Given("rawTestLoss", run.RawTestLoss, hasRaw, NotNegative)
            ?? Given("rawTestAccuracy", run.RawTestAccuracy, hasRaw, Share)
            ?? (run.RawTraining is not null == hasRaw ? null : $"rawTraining is {(hasRaw ? "missing" : "given")} for {run.Experiment}")
            ?? (run.RawTraining is { } raw ? OfRawTraining(raw) : null)
            ?? Hash("weightsSha256", run.WeightsSha256)
            ?? OfHistory(run)
            ?? OfPredictions(run);
    }

    /// <summary>Describes what is wrong with a part; null if it is valid.</summary>
    internal static string? ProblemOf(PartRecord part) =>
        Text("id", part.Id)
        ?? (DateTime.TryParseExact(part.Started, PartClock.TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
            ? null : $"started is \"{part.Started}\", expected a time such as 2026-01-31T12:00:00Z")
        ?? Text("command", part.Command)
        ?? OfPlan(part.Plan)
        ?? Text("version", part.Version)
        ?? Text("runtime", part.Runtime)
        ?? Text("system", part.System)
        ?? Text("processor", part.Processor)
        ?? Whole("processors", part.Processors, 1, int.MaxValue)
        ?? (part.VectorBits is 0 or 128 or 256 or 512 ? null
            : FormattableString.Invariant($"vectorBits is {part.VectorBits}, expected 0, 128, 256 or 512"))
        ?? Whole("jobs", part.Jobs, 1, int.MaxValue)
        ?? Positive("peakBefore", part.PeakBefore)
        ?? (part.PeakAfter is { } peak ? Positive("peakAfter", peak) : null)
        ?? (part.WallSeconds is { } wall ? NotNegative("wallSeconds", wall) : null)
        ?? (part.PeakAfter is null == part.WallSeconds is null ? null : "only one of peakAfter and wallSeconds is given");

    private static string? OfPlan(PlanRecord plan)
    {
        string[] known = ExperimentTable.All.Select(experiment => experiment.Id).Where(id => plan.Experiments.Contains(id)).ToArray();
        return (plan.Experiments.Count > 0 && known.SequenceEqual(plan.Experiments) ? null
            : "plan.experiments are not experiments in the table's order")
            ?? Whole("plan.seeds", plan.Seeds, 1, SweepPlan.MostSeeds)
            ?? (plan.Epochs is { } epochs ? Whole("plan.epochs", epochs, 1, int.MaxValue) : null)
            ?? Whole("plan.shards", plan.Shards, 1, int.MaxValue)
            ?? Whole("plan.shard", plan.Shard, 1, plan.Shards);
    }

    private static string? OfRawTraining(RawTraining raw)
    {
        if (raw.DivergedAtStep is { } step)
            return Whole("rawTraining.divergedAtStep", step, 1, long.MaxValue)
                ?? (raw.TestLoss is null && raw.TestAccuracy is null ? null : "rawTraining diverged and has test figures");
        return (raw.TestLoss is { } loss ? NotNegative("rawTraining.testLoss", loss) : null)
            ?? (raw.TestAccuracy is { } accuracy ? Share("rawTraining.testAccuracy", accuracy) : "rawTraining has no testAccuracy");
    }

    private static string? OfHistory(RunRecord run)
    {
        if (run.History.Count != run.Epochs)
            return FormattableString.Invariant($"history has {run.History.Count} entries, expected one for each of {run.Epochs} epochs");
        for (int epoch = 1; epoch <= run.Epochs; epoch++)
        {
            string what = FormattableString.Invariant($"history of epoch {epoch}");
            if (run.History[epoch - 1] is not { } figures)
                return $"{what} is null";
            if ((NotNegative($"{what}: loss", figures.Loss) ?? Share($"{what}: accuracy", figures.Accuracy)) is { } problem)
                return problem;
        }
        return null;
    }

    private static string? OfPredictions(RunRecord run)
    {
        int wrongClass = run.Predictions.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(Experiment.Classes - 1));
        if (run.Predictions.Length == 0)
            return "predictions are empty";
        if (wrongClass >= 0)
            return Whole($"the prediction of image {Invariant(wrongClass)}", run.Predictions[wrongClass], 0, Experiment.Classes - 1);
        if (Whole("the number of worstMistakes", run.WorstMistakes.Count, 0, SweepWork.WorstCount) is { } tooMany)
            return tooMany;
        HashSet<int> images = [];
        foreach (Mistake? mistake in run.WorstMistakes)
        {
            if (mistake is null)
                return "a mistake is null";
            string what = FormattableString.Invariant($"the mistake on image {mistake.Image}");
            string? problem = Whole("a mistake's image", mistake.Image, 0, run.Predictions.Length - 1)
                ?? Whole($"{what}: truth", mistake.Truth, 0, Experiment.Classes - 1)
                ?? Whole($"{what}: predicted", mistake.Predicted, 0, Experiment.Classes - 1)
                ?? Share($"{what}: probability", mistake.Probability)
                ?? Share($"{what}: truthProbability", mistake.TruthProbability)
                ?? (mistake.Predicted == mistake.Truth ? $"{what} is not a mistake: predicted equals truth" : null)
                ?? (mistake.Predicted == run.Predictions[mistake.Image] ? null
                    : $"{what}: predictions say {Invariant(run.Predictions[mistake.Image])}, not {Invariant(mistake.Predicted)}")
                ?? (images.Add(mistake.Image) ? null : $"{what} occurs twice");
            if (problem is not null)
                return problem;
        }
        return null;
    }

    private static string? Text(string name, string text) => string.IsNullOrWhiteSpace(text) ? $"{name} is empty" : null;

    private static string? Whole(string name, long value, long least, long most) =>
        value >= least && value <= most ? null : FormattableString.Invariant($"{name} is {value}, expected {least} to {most}");

    private static string? NotNegative(string name, double value) =>
        double.IsFinite(value) && value >= 0 ? null : $"{name} is {Invariant(value)}, expected a finite number of at least 0";

    private static string? Positive(string name, double value) =>
        double.IsFinite(value) && value > 0 ? null : $"{name} is {Invariant(value)}, expected a finite number above 0";

    private static string? Share(string name, double value) => value is >= 0 and <= 1 ? null
        : $"{name} is {Invariant(value)}, expected 0 to 1";

    private static string? Given(string name, double? value, bool isExpected, Func<string, double, string?> check) =>
        value is not { } number ? isExpected ? $"{name} is missing" : null
        : isExpected ? check(name, number)
        : $"{name} is given, which this experiment does not have";

    private static string? Hash(string name, string hash) =>
        hash.Length == HashLength && !hash.AsSpan().ContainsAnyExcept("0123456789abcdef") ? null
            : $"{name} is not a SHA-256 of {HashLength} lower-case hexadecimal digits";

    private static string Invariant<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
