using System.Text.Json.Serialization;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>One run as JSON.</summary>
internal sealed record RunResult
{
    public required string Experiment { get; init; }

    public required long Seed { get; init; }

    public required int Epochs { get; init; }

    public required int BatchSize { get; init; }

    public required int Threads { get; init; }

    public required string Data { get; init; }

    public required double TrainSeconds { get; init; }

    public required double TestLoss { get; init; }

    public required double TestAccuracy { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RawTestLoss { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RawTestAccuracy { get; init; }

    public required string WeightsSha256 { get; init; }

    public required IReadOnlyList<EpochFigures> History { get; init; }

    internal static RunResult Of(RunOutcome outcome, DataOrigin data) => new()
    {
        Experiment = outcome.Settings.Experiment.Id,
        Seed = outcome.Settings.Seed,
        Epochs = outcome.Settings.Epochs,
        BatchSize = outcome.Settings.BatchSize,
        Threads = outcome.Settings.Threads,
        Data = data.Kind,
        TrainSeconds = outcome.TrainingTime.TotalSeconds,
        TestLoss = outcome.Test.Loss,
        TestAccuracy = outcome.Test.Accuracy,
        RawTestLoss = outcome.RawTest?.Loss,
        RawTestAccuracy = outcome.RawTest?.Accuracy,
        WeightsSha256 = WeightsHash.Of(outcome.Model),
        History = outcome.History.Epochs
            .Select(epoch => new EpochFigures(epoch.Epoch, epoch.Training.Loss, epoch.Training.Accuracy)).ToArray(),
    };
}

/// <summary>One epoch of the training history.</summary>
internal sealed record EpochFigures(int Epoch, double Loss, double Accuracy);

/// <summary>The source-generated serializer of results, which needs no reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(RunResult))]
internal sealed partial class ResultContext : JsonSerializerContext;
