using NeuralCore.Data;
using NeuralCore.Diagnostics;

namespace NeuralCore.Training;

public sealed partial class Trainer<TTarget>
{
    /// <summary>
    /// Looks for faults of the data, the model, the loss and the learning rate, as a fit with <see cref="FitOptions{TTarget}.Log"/> does:
    /// evaluation data on another scale than the training data, shifted labels, dead units, and more.
    /// </summary>
    /// <remarks>
    /// Reads a sample of some thousand rows at most, and takes a trial step, which is undone: only <see cref="Trainer.GradientOf"/> shows
    /// it. Call it before and after training; some faults show only then. docs/training-doctor.md lists what it finds.
    /// </remarks>
    /// <param name="training">The training data.</param>
    /// <param name="evaluation">The validation or test data; null without.</param>
    /// <returns>What was found; empty if nothing was.</returns>
    /// <exception cref="ShapeException">The samples do not have the model's input shape.</exception>
    /// <exception cref="InvalidOperationException">The model is being trained or is predicting on another thread.</exception>
    public IReadOnlyList<Finding> Diagnose(Dataset<TTarget> training, Dataset<TTarget>? evaluation = null)
    {
        ArgumentNullException.ThrowIfNull(training);
        DataChecks.CheckInputShape(Model, training);
        if (evaluation is not null)
            DataChecks.CheckInputShape(Model, evaluation);
        Doctor<TTarget> doctor = new(Model, LossAndMetrics, training);
        _lock.EnterWrite();
        try
        {
            doctor.CheckData(evaluation);
            doctor.CheckLayers();
            TrialStep.Run(State, LossAndMetrics, training, doctor, rows => PrepareStep(rows, _team?.Workers ?? 0), PrepareEvaluation);
            return doctor.Findings;
        }
        finally
        {
            _lock.ExitWrite();
        }
    }
}
