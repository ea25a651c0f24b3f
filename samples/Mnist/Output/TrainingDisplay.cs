using NeuralCore.Training;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Shows the progress of a fit; is notified of each step and each epoch.</summary>
internal abstract class TrainingDisplay : IProgress<FitProgress>
{
    private FitProgress _last;

    protected TrainingDisplay() => Callback = new EpochListener(this);

    /// <summary>The callback that the fit calls at the end of each epoch.</summary>
    internal Callback Callback { get; }

    /// <summary>The display for an output: live in a terminal, else one line an epoch.</summary>
    internal static TrainingDisplay For(Terminal terminal) =>
        terminal.CanMoveCursor ? new LiveDisplay(terminal) : new PlainDisplay(terminal);

    /// <summary>Runs the fit while displaying its progress.</summary>
    internal virtual TrainingHistory Show(Func<TrainingHistory> fit) => fit();

    /// <inheritdoc/>
    public void Report(FitProgress value)
    {
        _last = value;
        OnStep(EpochRow.Of(value));
    }

    /// <summary>Ends an epoch: shows the figures of its last step with the speed of the whole epoch.</summary>
    internal void EndEpoch(double samplesPerSecond) => OnEpoch(EpochRow.Of(_last) with { SamplesPerSecond = samplesPerSecond });

    protected virtual void OnStep(EpochRow row)
    {
    }

    protected abstract void OnEpoch(EpochRow row);

    private sealed class EpochListener(TrainingDisplay display) : Callback
    {
        public override void OnEpochEnd(FitContext context, EpochResult result) => display.EndEpoch(result.SamplesPerSecond);
    }
}

/// <summary>The figures of one epoch, finished or not.</summary>
internal readonly record struct EpochRow(
    int Epoch, int Epochs, double Loss, double Accuracy, double SamplesPerSecond, TimeSpan Left, double Fraction)
{
    internal static EpochRow Of(in FitProgress progress)
    {
        double done = progress.Epoch - 1 + (double)progress.Samples / progress.SamplesPerEpoch;
        double seconds = Math.Max(progress.Elapsed.TotalSeconds, 1e-9);
        return new EpochRow(
            progress.Epoch,
            progress.Epochs,
            progress.Loss,
            progress.FirstMetric,
            done * progress.SamplesPerEpoch / seconds,
            TimeSpan.FromSeconds(Math.Min(seconds * (progress.Epochs - done) / done, TimeSpan.MaxValue.TotalSeconds / 2)),
            done / progress.Epochs);
    }
}
