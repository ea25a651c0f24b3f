using NeuralCore.Serialization;

namespace NeuralCore.Tests.Training;

/// <summary>A checkpoint whose every number can be changed, as somebody would who edits a file and makes its digest anew.</summary>
internal sealed class CheckpointDraft
{
    private readonly Checkpoint _original;

    internal CheckpointDraft(Checkpoint original)
    {
        _original = original;
        FitRecord fit = original.Fit!;
        Step = original.Step;
        Epoch = original.Epoch;
        LearningRate = original.LearningRate;
        Weights = original.Weights.Select(weight => weight with { Values = [.. weight.Values] }).ToArray();
        Slots = original.Slots.Select(slot => KeyValuePair.Create(slot.Key, slot.Value.ToArray())).ToArray();
        Batch = fit.Batch;
        Samples = fit.Samples;
        Sums = [.. fit.Sums];
        EpochHasBegun = fit.EpochHasBegun;
        Ticks = fit.Duration.Ticks;
        History = [.. fit.History];
        Rates = [.. fit.Rates!];
        Columns = fit.HistoryColumns;
        Callback = new CallbackState();
        foreach ((string name, string value) in fit.Callbacks[0].Value.Values)
            Callback.Set(name, value);
        foreach ((string name, float[] values) in fit.Callbacks[0].Value.Arrays)
            Callback.Set(name, values);
    }

    internal long Step { get; set; }

    internal int Epoch { get; set; }

    internal float LearningRate { get; set; }

    internal SavedArray[] Weights { get; }

    internal KeyValuePair<string, float[]>[] Slots { get; }

    internal int Batch { get; set; }

    internal int Samples { get; set; }

    internal double[] Sums { get; set; }

    internal bool EpochHasBegun { get; set; }

    internal long Ticks { get; set; }

    internal double[] History { get; set; }

    internal double[] Rates { get; set; }

    internal int Columns { get; }

    /// <summary>The state of the first callback.</summary>
    internal CallbackState Callback { get; set; }

    internal Checkpoint Finish() => new()
    {
        Step = Step,
        Epoch = Epoch,
        LearningRate = LearningRate,
        Model = _original.Model,
        Optimizer = _original.Optimizer,
        Loss = _original.Loss,
        Weights = Weights,
        Slots = Slots,
        StepState = _original.StepState,
        Fit = new FitRecord
        {
            Settings = _original.Fit!.Settings,
            Batch = Batch,
            Samples = Samples,
            Sums = Sums,
            EpochHasBegun = EpochHasBegun,
            Duration = new TimeSpan(Ticks),
            History = History,
            Rates = Rates,
            Callbacks = [new(_original.Fit.Callbacks[0].Key, Callback)],
        },
    };
}
