using NeuralCore.Diagnostics;
using NeuralCore.Models;

namespace NeuralCore.Training;

/// <summary>What a fit with <see cref="FitOptions{TTarget}.Log"/> does between its steps: the log and the training doctor.</summary>
internal sealed class FitMonitor<TTarget>
    where TTarget : unmanaged
{
    private readonly TrainingState _training;
    private readonly FitData<TTarget> _data;
    private readonly TextWriter _writer;
    private readonly FitLog _log;
    private readonly Doctor<TTarget> _doctor;
    private readonly int _epochs;
    private long _steps;

    internal FitMonitor(
        TextWriter writer, TrainingState training, FitData<TTarget> data, LossAndMetrics<TTarget> lossAndMetrics, int epochs)
    {
        _writer = writer;
        _training = training;
        _data = data;
        _epochs = epochs;
        _doctor = new Doctor<TTarget>(training.Model, lossAndMetrics, data.Training);
        string? firstMetric = lossAndMetrics.Metrics is [{ } first, ..] ? first.Name : null;
        _log = new FitLog(writer, writer as ITerminal ?? ConsoleTerminal.Behind(writer), TimeProvider.System, firstMetric);
    }

    // Steps 1, 2, 4, 8, ... of the fit: few, most of them early, where a rate that is too high does its damage.
    private bool Measures => (_steps & (_steps - 1)) == 0;

    /// <summary>Compares data of later evaluations with the training data; null before <see cref="Begin"/>.</summary>
    internal EvaluationCheck? EvaluationCheck =>
        _doctor.TrainingFeatures is { } features ? new EvaluationCheck(_writer, features) : null;

    /// <summary>Before the first step: checks the data.</summary>
    internal void Begin()
    {
        _log.LearningRate = _training.LearningRate;
        _doctor.CheckData(_data.Validation);
        WriteFindings();
    }

    internal void BeforeStep()
    {
        _steps++;
        if (Measures)
            _doctor.Updates.BeforeStep();
    }

    /// <summary>After a step.</summary>
    /// <returns>Whether the log wants to show it.</returns>
    internal bool AfterStep()
    {
        if (Measures)
            _doctor.Updates.AfterStep();
        return _log.WantsStep;
    }

    internal void Show(in FitProgress progress, TimeSpan duration) => _log.Step(progress, duration);

    internal void EndEpoch(int epoch, EpochResult result) => _log.Epoch(epoch, _epochs, result, _training.LearningRate);

    /// <summary>After the last step: checks what training has come to.</summary>
    internal void End(TrainingHistory history)
    {
        _doctor.CheckLayers();
        double loss = history.Epochs is [.., { } last] ? last.Training.Loss : double.NaN;
        _doctor.CheckTraining(loss, _training.StepCount, _training.LearningRate);
        WriteFindings();
    }

    /// <summary>Leaves the terminal's line empty, however the fit ended.</summary>
    internal void Close() => _log.EraseBar();

    private void WriteFindings()
    {
        foreach (Finding finding in _doctor.Findings)
            _log.Line(finding.ToString());
        _doctor.Findings.Clear();
    }
}
