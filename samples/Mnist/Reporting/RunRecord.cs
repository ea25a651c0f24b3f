using System.Text.Json.Serialization;

namespace NeuralCore.Samples.Mnist.Reporting;

/// <summary>One finished run: one line of <c>runs.jsonl</c>, with everything that the report uses.</summary>
internal sealed record RunRecord
{
    /// <summary>The schema number of the line; another number is rejected.</summary>
    internal const int CurrentSchema = 1;

    public required int Schema { get; init; }

    /// <summary>The version of NeuralCore: other versions may train to other bits.</summary>
    public required string Version { get; init; }

    /// <summary>The id of the experiment.</summary>
    public required string Experiment { get; init; }

    public required long Seed { get; init; }

    public required int Epochs { get; init; }

    public required int BatchSize { get; init; }

    /// <summary><c>mnist</c> or <c>synthetic</c>.</summary>
    public required string Data { get; init; }

    /// <summary>
    /// SHA-256 over training pixels, training labels, test pixels and test labels (labels as bytes), in lower-case hexadecimal.
    /// </summary>
    public required string DataSha256 { get; init; }

    /// <summary>The process that made the run: an entry of <c>parts.jsonl</c>.</summary>
    public required string Part { get; init; }

    /// <summary>Seconds from that process' start to the end of this run.</summary>
    public required double FinishedAfterSeconds { get; init; }

    public required double TrainSeconds { get; init; }

    /// <summary>
    /// Floating-point operations of the matrix products of this run (training and testing) without skipping zeros. Training on raw pixels
    /// is not counted.
    /// </summary>
    public required double DenseFlops { get; init; }

    public required double TestLoss { get; init; }

    public required double TestAccuracy { get; init; }

    /// <summary>Test loss on raw pixels 0..255 after training on 0..1; only for basic.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RawTestLoss { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RawTestAccuracy { get; init; }

    /// <summary>The result of training on raw pixels; only for basic.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RawTraining? RawTraining { get; init; }

    public required string WeightsSha256 { get; init; }

    /// <summary>Training loss and accuracy of each epoch, with dropout; the first is epoch 1.</summary>
    public required IReadOnlyList<EpochRecord> History { get; init; }

    /// <summary>The predicted class of each test image, one byte each; base64 in the file.</summary>
    public required byte[] Predictions { get; init; }

    /// <summary>The wrong predictions with the largest loss, the worst first.</summary>
    public required IReadOnlyList<Mistake> WorstMistakes { get; init; }

    /// <summary>The identity of the run: experiment and seed.</summary>
    internal RunKey Key => new(Experiment, Seed);
}

/// <summary>Identifies a run within a sweep.</summary>
internal readonly record struct RunKey(string Experiment, long Seed);

/// <summary>Training loss and accuracy of one epoch.</summary>
internal sealed record EpochRecord(double Loss, double Accuracy);

/// <summary>A wrong prediction.</summary>
/// <param name="Image">The test image's index, from 0.</param>
/// <param name="Truth">Its digit.</param>
/// <param name="Predicted">The digit predicted.</param>
/// <param name="Probability">The probability given to the predicted digit.</param>
/// <param name="TruthProbability">The probability given to the true digit.</param>
internal sealed record Mistake(int Image, int Truth, int Predicted, double Probability, double TruthProbability);

/// <summary>The result of training on raw pixels 0..255.</summary>
/// <param name="DivergedAtStep">The step at which the loss or a weight was no longer finite; null if all epochs were trained.</param>
/// <param name="TestLoss">The raw test loss; null if training diverged or the loss is not finite.</param>
/// <param name="TestAccuracy">The raw test accuracy; null if training diverged.</param>
internal sealed record RawTraining(long? DivergedAtStep, double? TestLoss, double? TestAccuracy);

/// <summary>The plan of a sweep, and the part of it for one process.</summary>
/// <param name="Experiments">The ids, in the table's order.</param>
/// <param name="Seeds">The last seed; the first is 1.</param>
/// <param name="Epochs">Epochs of every run; null for the published number.</param>
/// <param name="Shard">The part, from 1.</param>
/// <param name="Shards">How many parts there are.</param>
internal sealed record PlanRecord(
    IReadOnlyList<string> Experiments,
    int Seeds,
    int? Epochs,
    int Shard,
    int Shards)
{
    /// <summary>Whether both are parts of one sweep with the same number of parts.</summary>
    internal bool IsOfOneSweepWith(PlanRecord other) =>
        Experiments.SequenceEqual(other.Experiments) && Seeds == other.Seeds && Epochs == other.Epochs && Shards == other.Shards;

    /// <summary>The plan as command-line options.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Experiments.Count} experiments, --seeds {Seeds}")
        + (Epochs is { } epochs ? FormattableString.Invariant($", --epochs {epochs}") : "")
        + (Shards > 1 ? FormattableString.Invariant($", --shard {Shard}/{Shards}") : "");
}

/// <summary>One process that worked on a sweep: a line of <c>parts.jsonl</c> at its start, and another one at its end.</summary>
internal sealed record PartRecord
{
    /// <summary>The schema number of the line; another number is rejected.</summary>
    internal const int CurrentSchema = 2;

    public required int Schema { get; init; }

    public required string Id { get; init; }

    /// <summary>UTC, ISO 8601.</summary>
    public required string Started { get; init; }

    public required string Command { get; init; }

    public required PlanRecord Plan { get; init; }

    public required string Version { get; init; }

    public required string Runtime { get; init; }

    public required string System { get; init; }

    public required string Processor { get; init; }

    public required int Processors { get; init; }

    /// <summary>The vector width in bits; 0 for none.</summary>
    public required int VectorBits { get; init; }

    /// <summary>How many runs executed in parallel.</summary>
    public required int Jobs { get; init; }

    /// <summary>FMA peak of all processors before the sweep, float32 operations per second.</summary>
    public required double PeakBefore { get; init; }

    /// <summary>The same after the sweep; null while it runs, or if it was killed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? PeakAfter { get; init; }

    /// <summary>The wall time of the process; null while it runs, or if it was killed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? WallSeconds { get; init; }
}

/// <summary>The source-generated serializer of both files, which needs no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(PartRecord))]
internal sealed partial class RecordContext : JsonSerializerContext;
