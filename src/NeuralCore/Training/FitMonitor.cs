using NeuralCore.Models;

namespace NeuralCore.Training;

/// <summary>What a fit with <see cref="FitOptions{TTarget}.Log"/> does between its steps: the log and the training doctor.</summary>
internal sealed class FitMonitor<TTarget>
    where TTarget : unmanaged
{
    private readonly TrainingState _training;
    private readonly FitLog _log;
    private readonly int _epochs;

    internal FitMonitor(
        TextWriter writer, TrainingState training, FitData<TTarget> data, LossAndMetrics<TTarget> lossAndMetrics, int epochs)
    {
        _training = training;
        _epochs = epochs;
        string? firstMetric = lossAndMetrics.Metrics is [{ } first, ..] ? first.Name : null;
        _log = new FitLog(writer, writer as ITerminal ?? ConsoleTerminal.Behind(writer), TimeProvider.System, firstMetric);
    }

    /// <summary>Before the first step.</summary>
    internal void Begin()
    {
        _log.LearningRate = _training.LearningRate;
    }

    internal void BeforeStep()
    {
    }

    /// <summary>After a step.</summary>
    /// <returns>Whether the log wants to show it.</returns>
    internal bool AfterStep() => _log.WantsStep;

    internal void Show(in FitProgress progress, TimeSpan duration) => _log.Step(progress, duration);

    internal void EndEpoch(int epoch, EpochResult result) => _log.Epoch(epoch, _epochs, result, _training.LearningRate);

    /// <summary>After the last step.</summary>
    internal void End(TrainingHistory history)
    {
    }

    /// <summary>Leaves the terminal's line empty, however the fit ended.</summary>
    internal void Close() => _log.EraseBar();
}
