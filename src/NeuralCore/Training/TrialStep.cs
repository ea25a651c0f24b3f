using NeuralCore.Data;
using NeuralCore.Diagnostics;
using NeuralCore.Models;

namespace NeuralCore.Training;

/// <summary>Takes a step for a diagnosis and undoes it.</summary>
internal static class TrialStep
{
    private const int Rows = 256;

    /// <summary>Evaluates a sample of the rows, measures a step on it, and lets the doctor judge both.</summary>
    /// <param name="state">The trainer's state.</param>
    /// <param name="lossAndMetrics">Loss and metrics.</param>
    /// <param name="data">The training data.</param>
    /// <param name="doctor">Measures and judges.</param>
    /// <param name="prepareStep">Prepares steps of so many rows.</param>
    /// <param name="prepareEvaluation">Prepares evaluations; called after <paramref name="prepareStep"/>.</param>
    internal static void Run<TTarget>(
        TrainingState state, LossAndMetrics<TTarget> lossAndMetrics, Dataset<TTarget> data, Doctor<TTarget> doctor,
        Func<int, TrainingStep<TTarget>> prepareStep, Func<EvaluationStep<TTarget>> prepareEvaluation)
        where TTarget : unmanaged
    {
        Dataset<TTarget> sample = data.Subset(SampledRows.Of(data.Count, Rows));
        try
        {
            DataChecks.CheckAll(state.Model, lossAndMetrics, sample);
        }
        catch (ArgumentException)
        {
            // The checks of the labels say more.
            return;
        }
        TrainingStep<TTarget> step = prepareStep(sample.Count);
        double loss = prepareEvaluation().Run(sample, CancellationToken.None).Loss;
        TrainingSnapshot before = new(state);
        try
        {
            doctor.Updates.BeforeStep();
            step.Run(sample, Dataset.FirstRows(sample.Count));
            doctor.Updates.AfterStep();
        }
        catch (NonFiniteException e)
        {
            doctor.ReportNonFinite(e.Message);
        }
        finally
        {
            before.Restore();
        }
        doctor.CheckTraining(loss, state.StepCount, state.LearningRate);
    }
}
