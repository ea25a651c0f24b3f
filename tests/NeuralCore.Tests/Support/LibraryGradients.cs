using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Training;

namespace NeuralCore.Tests.Support;

/// <summary>The gradients of a real training step, whole machinery included, on any number of threads.</summary>
internal static class LibraryGradients
{
    /// <summary>Takes a step that leaves each gradient in its parameter's place, reads them, and puts the weights back.</summary>
    internal static (double Loss, Dictionary<string, float[]> Gradients) Of<TTarget>(
        Sequential model, Loss<TTarget> loss, float[] input, TTarget[] targets, int threads = 1)
        where TTarget : unmanaged
    {
        float[] weights = model.Store.Values.Span.ToArray();
        using Trainer<TTarget> trainer = model.Compile(new GradientsIntoWeights(), loss);
        double value = trainer.TrainStep(input, targets, threads);
        Dictionary<string, float[]> gradients = [];
        foreach (Parameter parameter in model.Parameters.Where(p => p.IsTrainable))
            gradients.Add(parameter.FullName, parameter.Values.ToArray());
        weights.CopyTo(model.Store.Values.Span);
        return (value, gradients);
    }

    private sealed class GradientsIntoWeights() : Optimizer(0)
    {
        protected internal override bool Update(in UpdatePass pass)
        {
            pass.Gradients.CopyTo(pass.Values);
            return true;
        }
    }
}
