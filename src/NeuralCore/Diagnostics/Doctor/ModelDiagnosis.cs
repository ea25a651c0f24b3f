using NeuralCore.Data;
using NeuralCore.Models;

namespace NeuralCore.Diagnostics;

/// <summary>Looks at a model and its data without training.</summary>
public static class ModelDiagnosis
{
    /// <summary>
    /// Looks for faults of the data and of the model: labels, features, units that are never active. Before training; with a trainer,
    /// <c>trainer.Diagnose</c> finds more.
    /// </summary>
    /// <remarks>Reads a sample of some thousand rows at most. docs/training-doctor.md lists what it finds.</remarks>
    /// <typeparam name="TTarget">The type of a target value.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="data">The training data.</param>
    /// <returns>What was found; empty if nothing was.</returns>
    /// <exception cref="ShapeException">The samples do not have the model's input shape.</exception>
    /// <exception cref="InvalidOperationException">The model is being trained, and this is not a callback of that training.</exception>
    public static IReadOnlyList<Finding> Diagnose<TTarget>(this Sequential model, Dataset<TTarget> data)
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        if (data.InputShape != model.InputShape)
            throw new ShapeException($"{model.Name}: expects samples {model.InputShape}, but the data has {data.InputShape}.");
        Doctor<TTarget> doctor = new(model, null, data);
        model.Lock.EnterRead();
        try
        {
            doctor.CheckData(evaluation: null);
            doctor.CheckLayers();
        }
        finally
        {
            model.Lock.ExitRead();
        }
        return doctor.Findings;
    }
}
